/** `publish` and `tail`, as a command line has them. */
import type { Command } from 'commander';
import type { EpochMs } from '../../record/units.js';
import type { SharedOptions } from '../cluster/command-shape.js';
import { leaf, ofPartition } from '../cluster/command-shape.js';
import { limitNumber, since } from '../terminal/argument.js';
import { eventRate, exportFormat, keyCount, readFrom, seedNumber, share } from './events-arguments.js';
import type { EventsRequest, ExportFormat, Publish, ReadFrom } from './events-request.js';

interface PublishOptions extends SharedOptions {
  readonly type?: string;
  readonly data?: string;
  readonly id?: string;
  readonly traceparent?: string;
  readonly file?: string;
  readonly random?: boolean;
  readonly rate?: number;
  readonly keys?: number;
  readonly count?: number;
  readonly bad?: number;
  readonly seed?: number;
  readonly topic?: string;
  readonly spring?: boolean;
  readonly dryRun?: boolean;
}

interface TailOptions extends SharedOptions {
  readonly topic?: string;
  readonly partition?: number;
  readonly user?: string;
  readonly type?: string;
  readonly action?: string;
  readonly status?: string;
  readonly since?: EpochMs;
  readonly until?: EpochMs;
  readonly from?: ReadFrom;
  readonly follow?: boolean;
  readonly limit?: number;
  readonly export?: ExportFormat;
}

type Ask = (options: SharedOptions, request: EventsRequest) => void;

const DEFAULT_RATE = 10;
const DEFAULT_KEYS = 100;

/** Options that mean something for random traffic only: any of them asks for it. */
const RANDOM = ['random', 'rate', 'keys', 'count', 'bad', 'seed'] as const;
const ONE = ['type', 'data', 'id', 'traceparent'] as const;

const whatOf = (options: PublishOptions, command: Command): Publish['what'] => {
  const asksFor = {
    one: ONE.some((name) => options[name] !== undefined),
    file: options.file !== undefined,
    random: RANDOM.some((name) => options[name] !== undefined),
  };
  const asked = Object.values(asksFor).filter(Boolean).length;
  if (asked === 0)
    command.error('error: what is to be published? Give --type and --data, or --file, or --random.');
  if (asked > 1)
    command.error(
      'error: one event (--type, --data), a file (--file), or random traffic (--random): only one of them',
    );
  if (asksFor.one) {
    const { type, data, id, traceparent } = options;
    if (type === undefined || data === undefined)
      return command.error('error: one event needs both --type and --data');
    return { kind: 'one', type, data, id: id ?? null, traceparent: traceparent ?? null };
  }
  if (options.file !== undefined) return { kind: 'file', file: options.file };
  if (options.dryRun === true && options.count === undefined)
    command.error('error: a dry run of random traffic has no end: give --count');
  return {
    kind: 'random',
    rate: options.rate === Infinity ? null : (options.rate ?? DEFAULT_RATE),
    keys: options.keys ?? DEFAULT_KEYS,
    count: options.count ?? null,
    bad: options.bad ?? 0,
    seed: options.seed ?? null,
  };
};

const declarePublish = (program: Command, ask: Ask): void => {
  leaf(program, 'publish', 'writes user events, checked against their schemas, or random traffic', [
    'publish --random --rate 50 --keys 100 --count 1000',
    'publish --bad 5%',
    'publish --file events.ndjson                        # {"type": …, "data": {…}} a line; - for stdin',
    'publish --type user.auth --data @login.json',
  ])
    .option('--type <type>', 'one event: its type, as user.auth')
    .option('--data <json>', 'one event: its data as JSON, @FILE, or - for stdin')
    .option('--id <id>', 'one event: its CloudEvents id; a random one if not given')
    .option('--traceparent <context>', 'one event: its W3C trace context')
    .option('--file <path>', 'a file of events, one JSON object a line; - for stdin')
    .option('--random', 'random traffic of made-up users, until --count or Ctrl-C')
    .option('--rate <number>', `events a second, or max; ${DEFAULT_RATE} if not given`, eventRate)
    .option('--keys <number>', `of so many users; ${DEFAULT_KEYS} if not given`, keyCount)
    .option('--count <number>', 'so many events', limitNumber)
    .option('--bad <percent>', 'share that the service cannot process, of several kinds', share)
    .option('--seed <number>', 'the same traffic for the same seed', seedNumber)
    .option('--spring', 'as a Spring service writes them: with __TypeId__, without CloudEvents headers')
    .option('--topic <name>', 'where to; the first of SOURCE_TOPICS if not given')
    .option('--dry-run', 'check them, show what would be written, and write nothing')
    .action((options: PublishOptions, command: Command) => {
      ask(options, {
        kind: 'publish',
        what: whatOf(options, command),
        topic: options.topic ?? null,
        isSpring: options.spring === true,
        isDryRun: options.dryRun === true,
      });
    });
};

const declareTail = (program: Command, ask: Ask, nowMs: EpochMs): void => {
  ofPartition(
    leaf(program, 'tail', 'shows audit events: the newest, those of a time, or as they are written', [
      'tail',
      'tail --follow --status failure',
      'tail --user 5b0a6c1e-8a57-4d4b-9c1e-0d2f6a1b7c02 --since 2h',
      'tail --since 7d --export csv > audit.csv',
    ]),
  )
    .option('--user <id>', 'of this user only')
    .option('--type <type>', 'made of events of this type only, as user.auth')
    .option('--action <action>', 'of this action only, as login')
    .option('--status <status>', 'of this status only: success or failure')
    .option('--since <when>', 'written since: 90m, 2h, 7d ago, or a time', since(nowMs))
    .option('--until <when>', 'written before: 90m, 2h, 7d ago, or a time', since(nowMs))
    .option('--from <where>', 'beginning, end, or an offset of every partition', readFrom)
    .option('--follow', 'go on with what is written from now on, until Ctrl-C')
    .option('--limit <number>', 'so many; the newest, or with --from or --follow the first', limitNumber)
    .option('--export <format>', 'csv or ndjson, to stdout', exportFormat)
    .option('--topic <name>', 'of another topic than AUDIT_TOPIC')
    .action((options: TailOptions, command: Command) => {
      if (options.json === true && options.export !== undefined)
        command.error('error: --json or --export, not both');
      if (options.follow === true && options.until !== undefined)
        command.error('error: --follow has no end: leave --until out');
      ask(options, {
        kind: 'tail',
        topic: options.topic ?? null,
        partition: options.partition ?? null,
        user: options.user ?? null,
        type: options.type ?? null,
        action: options.action ?? null,
        status: options.status ?? null,
        since: options.since ?? null,
        until: options.until ?? null,
        from: options.from ?? null,
        follow: options.follow === true,
        limit: options.limit ?? null,
        format: options.export ?? null,
      });
    });
};

/** `nowMs`: what durations in options count back from. */
export const declareEvents = (program: Command, ask: Ask, nowMs: EpochMs): void => {
  declarePublish(program, ask);
  declareTail(program, ask, nowMs);
};

/**
 * The command line of the operator: from its arguments to a request, or to what is said instead. It does
 * nothing else, so that help and mistakes are answered at once.
 */
import { Command, CommanderError } from 'commander';
import type { EpochMs } from '../record/units.js';
import {
  base64Key,
  grouping,
  headId,
  laneStatus,
  letterId,
  letterIds,
  limitNumber,
  partitionNumber,
  partitionOfHead,
  since,
  waitTime,
} from './argument.js';
import { EXIT, type ExitCode } from './exit-code.js';
import type { Carrying, Grouping, LaneChoice, LetterId, OperatorRequest } from './operator-request.js';

export type Understood =
  | { readonly kind: 'request'; readonly request: OperatorRequest; readonly isJson: boolean }
  | { readonly kind: 'said'; readonly exitCode: ExitCode; readonly stdout: string; readonly stderr: string };

interface Options {
  readonly json?: boolean;
  readonly topic?: string;
  readonly partition?: number;
  readonly status?: 'retrying' | 'parked';
  readonly limit?: number;
  readonly keyBase64?: Buffer;
  readonly head?: string;
  readonly values?: boolean;
  readonly since?: EpochMs;
  readonly by?: Grouping;
  readonly reason?: string;
  readonly dryRun?: boolean;
  readonly wait?: boolean;
  readonly timeout?: number;
  readonly operatorId?: string;
}

const DEFAULT_WAIT_MS = 30_000;

const examples = (lines: readonly string[]): string =>
  ['Examples:', ...lines.map((line) => `  audit-lanes ${line}`), ''].join('\n');

const EPILOGUE = `
Settings are those of the service: environment, CONFIG_FILE, and every one as an option (--kafka-brokers
HOST:PORT, --kafka-group-id ID, --source-topics NAME, ...).
Exit codes: 0 done; 1 ignored, refused, not found, not in time, stopped; 2 command line or settings; 3 brokers or
topics cannot be used.`;

const carryingOf = ({ dryRun, wait, timeout, operatorId }: Options): Carrying => ({
  isDryRun: dryRun === true,
  waitMs: wait === false ? null : (timeout ?? DEFAULT_WAIT_MS),
  operator: operatorId ?? null,
});

/** `nowMs`: what durations in options count back from. */
export const understand = (argv: readonly string[], version: string, nowMs: EpochMs): Understood => {
  const heard: { request?: OperatorRequest; isJson?: boolean } = {};
  const said = { stdout: '', stderr: '' };
  const ask = (options: Options, request: OperatorRequest): void => {
    heard.request = request;
    heard.isJson = options.json === true;
  };

  const program = new Command('audit-lanes')
    .description('Looks at lanes and dead letters of audit-lanes, and decides about them.')
    .version(version)
    .addHelpText(
      'before',
      examples([
        'lanes list --status parked',
        'lanes show user-17',
        'lanes release user-17',
        'dlq list --by reason',
        'dlq show 0-42',
        'dlq redrive 0-42 0-43',
      ]),
    )
    .addHelpText('after', EPILOGUE);

  const leaf = (parent: Command, name: string, what: string, how: readonly string[]): Command =>
    parent
      .command(name)
      .description(what)
      .addHelpText('before', examples(how))
      .option('--json', 'one JSON object a line')
      .option('--topic <name>', 'of this source topic only');

  const onlyPartition = (command: Command): Command =>
    command.option('--partition <number>', 'of this partition only', partitionNumber);

  const changing = (command: Command): Command =>
    command
      .option('--dry-run', 'say what would be written, and write nothing')
      .option('--no-wait', 'do not wait for the service to carry it out')
      .option('--timeout <duration>', 'how long to wait; 30s if not given', waitTime)
      .option('--operator-id <id>', 'who asks; the user of this machine if not given');

  const lane = (command: Command): Command =>
    onlyPartition(command)
      .argument('[key]', 'the key of the lane')
      .option('--key-base64 <bytes>', 'the key of the lane, for one that is no text', base64Key)
      .option(
        '--head <id>',
        'id of the record at its head; for a record without key it is all there is',
        headId,
      );

  const laneChoice = (command: Command, key: string | undefined, options: Options): LaneChoice => {
    const { head, keyBase64, partition, topic } = options;
    if (key !== undefined && keyBase64 !== undefined)
      command.error('error: give the key as text or as --key-base64, not both');
    if (key === undefined && keyBase64 === undefined && head === undefined)
      command.error('error: which lane? Give its key, --key-base64 or --head.');
    return {
      key: keyBase64 ?? (key === undefined ? null : Buffer.from(key)),
      head: head ?? null,
      partition: partition ?? (head === undefined ? null : partitionOfHead(head)),
      topic: topic ?? null,
    };
  };

  const lanes = program
    .command('lanes')
    .description('keys that have a failed record before them')
    .addHelpText('before', examples(['lanes list', 'lanes show user-17', 'lanes release user-17']));
  onlyPartition(
    leaf(lanes, 'list', 'lists them, the oldest first', ['lanes list', 'lanes list --status parked --json']),
  )
    .option('--status <status>', 'retrying or parked', laneStatus)
    .option('--limit <number>', 'the oldest so many', limitNumber)
    .action((options: Options) => {
      ask(options, {
        kind: 'lanes list',
        status: options.status ?? null,
        topic: options.topic ?? null,
        partition: options.partition ?? null,
        limit: options.limit ?? null,
      });
    });
  lane(
    leaf(lanes, 'show', 'everything about one', ['lanes show user-17', 'lanes show --head user.events-0-42']),
  )
    .option('--values', 'the values of its records, which may be personal data')
    .option('--limit <number>', 'so many followers', limitNumber)
    .action((key: string | undefined, options: Options, command: Command) => {
      const choice = laneChoice(command, key, options);
      const withValues = options.values === true;
      ask(options, { kind: 'lanes show', lane: choice, withValues, limit: options.limit ?? null });
    });
  for (const [name, what] of [
    ['release', 'runs the head of a lane now, a parked one again'],
    ['skip', 'sends the head of a lane to the dead letters; its followers go on'],
  ] as const) {
    const how = [`lanes ${name} user-17`, `lanes ${name} --head user.events-0-42`];
    changing(lane(leaf(lanes, name, what, how))).action(
      (key: string | undefined, options: Options, command: Command) => {
        const choice = laneChoice(command, key, options);
        ask(options, { kind: `lanes ${name}`, lane: choice, carrying: carryingOf(options) });
      },
    );
  }

  const dlq = program
    .command('dlq')
    .description('dead letters: records that could not be processed')
    .addHelpText('before', examples(['dlq list --by reason', 'dlq show 0-42', 'dlq redrive 0-42']));
  onlyPartition(
    leaf(dlq, 'list', 'lists them, the newest last', [
      'dlq list',
      'dlq list --since 2h',
      'dlq list --by reason',
    ]),
  )
    .option('--reason <reason>', 'of this reason only')
    .option('--since <when>', 'written since: 90m, 2h, 7d ago, or a time', since(nowMs))
    .option('--limit <number>', 'the newest so many', limitNumber)
    .option('--by <property>', 'count them by reason, class, state, topic or exception', grouping)
    .action((options: Options) => {
      ask(options, {
        kind: 'dlq list',
        topic: options.topic ?? null,
        partition: options.partition ?? null,
        reason: options.reason ?? null,
        since: options.since ?? null,
        limit: options.limit ?? null,
        by: options.by ?? null,
      });
    });
  leaf(dlq, 'show', 'everything about one', ['dlq show 0-42', 'dlq show 0-42 --values'])
    .argument('<id>', 'as "dlq list" shows it', letterId)
    .option('--values', 'its value, which may be personal data')
    .action((id: LetterId, options: Options) => {
      const withValues = options.values === true;
      ask(options, { kind: 'dlq show', id, topic: options.topic ?? null, withValues });
    });
  changing(
    leaf(dlq, 'redrive', 'sends records back to be processed, in the lanes of their keys', [
      'dlq redrive 0-42',
      'dlq redrive 0-42 0-43 --dry-run',
    ]).argument('<ids...>', 'as "dlq list" shows them', letterIds),
  ).action((ids: readonly LetterId[], options: Options) => {
    ask(options, { kind: 'dlq redrive', ids, topic: options.topic ?? null, carrying: carryingOf(options) });
  });
  changing(
    leaf(dlq, 'dismiss', 'marks them as settled', ['dlq dismiss 0-42 --reason "test data"'])
      .argument('<ids...>', 'as "dlq list" shows them', letterIds)
      .requiredOption('--reason <text>', 'why: it is kept'),
  ).action((ids: readonly LetterId[], options: Options) => {
    ask(options, {
      kind: 'dlq dismiss',
      ids,
      topic: options.topic ?? null,
      why: options.reason ?? '',
      carrying: carryingOf(options),
    });
  });

  for (const each of withDescendants(program))
    each.exitOverride().configureOutput({
      writeOut: (text) => (said.stdout += text),
      writeErr: (text) => (said.stderr += text),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { kind: 'said', exitCode: error.exitCode === 0 ? EXIT.done : EXIT.usage, ...said };
  }
  return heard.request === undefined
    ? { kind: 'said', exitCode: EXIT.usage, ...said }
    : { kind: 'request', request: heard.request, isJson: heard.isJson === true };
};

const withDescendants = (command: Command): readonly Command[] => [
  command,
  ...command.commands.flatMap((each) => withDescendants(each)),
];

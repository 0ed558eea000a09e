/** The commands about dead letters, as a command line has them. */
import type { Command } from 'commander';
import type { EpochMs } from '../../record/units.js';
import type { ChangingOptions, SharedOptions } from '../cluster/command-shape.js';
import { carryingOf, changing, family, leaf, ofPartition, ofTopic } from '../cluster/command-shape.js';
import { base64Key } from '../lanes/lanes-arguments.js';
import { limitNumber, since } from '../terminal/argument.js';
import { exportFormat, grouping, letterId, letterIds, rateNumber } from './dlq-arguments.js';
import type {
  BulkChange,
  DlqRequest,
  ExportFormat,
  Grouping,
  LetterChoice,
  LetterId,
  LetterSelector,
} from './dlq-request.js';

interface Options extends SharedOptions, ChangingOptions {
  readonly topic?: string;
  readonly partition?: number;
  readonly limit?: number;
  readonly values?: boolean;
  readonly since?: EpochMs;
  readonly until?: EpochMs;
  readonly by?: Grouping;
  readonly reason?: string;
  readonly ofReason?: string;
  readonly type?: string;
  readonly key?: string;
  readonly keyBase64?: Buffer;
  readonly deadLetters?: string;
  readonly max?: number;
  readonly rate?: number;
  readonly yes?: number;
  readonly edit?: boolean;
  readonly transform?: string;
  readonly validate?: boolean;
  readonly journal?: string;
  readonly resume?: string;
  readonly to?: string;
  readonly format?: ExportFormat;
  readonly output?: string;
}

const ofQueue = (command: Command): Command =>
  command.option(
    '--dead-letters <topic>',
    'a queue of Spring, Kafka Connect or Kafka Streams in place of the service’s own',
  );

const selecting = (command: Command, nowMs: EpochMs, reason = '--reason <reason>'): Command =>
  ofPartition(ofTopic(ofQueue(command)))
    .option(reason, 'of this reason only; of other programs: of this exception')
    .option('--type <type>', 'of this event type only')
    .option('--key <key>', 'of this key only')
    .option('--key-base64 <bytes>', 'of this key only, for one that is no text', base64Key)
    .option('--since <when>', 'written since: 90m, 2h, 7d ago, or a time', since(nowMs))
    .option('--until <when>', 'written before: 90m, 2h, 7d ago, or a time', since(nowMs));

const selectorOf = (command: Command, options: Options, reason: string | undefined): LetterSelector => {
  const { key, keyBase64, partition, since: from, topic, type, until } = options;
  if (key !== undefined && keyBase64 !== undefined)
    command.error('error: give the key as --key or as --key-base64, not both');
  return {
    topic: topic ?? null,
    partition: partition ?? null,
    reason: reason ?? null,
    type: type ?? null,
    key: keyBase64 ?? (key === undefined ? null : Buffer.from(key)),
    since: from ?? null,
    until: until ?? null,
  };
};

/** Ids, or something that selects: nobody changes all letters by leaving a word out. */
const choiceOf = (
  command: Command,
  ids: readonly LetterId[],
  options: Options,
  reason: string | undefined,
): LetterChoice => {
  const selector = selectorOf(command, options, reason);
  const { topic, ...others } = selector;
  const selects = Object.values(others).some((each) => each !== null);
  if (ids.length > 0 && (selects || options.max !== undefined))
    command.error('error: give ids or what selects them, not both');
  if (ids.length === 0 && !selects && topic === null && options.deadLetters === undefined)
    command.error(
      'error: which ones? Give ids, or --reason, --type, --key, --since, --until, --partition, --topic; --since 30d is all of a month.',
    );
  return { ids, selector, max: options.max ?? null };
};

const bulk = (command: Command): Command =>
  changing(
    command
      .option('--max <number>', 'the oldest so many', limitNumber)
      .option('--rate <number>', 'so many a second at most', rateNumber)
      .option('--yes <count>', 'confirms that it is about so many, where nobody is asked', limitNumber),
  );

const bulkOf = (options: Options, choice: LetterChoice): BulkChange => ({
  deadLetters: options.deadLetters ?? null,
  choice,
  confirmed: options.yes ?? null,
  ratePerSecond: options.rate ?? null,
  carrying: carryingOf(options),
});

type Ask = (options: SharedOptions, request: DlqRequest) => void;

/** `nowMs`: what durations in options count back from. */
export const declareDlq = (program: Command, ask: Ask, nowMs: EpochMs): void => {
  const dlq = family(program, 'dlq', 'dead letters: records that could not be processed', [
    'dlq list --by reason',
    'dlq show 0-42',
    'dlq replay --reason schema-violation --transform mend.mjs --rate 100',
    'dlq dismiss 0-42 --reason "test data"',
    'dlq export --since 1d --format csv --output letters.csv',
  ]);
  declareLooking(dlq, ask, nowMs);
  declareReplay(dlq, ask, nowMs);
  selecting(
    bulk(
      leaf(dlq, 'dismiss', 'marks them as settled', [
        'dlq dismiss 0-42 --reason "test data"',
        'dlq dismiss --of-reason null-value --until 7d --reason "known, harmless"',
      ]),
    ),
    nowMs,
    '--of-reason <reason>',
  )
    .argument('[ids...]', 'as "dlq list" shows them', letterIds)
    .requiredOption('--reason <text>', 'why: it is kept')
    .action((ids: readonly LetterId[] | undefined, options: Options, command: Command) => {
      const choice = choiceOf(command, ids ?? [], options, options.ofReason);
      ask(options, { kind: 'dlq dismiss', why: options.reason ?? '', ...bulkOf(options, choice) });
    });
};

const declareLooking = (dlq: Command, ask: Ask, nowMs: EpochMs): void => {
  selecting(
    leaf(dlq, 'list', 'lists them, the newest last', [
      'dlq list',
      'dlq list --since 2h',
      'dlq list --by reason',
      'dlq list --dead-letters orders.DLT',
    ]),
    nowMs,
  )
    .option('--limit <number>', 'the newest so many', limitNumber)
    .option('--by <property>', 'count them by reason, type, age, class, state, topic or exception', grouping)
    .action((options: Options, command: Command) => {
      ask(options, {
        kind: 'dlq list',
        deadLetters: options.deadLetters ?? null,
        selector: selectorOf(command, options, options.reason),
        limit: options.limit ?? null,
        by: options.by ?? null,
      });
    });
  ofTopic(ofQueue(leaf(dlq, 'show', 'everything about one', ['dlq show 0-42', 'dlq show 0-42 --values'])))
    .argument('<id>', 'as "dlq list" shows it', letterId)
    .option('--values', 'its value, which may be personal data')
    .action((id: LetterId, options: Options) => {
      const { deadLetters = null, topic = null, values = false } = options;
      ask(options, { kind: 'dlq show', deadLetters, id, topic, withValues: values });
    });
  selecting(
    leaf(dlq, 'export', 'everything of them, values too, for another program', [
      'dlq export --since 1d > letters.ndjson',
      'dlq export --reason null-value --format csv --output letters.csv',
    ]),
    nowMs,
  )
    .argument('[ids...]', 'as "dlq list" shows them', letterIds)
    .option('--max <number>', 'the oldest so many', limitNumber)
    .option('--format <format>', 'ndjson or csv; ndjson if not given', exportFormat)
    .option('--output <file>', 'a new file, for its owner alone, in place of stdout')
    .action((ids: readonly LetterId[] | undefined, options: Options, command: Command) => {
      const { deadLetters = null, format = 'ndjson', output = null } = options;
      const selector = selectorOf(command, options, options.reason);
      const choice = { ids: ids ?? [], selector, max: options.max ?? null };
      ask(options, { kind: 'dlq export', deadLetters, choice, format, output });
    });
};

/** What a replay that goes on is asked for; `validate` is there unless it is said otherwise. */
const WITH_RESUME = ['resume', 'rate', 'timeout', 'wait', 'dryRun', 'operatorId', 'json', 'validate'];

const declareReplay = (dlq: Command, ask: Ask, nowMs: EpochMs): void => {
  selecting(
    bulk(
      leaf(dlq, 'replay', 'sends records back to be processed, in the lanes of their keys', [
        'dlq replay 0-42 0-43',
        'dlq replay --reason retries-exhausted --since 2h --rate 100',
        'dlq replay 0-42 --edit',
        'dlq replay --type user.auth --transform mend.mjs --dry-run',
        'dlq replay --resume replay.ndjson',
        'dlq replay --dead-letters orders.DLT --max 10',
      ]).alias('redrive'),
    ),
    nowMs,
  )
    .argument('[ids...]', 'as "dlq list" shows them', letterIds)
    .option('--edit', 'the value of one, in $VISUAL or $EDITOR, before it is sent')
    .option(
      '--transform <file>',
      'a module: (value, { key, headers, type }) => value, or null to leave it out',
    )
    .option('--no-validate', 'send what does not fit its schema too')
    .option('--journal <file>', 'what was done, to go on by; in $XDG_STATE_HOME/audit-lanes if not given')
    .option('--resume <file>', 'go on by the journal of a replay that was stopped')
    .option('--to <topic>', 'for letters of another program: this topic, not that of each')
    .action((given: readonly LetterId[] | undefined, options: Options, command: Command) => {
      const ids = given ?? [];
      const { edit = false, journal = null, resume, to = null, transform = null, validate = true } = options;
      if (resume !== undefined) {
        const isOther = Object.keys(options).some((name) => !WITH_RESUME.includes(name));
        if (ids.length > 0 || !validate || isOther)
          command.error(
            'error: --resume takes everything from its journal but --rate, --timeout, --no-wait, --dry-run and --operator-id',
          );
        const ratePerSecond = options.rate ?? null;
        ask(options, { kind: 'dlq resume', journal: resume, ratePerSecond, carrying: carryingOf(options) });
        return;
      }
      if (edit && transform !== null) command.error('error: --edit or --transform, not both');
      ask(options, {
        kind: 'dlq replay',
        edits: edit,
        transform,
        validates: validate,
        journal,
        to,
        ...bulkOf(options, choiceOf(command, ids, options, options.reason)),
      });
    });
};

/** The commands about dead letters, as a command line has them. */
import type { Command } from 'commander';
import type { EpochMs } from '../../record/units.js';
import type { ChangingOptions, SharedOptions } from '../cluster/command-shape.js';
import { carryingOf, changing, family, leaf, ofPartition, ofTopic } from '../cluster/command-shape.js';
import { limitNumber, since } from '../terminal/argument.js';
import { grouping, letterId, letterIds } from './dlq-arguments.js';
import type { DlqRequest, Grouping, LetterId } from './dlq-request.js';

interface Options extends SharedOptions, ChangingOptions {
  readonly topic?: string;
  readonly partition?: number;
  readonly limit?: number;
  readonly values?: boolean;
  readonly since?: EpochMs;
  readonly by?: Grouping;
  readonly reason?: string;
}

/** `nowMs`: what durations in options count back from. */
export const declareDlq = (
  program: Command,
  ask: (options: SharedOptions, request: DlqRequest) => void,
  nowMs: EpochMs,
): void => {
  const dlq = family(program, 'dlq', 'dead letters: records that could not be processed', [
    'dlq list --by reason',
    'dlq show 0-42',
    'dlq redrive 0-42',
  ]);
  ofPartition(
    ofTopic(
      leaf(dlq, 'list', 'lists them, the newest last', [
        'dlq list',
        'dlq list --since 2h',
        'dlq list --by reason',
      ]),
    ),
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
  ofTopic(leaf(dlq, 'show', 'everything about one', ['dlq show 0-42', 'dlq show 0-42 --values']))
    .argument('<id>', 'as "dlq list" shows it', letterId)
    .option('--values', 'its value, which may be personal data')
    .action((id: LetterId, options: Options) => {
      const withValues = options.values === true;
      ask(options, { kind: 'dlq show', id, topic: options.topic ?? null, withValues });
    });
  changing(
    ofTopic(
      leaf(dlq, 'redrive', 'sends records back to be processed, in the lanes of their keys', [
        'dlq redrive 0-42',
        'dlq redrive 0-42 0-43 --dry-run',
      ]),
    ).argument('<ids...>', 'as "dlq list" shows them', letterIds),
  ).action((ids: readonly LetterId[], options: Options) => {
    ask(options, { kind: 'dlq redrive', ids, topic: options.topic ?? null, carrying: carryingOf(options) });
  });
  changing(
    ofTopic(leaf(dlq, 'dismiss', 'marks them as settled', ['dlq dismiss 0-42 --reason "test data"']))
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
};

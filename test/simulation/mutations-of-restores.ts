/** Deliberate errors in how a task starts. */
import type { Mutation, Rewrite } from './mutation.js';
import { one } from './mutation.js';

/** Log and offsets are not compared; `position` says whom the mutant believes instead. */
const uncompared = (position: string): readonly Rewrite[] => [
  ...one('state/start-position.js', 'if (isFenced(checkpoint, rules) && sequence', 'if (false && sequence'),
  ...one('state/start-position.js', "if (standing !== 'reset')", 'if (true)'),
  ...one('state/start-position.js', 'later(checkpointed, committed)', position),
];

export const RESTORE_MUTATIONS: readonly Mutation[] = [
  {
    name: "log and offsets are not compared, records may arrive after the offsets, and the lane log's end is read before them",
    focus: 'eviction',
    rewrites: [
      ...uncompared('checkpointed'),
      ...one('commit/exactly-once.js', 'await this.producer.flush();', ''),
      ...one(
        'state/acquire.js',
        'const committed = await this.#insist(',
        'const early = await this.admin.watermarks({ topic: laneLog, partition }); const committed = await this.#insist(',
      ),
      ...one('state/acquire.js', 'log.low, log.high', 'log.low, early.high'),
    ],
    caughtBy: ['I2', 'I6', 'I8'],
  },
  {
    name: "log and offsets are not compared, and the lane log's end is its last stable offset",
    rewrites: [
      ...uncompared('checkpointed'),
      ...one('testing/topic-catalog.js', 'high: log.highWatermark', 'high: log.lastStableOffset'),
    ],
    caughtBy: ['I2', 'I6', 'I8'],
  },
  {
    name: "the lane log's end is its last stable offset, which a zombie's transaction holds down",
    focus: 'eviction',
    rewrites: one('testing/topic-catalog.js', 'high: log.highWatermark', 'high: log.lastStableOffset'),
    caughtBy: ['refused'],
  },
  {
    // Either alone is healed by the other: what was read too early is read again.
    name: "offsets are read although a zombie's transaction is pending on them, and a disagreement refuses at once",
    focus: 'eviction',
    rewrites: [
      ...one('testing/group-offsets.js', 'if (unstable)\n', 'if (false)\n'),
      ...one('state/acquire.js', 'const stays = before?.pair === pair &&', 'const stays = true ||'),
    ],
    caughtBy: ['refused'],
  },
  {
    name: 'log and offsets are not compared, and offsets are read although a transaction is pending on them',
    rewrites: [
      ...uncompared('(committed ?? checkpointed)'),
      ...one('testing/group-offsets.js', 'if (unstable)\n', 'if (false)\n'),
    ],
    caughtBy: ['I2', 'I6', 'I8'],
  },
  {
    name: 'a disagreement of log and offsets refuses at once (F5)',
    focus: 'eviction',
    rewrites: one('state/acquire.js', 'const stays = before?.pair === pair &&', 'const stays = true ||'),
    caughtBy: ['refused'],
  },
  {
    name: 'the checkpoint is not written',
    rewrites: one('commit/exactly-once.js', 'few.add(unit.checkpoint);', ''),
    caughtBy: ['I2', 'I6', 'I12', 'refused'],
  },
  {
    name: 'the sequence is not committed to the group',
    rewrites: one(
      'task/task-ledger.js',
      'offsets.push({ topic: laneLog, partition, offset: commitOffset(sequence) });',
      '',
    ),
    caughtBy: ['I6'],
  },
  {
    name: 'a batch of an older epoch is taken',
    focus: 'rebalance',
    rewrites: one(
      'task/task.js',
      'offer(batch, from, to, poll) {\n        if (poll < this.#acceptFrom)',
      'offer(batch, from, to, poll) {\n        if (false)',
    ),
    caughtBy: ['I1', 'I2', 'order'],
  },
  {
    name: 'a partition that was refused is not tried again',
    rewrites: one('task/task-manager.js', 'this.#begin(holding.partitions, task.sources, holding);', ';'),
    caughtBy: ['I12'],
  },
  {
    name: 'internal topics are taken for grown because their source is',
    rewrites: one('topics/topic-setup.js', '[...sources, ...internal]', 'sources'),
    caughtBy: ['I12'],
  },
];

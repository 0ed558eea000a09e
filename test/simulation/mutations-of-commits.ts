/** Deliberate errors in how effects are committed, and in how partitions are let go. */
import type { Mutation } from './mutation.js';
import { one } from './mutation.js';

/** Effects of a partition that is another's by now are not held back by the engine's own flags. */
const NOBODY_LOOKS_WHOSE_IT_IS = one('task/task-ledger.js', 'this.#lost || this.#closed', 'false');

export const COMMIT_MUTATIONS: readonly Mutation[] = [
  {
    // Two owners give the same sequence, and with it the same arms.
    name: 'a rebalance is answered inside a transaction, and nobody looks whose the effects are (F1)',
    focus: 'eviction',
    rewrites: [
      ...one('session.js', 'this.#gate.run(() => this.#settle(event))', 'this.#settle(event)'),
      ...NOBODY_LOOKS_WHOSE_IT_IS,
    ],
    caughtBy: ['I1', 'I2', 'I3', 'I6', 'I8', 'I14', 'refused'],
  },
  {
    name: 'partitions are given up before their tasks are drained',
    rewrites: one(
      'session.js',
      'await this.#release(leaving, this.#releaseLimitMs(event));',
      '{ const limitMs = this.#releaseLimitMs(event); this.#reply(event); await this.#release(leaving, limitMs); }',
    ),
    caughtBy: ['I1', 'I2', 'I6', 'I8', 'I14', 'refused'],
  },
  {
    name: 'a lost partition is released as if it were still its own',
    focus: 'eviction',
    rewrites: [
      ...one(
        'session.js',
        'if (event.lost)\n                await this.tasks.drop(leaving);',
        'if (false)\n                ;',
      ),
      ...one(
        'session.js',
        'await this.#release(leaving, this.#releaseLimitMs(event));',
        '{ const limitMs = this.#releaseLimitMs(event); this.#reply(event); await this.#release(leaving, limitMs); }',
      ),
      ...one('session.js', 'task.ledger.markLost();', ';'),
    ],
    caughtBy: ['I1', 'I2', 'I6', 'I8', 'I14', 'refused'],
  },
  {
    name: 'effects of a dropped task are still committed',
    focus: 'eviction',
    rewrites: [
      ...one(
        'task/task-manager.js',
        'for (const { task } of this.#holdings.values())\n            yield task.ledger;',
        'for (const { task } of this.#holdings.values())\n            yield task.ledger;\n        yield* (this.dropped ??= []);',
      ),
      ...one(
        'task/task-manager.js',
        'await Promise.all(holdings.map((holding) => this.#drop(holding)));',
        'for (const { task } of holdings) (this.dropped ??= []).push(task.ledger);\n        await Promise.all(holdings.map((holding) => this.#drop(holding)));',
      ),
      ...one('task/task-ledger.js', '!this.#closed && !this.#lost &&', ''),
      ...one(
        'task/task-ledger.js',
        '        this.#open = this.#newSet();\n        this.#closedSets = [];',
        '',
      ),
      ...NOBODY_LOOKS_WHOSE_IT_IS,
    ],
    caughtBy: ['I1', 'I2', 'I6', 'I14', 'refused'],
  },
  {
    name: 'effects of an aborted transaction come again behind newer ones',
    rewrites: one(
      'task/task-ledger.js',
      'this.#closedSets.unshift(taken.set);',
      'this.#closedSets.push(this.#open, taken.set), (this.#open = new WriteSet());',
    ),
    caughtBy: ['I1', 'I2', 'I6', 'order'],
  },
  {
    name: 'effects of an aborted transaction do not come again',
    rewrites: one('task/task-ledger.js', 'this.#closedSets.unshift(taken.set);', ';'),
    caughtBy: ['I2', 'I12'],
  },
  {
    name: 'the offsets of what was sent ahead are left out',
    rewrites: one('commit/exactly-once.js', 'lastOffsets(all)', 'lastOffsets(units)'),
    caughtBy: ['I1', 'I2', 'I6', 'I12', 'refused'],
  },
  {
    name: 'effects that were sent ahead come again behind newer ones after an abort',
    rewrites: [
      ...one('commit/commit-loop.js', 'units.toReversed()', 'units'),
      ...one('task/task-ledger.js', 'if (next !== settled)', 'if (false)'),
    ],
    caughtBy: ['I1', 'I2', 'I6', 'order'],
  },
  {
    name: 'effects are sent again although the outcome of their commit is unknown (F17)',
    focus: 'commit',
    rewrites: one(
      'commit/exactly-once.js',
      "return { kind: 'unknown', cause: asKafkaError(error) };",
      'return this.#abort(asKafkaError(error));',
    ),
    caughtBy: ['I2', 'I6'],
  },
  {
    name: 'an aborted transaction uses its sequence up',
    rewrites: one(
      'task/task-ledger.js',
      'this.#closedSets.unshift(taken.set);',
      'this.#closedSets.unshift(taken.set), (this.#sequence = taken.sequence);',
    ),
    caughtBy: ['I6'],
  },
  {
    name: 'a dead letter is lost when its transaction is aborted',
    rewrites: [
      ...one(
        'task/task-ledger.js',
        'this.#closedSets.unshift(taken.set);',
        '(taken.set.isLossy = true), this.#closedSets.unshift(taken.set);',
      ),
      ...one(
        'task/task-ledger.js',
        '...set.seal(sequence, { topic: laneLog, partition }),',
        "...set.seal(sequence, { topic: laneLog, partition }),\n            ...(set.isLossy && { records: [...set.records].filter(({ topic }) => !topic.endsWith('.dlq')) }),",
      ),
    ],
    caughtBy: ['I2'],
  },
  {
    name: 'what is left of a full queue is sent again from its start',
    rewrites: one(
      'commit/exactly-once.js',
      'this.producer.produce(records, sent)',
      'this.producer.produce(records, 0)',
    ),
    caughtBy: ['I2', 'I12'],
  },
];

const SEND = 'await this.producer.send(due.flatMap((records) => [...records]));';

export const AT_LEAST_ONCE_MUTATIONS: readonly Mutation[] = [
  {
    name: 'offsets are committed before the outputs are acknowledged',
    guarantee: 'at_least_once',
    rewrites: one(
      'commit/at-least-once.js',
      SEND,
      `await this.consumer.commit(units.flatMap((unit) => unit.offsets)); ${SEND}`,
    ),
    caughtBy: ['I2'],
  },
  {
    name: 'checkpoints are written before the outputs are acknowledged',
    guarantee: 'at_least_once',
    rewrites: one(
      'commit/at-least-once.js',
      SEND,
      `await this.producer.send(units.map((unit) => unit.checkpoint)); ${SEND}`,
    ),
    caughtBy: ['I2'],
  },
];

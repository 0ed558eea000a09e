/**
 * Deliberate errors, each of which the simulation must catch: rewrites of the compiled engine, applied to
 * a copy. `from` must occur exactly once in its file, so that a mutation which no longer fits fails the
 * suite instead of testing nothing. `caughtBy`: what the rule that is broken protects; a run that is cut
 * short by one of them counts.
 */
import type { Guarantee } from './scenario.js';
import type { Invariant } from './violations.js';

export interface Rewrite {
  /** Below src/, compiled. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export interface Mutation {
  /** What the mutant does. */
  readonly name: string;
  readonly rewrites: readonly Rewrite[];
  readonly caughtBy: readonly Invariant[];
  readonly guarantee?: Guarantee;
}

const one = (file: string, from: string, to: string): readonly Rewrite[] => [{ file, from, to }];

const EXACTLY_ONCE: readonly Mutation[] = [
  {
    name: 'a rebalance is answered inside a transaction (F1)',
    rewrites: one(
      'session.js',
      'concatMap((event) => this.#gate.run(() => this.#answer(event)))',
      'concatMap((event) => this.#answer(event))',
    ),
    caughtBy: ['I1', 'I2', 'I6', 'I8', 'I14', 'refused'],
  },
  {
    name: 'partitions are given up before their tasks are drained',
    rewrites: one(
      'session.js',
      'await this.#release(leaving, this.#releaseLimitMs);',
      '{ this.#reply(event); await this.#release(leaving, this.#releaseLimitMs); }',
    ),
    caughtBy: ['I1', 'I2', 'I6', 'I8', 'I14', 'refused'],
  },
  {
    name: "the lane log's end is read before the committed offsets",
    rewrites: one(
      'state/acquire.js',
      `        const committed = await this.#insist(signal, () => this.consumer.committed(asked, COMMITTED_TIMEOUT_MS));
        const log = await this.#insist(signal, () => this.admin.watermarks({ topic: laneLog, partition }));`,
      `        const log = await this.#insist(signal, () => this.admin.watermarks({ topic: laneLog, partition }));
        const committed = await this.#insist(signal, () => this.consumer.committed(asked, COMMITTED_TIMEOUT_MS));`,
    ),
    caughtBy: ['I2', 'I6', 'I8', 'refused'],
  },
  {
    name: 'offsets are read although a transaction is pending on them',
    rewrites: one('testing/group-offsets.js', 'if (unstable)\n', 'if (false)\n'),
    caughtBy: ['I2', 'I6', 'I8', 'refused'],
  },
  {
    name: 'the checkpoint is not written',
    rewrites: one('commit/exactly-once.js', 'await this.#produce([unit.checkpoint], deadline);', ''),
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
    name: 'log and offsets are not compared, and the end is the last stable offset',
    rewrites: [
      ...one('state/start-position.js', 'sequence !== checkpoint.sequence &&', 'false &&'),
      ...one('state/start-position.js', 'sequence === null || committed === checkpointed', 'true'),
      ...one('testing/topic-catalog.js', 'high: log.highWatermark', 'high: log.lastStableOffset'),
    ],
    caughtBy: ['I2', 'I6', 'I8'],
  },
  {
    name: 'effects of an aborted transaction come again behind newer ones',
    rewrites: one(
      'task/task-ledger.js',
      'this.open = set.followedBy(this.open);',
      'this.open = this.open.followedBy(set);',
    ),
    caughtBy: ['I1', 'I2', 'I6', 'order'],
  },
  {
    name: 'effects of an aborted transaction do not come again',
    rewrites: one('task/task-ledger.js', 'this.open = set.followedBy(this.open);', ''),
    caughtBy: ['I2', 'I12'],
  },
  {
    name: 'effects of a dropped task are still committed',
    rewrites: [
      ...one('task/task-manager.js', 'this.#holdings.delete(holding.task.id);', ';'),
      ...one('task/task-ledger.js', '!this.#closed && !this.#lost &&', ''),
      ...one('task/task-ledger.js', 'this.#lost || this.#closed', 'false'),
      ...one('task/task-ledger.js', 'else if (!this.#closed)', 'else'),
      ...one(
        'task/task-ledger.js',
        '        this.#taken = 0;\n        this.#takenBytes = 0;\n        this.open = new WriteSet();',
        '',
      ),
    ],
    caughtBy: ['I1', 'I2', 'I6', 'I14', 'refused'],
  },
  {
    name: 'effects are sent again although the outcome of their commit is unknown (F17)',
    rewrites: one(
      'commit/exactly-once.js',
      "return { kind: 'unknown', cause: asKafkaError(error) };",
      'return this.#abort(asKafkaError(error));',
    ),
    caughtBy: ['I2', 'I6'],
  },
  {
    name: 'a batch of an older epoch is taken',
    rewrites: one('task/task.js', 'if (poll < this.#acceptFrom)\n', 'if (false)\n'),
    caughtBy: ['I2'],
  },
  {
    name: 'the position is one too small',
    rewrites: one(
      'task/task.js',
      "open.decide(record.topic, after(record.offset), record.bytes, entry.readAt, entry.type, 'processed');",
      "open.decide(record.topic, record.offset, record.bytes, entry.readAt, entry.type, 'processed');",
    ),
    caughtBy: ['I2', 'I12'],
  },
  {
    name: 'the position is one too large',
    rewrites: one(
      'task/task.js',
      "open.decide(record.topic, after(record.offset), record.bytes, entry.readAt, entry.type, 'processed');",
      "open.decide(record.topic, after(after(record.offset)), record.bytes, entry.readAt, entry.type, 'processed');",
    ),
    caughtBy: ['I2', 'I12', 'refused'],
  },
  {
    name: 'records of one key run side by side',
    rewrites: one('task/emission-queue.js', 'if (tail === undefined)', 'if (true)'),
    caughtBy: ['I4'],
  },
  {
    name: 'the next record of a key starts while one backs off',
    rewrites: one(
      'task/task.js',
      'this.#attempts.backOff(entry, decision.delayMs);',
      'this.#attempts.backOff(entry, decision.delayMs), this.#queue.freeKey(entry);',
    ),
    caughtBy: ['I4', 'I1'],
  },
  {
    name: 'effects leave in the order in which handlers finish',
    rewrites: one(
      'task/task.js',
      "            entry.resolve({ kind: 'outputs', outputs: end.outputs });\n            this.#queue.freeKey(entry);",
      "            this.ledger.open.records.push(...end.outputs);\n            entry.resolve({ kind: 'outputs', outputs: [] });\n            this.#queue.freeKey(entry);",
    ),
    caughtBy: ['I2', 'order'],
  },
  {
    name: 'a dead letter is lost when its transaction is aborted',
    rewrites: one(
      'task/task-ledger.js',
      'this.open = set.followedBy(this.open);',
      "set.records.splice(0, Infinity, ...set.records.filter((record) => !record.topic.endsWith('.dlq'))), (this.open = set.followedBy(this.open));",
    ),
    caughtBy: ['I2'],
  },
  {
    name: 'dead letters lie in partition 0',
    rewrites: one('record/dead-letter.js', 'partition: record.partition,', 'partition: 0,'),
    caughtBy: ['I5'],
  },
  {
    name: 'credits are not given back by a commit',
    rewrites: one('task/task-ledger.js', 'this.onSettled?.();', ''),
    caughtBy: ['I12'],
  },
  {
    name: 'no credit is asked for',
    rewrites: one('flow/admission.js', "    if (held >= pauseAt)\n        return 'pause';", ''),
    caughtBy: ['I10'],
  },
  {
    name: 'a lost partition is committed',
    rewrites: [
      ...one('session.js', 'task.ledger.markLost();', ';'),
      ...one(
        'session.js',
        'if (event.lost)\n                await this.tasks.drop(leaving);',
        'if (false) ;',
      ),
      // As a client that cannot tell: the engine's own flag is then all there is.
      ...one('testing/simulated-consumers.js', 'if (this.#member.isLost) {', 'if (false) {'),
    ],
    caughtBy: ['I1', 'I2', 'I6', 'I8', 'I14', 'refused'],
  },
  {
    name: 'an aborted transaction uses its sequence up',
    rewrites: one(
      'task/task-ledger.js',
      'else if (!this.#closed)\n                    this.open',
      'else if ((this.#sequence = sequence), !this.#closed)\n                    this.open',
    ),
    caughtBy: ['I6'],
  },
  {
    name: 'an answer that comes after its time-out counts',
    rewrites: one('task/attempts.js', 'if (entry.timedOut)\n', 'if (false)\n'),
    caughtBy: ['I2', 'I14'],
  },
  {
    name: 'an answer of an attempt that was given up counts for the next one',
    rewrites: one(
      'task/attempts.js',
      "entry.state !== 'running' || entry.attempt !== message.attempt",
      "entry.state !== 'running'",
    ),
    caughtBy: ['I2', 'I4', 'I14'],
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
  {
    name: 'a time-out does not hold a key until its handler has noticed',
    rewrites: one('task/attempts.js', 'const ABORT_GRACE_MS = 1000;', 'const ABORT_GRACE_MS = 100;'),
    caughtBy: ['I4'],
  },
  {
    name: 'retries are not counted',
    rewrites: one(
      'lanes/failure-policy.js',
      'attempts <= policy.retryImmediate',
      'attempts < policy.retryImmediate',
    ),
    caughtBy: ['I2'],
  },
  {
    name: 'a partition that was refused is not tried again',
    rewrites: one('task/task-manager.js', 'this.#begin(holding.partitions, task.sources);', ';'),
    caughtBy: ['I12'],
  },
  {
    name: 'a disagreement of log and offsets refuses at once (F5)',
    rewrites: one('state/acquire.js', 'const stays = before?.pair === pair &&', 'const stays = true ||'),
    caughtBy: ['refused'],
  },
];

const AT_LEAST_ONCE: readonly Mutation[] = [
  {
    name: 'offsets are committed before the outputs are acknowledged',
    guarantee: 'at_least_once',
    rewrites: one(
      'commit/at-least-once.js',
      'await this.producer.send(units.flatMap((unit) => unit.records));',
      'await this.consumer.commit(units.flatMap((unit) => unit.offsets)); await this.producer.send(units.flatMap((unit) => unit.records));',
    ),
    caughtBy: ['I2'],
  },
  {
    name: 'checkpoints are written before the outputs are acknowledged',
    guarantee: 'at_least_once',
    rewrites: one(
      'commit/at-least-once.js',
      'await this.producer.send(units.flatMap((unit) => unit.records));',
      'await this.producer.send(units.map((unit) => unit.checkpoint)); await this.producer.send(units.flatMap((unit) => unit.records));',
    ),
    caughtBy: ['I2'],
  },
];

export const MUTATIONS: readonly Mutation[] = [...EXACTLY_ONCE, ...AT_LEAST_ONCE];

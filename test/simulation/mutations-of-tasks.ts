/** Deliberate errors inside a task, and in how much it takes in. */
import type { Mutation } from './mutation.js';
import { one } from './mutation.js';

const PASSED = 'open.pass(record.topic, after(record.offset), bytes, readAt, record.timestamp)';

export const TASK_MUTATIONS: readonly Mutation[] = [
  {
    name: 'the position is one too small',
    rewrites: one('task/source-line.js', PASSED, PASSED.replace('after(record.offset)', 'record.offset')),
    caughtBy: ['I2', 'I12'],
  },
  {
    name: 'the position is one too large',
    rewrites: one(
      'task/source-line.js',
      PASSED,
      PASSED.replace('after(record.offset)', 'after(after(record.offset))'),
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
      'task/source-line.js',
      'attempts.backOff(entry, decision.delayMs);',
      'attempts.backOff(entry, decision.delayMs), this.queue.freeKey(entry);',
    ),
    caughtBy: ['I4', 'I1'],
  },
  {
    name: 'effects leave in the order in which handlers finish',
    rewrites: one(
      'task/source-line.js',
      "entry.resolve({ kind: 'effects', effects: asKept(result) }, clock.monotonic());",
      "for (const output of result.outputs) this.parts.ledger.open.buffer.add(output);\n        entry.resolve({ kind: 'effects', effects: { ...result, outputs: [], changes: [] } }, clock.monotonic());",
    ),
    caughtBy: ['I2', 'order'],
  },
  {
    name: 'dead letters lie in partition 0',
    rewrites: one('record/dead-letter.js', 'partition: record.partition,', 'partition: 0,'),
    caughtBy: ['I5'],
  },
  {
    name: 'credits are not given back by a commit',
    rewrites: one('session.js', 'this.tasks.balance();', ''),
    caughtBy: ['I12'],
  },
  {
    name: 'the pauses of a task outlive it',
    rewrites: one('task/task-manager.js', 'for (const reason of OF_A_TASK)', 'for (const reason of [])'),
    caughtBy: ['I12'],
  },
  {
    name: 'no credit is asked for',
    rewrites: one('flow/admission.js', "    if (held >= pauseAt)\n        return 'pause';", ''),
    caughtBy: ['I10'],
  },
  {
    name: 'the poll that is under way is not reckoned with',
    rewrites: one('flow/admission.js', '- 2 * this.#largestBatch', ''),
    caughtBy: ['I10'],
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
      "entry.state !== 'running' || entry.run !== message.run",
      "entry.state !== 'running'",
    ),
    caughtBy: ['I2', 'I4', 'I14'],
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
];

/** Deliberate errors in what becomes of state stores and punctuations. */
import type { Mutation } from './mutation.js';
import { one } from './mutation.js';

export const STORE_MUTATIONS: readonly Mutation[] = [
  {
    name: 'a key is free before what its record has written is decided',
    focus: 'stores',
    rewrites: one(
      'task/source-line.js',
      "if (this.parts.sharing === 'none')\n            this.queue.freeKey(entry);",
      'this.queue.freeKey(entry);',
    ),
    caughtBy: ['store', 'I3', 'I4'],
  },
  {
    name: 'records that share all state run side by side',
    focus: 'stores',
    rewrites: [
      ...one('task/task-workings.js', "sharing === 'all' ? 1 : settings.maxInFlight", 'settings.maxInFlight'),
      ...one('task/source-line.js', "new EmissionQueue(parts.sharing === 'all')", 'new EmissionQueue(false)'),
    ],
    caughtBy: ['store'],
  },
  {
    name: 'a record that shares all state overtakes one that waits',
    focus: 'stores',
    rewrites: one(
      'task/source-line.js',
      "new EmissionQueue(parts.sharing === 'all')",
      'new EmissionQueue(false)',
    ),
    caughtBy: ['store'],
  },
  {
    name: 'what an attempt writes to a store is there at once',
    focus: 'stores',
    rewrites: [
      ...one(
        'dsl/nodes/store-overlay.js',
        'this.#writes.set(',
        'this.data.set(key, value), this.#writes.set(',
      ),
      // It would be made anew for ever.
      ...one('task/effects-writer.js', "this.limits.sharing !== 'key' || ", 'true || '),
    ],
    caughtBy: ['store'],
  },
  {
    name: 'what an attempt reads is not what it has written itself',
    focus: 'stores',
    rewrites: one(
      'dsl/nodes/store-overlay.js',
      'if (write !== undefined)\n            return write.value;',
      'void 0;',
    ),
    caughtBy: ['store'],
  },
  {
    name: 'stores are not in the changelog',
    focus: 'stores',
    rewrites: one('task/effects-writer.js', 'open.append(key, change.value);', 'void 0;'),
    caughtBy: ['store'],
  },
  {
    name: 'stores are in the changelog and not in memory',
    focus: 'stores',
    rewrites: one('task/effects-writer.js', 'this.stores.apply(change);', ''),
    caughtBy: ['store'],
  },
  {
    name: 'a restore forgets the stores',
    focus: 'stores',
    rewrites: one('task/task-image.js', 'this.stores.replay(key, value);', 'void 0;'),
    caughtBy: ['store'],
  },
  {
    name: 'a head of a lane writes to no store',
    focus: 'stores',
    rewrites: one(
      'task/head-line.js',
      'effects.write(result, timestamp);',
      'effects.write({ ...result, outputs: result.outputs, reads: result.reads, changes: [] }, lane.head.record.timestamp);',
    ),
    caughtBy: ['store'],
  },
  {
    name: 'a punctuation does not wait for the records that run',
    focus: 'stores',
    rewrites: one(
      'task/task-workings.js',
      'this.attempts.inFlight === 0 && this.source.queue.isDecided',
      'true',
    ),
    caughtBy: ['I4', 'store'],
  },
  {
    name: 'records start while a punctuation runs',
    focus: 'stores',
    rewrites: [
      ...one(
        'task/task.js',
        'this.#works.punctuations.holds ? this.#works.source.startFront() : this.#startNext()',
        'this.#startNext()',
      ),
      ...one('task/source-line.js', ' || isPunctuationDue()', ''),
    ],
    caughtBy: ['I4', 'store'],
  },
  {
    name: 'a punctuation is waited for by the records that it waits for',
    focus: 'stores',
    rewrites: one('task/task.js', 'this.#works.source.startFront()', 'false'),
    caughtBy: ['I12', 'P6'],
  },
  {
    name: 'a source record is processed by the key that it had before it was regrouped',
    focus: 'stores',
    rewrites: one(
      'dsl/nodes/map-nodes.js',
      'return this.forward(record.withKey(key), pass);',
      'return this.forward(record, pass);',
    ),
    caughtBy: ['store'],
  },
];

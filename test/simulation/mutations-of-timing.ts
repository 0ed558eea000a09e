/** Deliberate errors in when the heads of lanes run: too early, twice, or never. */
import type { Mutation } from './mutation.js';
import { one } from './mutation.js';

const KEEPER = 'task/lane-keeper.js';

/** A lane whose retry record does not come waits for ever. */
const NO_WATCHDOG = one(
  KEEPER,
  'this.#alarms.take())\n            this.#ready.add(lane);',
  'this.#alarms.take())\n            if (!this.book.isArmed(lane) || this.#triggers.has(lane))\n                this.#ready.add(lane);',
);

export const TIMING_MUTATIONS: readonly Mutation[] = [
  {
    // The alarm and the retry record each keep to the delay: by one of them alone it is rarely early.
    name: 'a head runs at half of its delay',
    focus: 'lanes',
    rewrites: [
      ...one(
        KEEPER,
        'this.#alarm(lane, retryOn?.delayMs ?? 0);',
        'this.#alarm(lane, (retryOn?.delayMs ?? 0) / 2);',
      ),
      ...one(KEEPER, 'const leftMs = Math.min(delayMs, ', 'const leftMs = Math.min(delayMs / 2, '),
    ],
    caughtBy: ['I7'],
  },
  {
    name: 'the delay counts from the decision, however late its retry record was appended',
    focus: 'lanes',
    rewrites: one(
      KEEPER,
      'const at = Math.max(watchedAt - WATCHDOG_MS, this.clock.monotonic() + leftMs);',
      'const at = watchedAt - WATCHDOG_MS;',
    ),
    caughtBy: ['I7'],
  },
  {
    name: 'a wall clock that jumps shortens a wait',
    focus: 'lanes',
    rewrites: [
      ...one(
        KEEPER,
        'const at = Math.max(watchedAt - WATCHDOG_MS, this.clock.monotonic() + leftMs);',
        'const at = this.clock.monotonic() + Math.max(0, lane.state.due - this.clock.now());',
      ),
    ],
    caughtBy: ['I7'],
  },
  {
    // By the arm alone nothing runs early: a lane's own due time holds it, too.
    name: 'any retry record of a head starts it by its own time, whatever its arm (F6)',
    focus: 'lanes',
    rewrites: [
      ...one(KEEPER, '!isSameArm(lane.arm, arm) || ', ''),
      ...one(
        KEEPER,
        'Math.max(watchedAt - WATCHDOG_MS, this.clock.monotonic() + leftMs)',
        'this.clock.monotonic() + leftMs',
      ),
    ],
    caughtBy: ['I3', 'I4', 'I7'],
  },
  {
    name: 'a release leaves the arm, and the old retry record starts the head again',
    focus: 'operator',
    rewrites: one(
      KEEPER,
      'this.book.disarm(lane);\n        this.#triggers',
      "if (lane.state.status === 'parked')\n            this.book.disarm(lane);\n        this.#triggers",
    ),
    caughtBy: ['I3', 'I4', 'I7', 'I8'],
  },
  {
    name: 'arms repeat: they are not of the transaction',
    focus: 'lanes',
    rewrites: one(
      'state/changelog-writes.js',
      'const stamp = () => ({ sequence, ordinal',
      'const stamp = () => ({ sequence: 1, ordinal',
    ),
    caughtBy: ['I3', 'I7'],
  },
  {
    // With the watchdog it runs half a minute late, and no promise is broken.
    name: 'a set that comes again gives other arms than the lanes in memory have, and there is no watchdog',
    focus: 'commit',
    rewrites: [
      ...NO_WATCHDOG,
      ...one(
        'state/write-set.js',
        'if (this.#sealed !== undefined)\n            return this.#sealed;',
        'this.again = (this.again ?? 0) + 1; sequence += (this.again - 1) * 1000;',
      ),
    ],
    caughtBy: ['I12'],
  },
  {
    name: 'a lane whose retry record was deleted waits for it for ever (F7, I13)',
    focus: 'lanes',
    rewrites: NO_WATCHDOG,
    caughtBy: ['I12'],
  },
  {
    name: 'the position of a retry topic is behind what was read, resolved or not (F8)',
    focus: 'lanes',
    rewrites: [
      ...NO_WATCHDOG,
      ...one(
        'task/input-position.js',
        'return first === undefined ? this.#next : commitOffset(first.offset);',
        'return this.#next;',
      ),
    ],
    caughtBy: ['I12'],
  },
  {
    name: 'a restored lane without an arm waits for a retry record that it never had',
    focus: 'lanes',
    rewrites: one(
      KEEPER,
      'this.#alarm(lane, leftMs);\n        }',
      'if (lane.arm !== null)\n                    this.#alarm(lane, leftMs);\n        }',
    ),
    caughtBy: ['I12'],
  },
  {
    name: 'a wall clock that went back holds a lane for as long',
    focus: 'lanes',
    rewrites: one(KEEPER, 'Math.min(Math.max(0, due - wall), delayMs ?? 0)', 'Math.max(0, due - wall)'),
    caughtBy: ['I12'],
  },
  {
    name: 'a breaker that is open never probes (F19)',
    focus: 'storm',
    rewrites: one(
      'task/breaker-desk.js',
      'const isStarted = inOrder(tasks).some((task) => task.probe(now));',
      'const isStarted = false;',
    ),
    caughtBy: ['I12'],
  },
  {
    name: 'a record that fails by itself is the probe for ever',
    focus: 'storm',
    rewrites: one('task/breaker-desk.js', 'const isOwn = !ok && this.#isItsOwn(of);', 'const isOwn = false;'),
    caughtBy: ['I12'],
  },
];

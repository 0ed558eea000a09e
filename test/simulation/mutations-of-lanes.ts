/** Deliberate errors in what the lanes of a task decide. */
import type { Mutation } from './mutation.js';
import { one } from './mutation.js';

const KEEPER = 'task/lane-keeper.js';

const DECISION_MUTATIONS: readonly Mutation[] = [
  {
    name: 'records of a key run although its lane lives (rule 3 off)',
    focus: 'lanes',
    rewrites: [
      ...one(
        'task/source-line.js',
        "const lane = front.state === 'waiting' ? this.parts.lanes.table.get(front.slot) : undefined;",
        'const lane = undefined;',
      ),
      ...one('task/source-line.js', 'const lane = lanes.table.get(entry.slot);', 'const lane = undefined;'),
      ...one('task/task-workings.js', 'this.lanes.table.has(slot) || ', ''),
    ],
    caughtBy: ['I1', 'I2', 'I3', 'I4', 'I8'],
  },
  {
    name: 'the filter does not know the keys that have a lane',
    focus: 'lanes',
    rewrites: one('lanes/lane-table.js', 'this.#filter.add(lane.slot);', ';'),
    caughtBy: ['I1', 'I2', 'I3', 'I4', 'I8'],
  },
  {
    name: 'a record that waits for a lane is not looked at again when the lane is gone (F9)',
    focus: 'lanes',
    rewrites: one(KEEPER, 'this.events.over(lane.slot);', ';'),
    caughtBy: ['I12', 'P6'],
  },
  {
    name: 'a lane is dropped with followers left',
    focus: 'lanes',
    rewrites: one(KEEPER, 'if (this.table.shift(lane)) {', 'if (this.table.shift(lane) && false) {'),
    caughtBy: ['I2', 'I8'],
  },
  {
    name: 'a second failure puts the head behind its followers',
    focus: 'lanes',
    rewrites: one(
      KEEPER,
      '        this.#rest(lane);\n        if (decision.kind ===',
      "        this.#rest(lane);\n        if (decision.kind === 'waits' && decision.retryOn !== null && lane.state.attempts > 0 && lane.followers > 0) {\n            const head = lane.head;\n            this.table.shift(lane);\n            this.table.append(lane, head);\n        }\n        if (decision.kind ===",
    ),
    caughtBy: ['I1', 'I2', 'I3', 'I4', 'I8'],
  },
  {
    name: 'a new head has the attempts and the delay of the last one',
    focus: 'lanes',
    rewrites: one(
      KEEPER,
      'lane.state = freshHead(this.clock.now());\n',
      'lane.state = { ...lane.state, due: this.clock.now() };\n',
    ),
    caughtBy: ['I2', 'I3', 'I9'],
  },
  {
    name: 'the log does not count the attempts of a head',
    focus: 'lanes',
    rewrites: one('lanes/lane-log.js', 'attempts: state.attempts,', 'attempts: Math.min(state.attempts, 1),'),
    caughtBy: ['I2', 'I3', 'I8', 'I9'],
  },
  {
    name: 'the lane log holds differences: what the entry before says is added',
    focus: 'lanes',
    rewrites: [
      ...one('lanes/lane-log.js', 'attempts: state.attempts,', 'attempts: Math.min(state.attempts, 1),'),
      ...one(
        'lanes/lane-log-image.js',
        'this.#lanes.set(slot, { key: parsed.lane, logged: decodeLane(value) });',
        `{
                    const logged = decodeLane(value);
                    const before = this.#lanes.get(slot)?.logged;
                    const attempts = logged.state.attempts + (before?.head === logged.head ? before.state.attempts : 0);
                    this.#lanes.set(slot, { key: parsed.lane, logged: { ...logged, state: { ...logged.state, attempts } } });
                }`,
      ),
    ],
    caughtBy: ['I2', 'I3', 'I8', 'I9'],
  },
  {
    name: 'a tier is tried for ever',
    focus: 'lanes',
    rewrites: one('lanes/tiers.js', 'tier.delayMs > (lastMs ?? 0)', 'tier.delayMs >= (lastMs ?? 0)'),
    caughtBy: ['I2', 'I9', 'I12'],
  },
  {
    name: 'Retry-After is not asked',
    focus: 'lanes',
    rewrites: one('lanes/tiers.js', 'tier.delayMs >= retryAfterMs', 'true'),
    caughtBy: ['I2'],
  },
  {
    name: 'a record that has left its lane stays in the log',
    focus: 'lanes',
    rewrites: one('task/lane-book.js', 'this.ledger.open.remove(followerKey(id));', ';'),
    caughtBy: ['I2', 'I8'],
  },
  {
    name: 'a lane that is over stays in the log',
    focus: 'lanes',
    rewrites: one('task/lane-book.js', 'this.ledger.open.remove(laneLogKey(key));', ';'),
    caughtBy: ['I8', 'I12', 'refused'],
  },
  {
    name: 'followers are not written',
    focus: 'lanes',
    rewrites: one('task/lane-book.js', 'this.ledger.open.append(key, value);', ';'),
    caughtBy: ['I2', 'I8', 'refused'],
  },
  {
    name: 'a restore puts followers in the order of their keys',
    focus: 'lanes',
    rewrites: one(
      'lanes/lane-log-image.js',
      'for (const { record, slot } of this.#followers.values()) {',
      'for (const { record, slot } of [...this.#followers.values()].sort((a, b) => b.record.name.localeCompare(a.record.name))) {',
    ),
    caughtBy: ['I1', 'I4', 'I8'],
  },
];

const PATIENCE_MUTATIONS: readonly Mutation[] = [
  {
    name: 'a lane that patience opens is in memory only',
    focus: 'lanes',
    rewrites: one(KEEPER, 'this.book.write(lane, null);\n        if (isRunning)', 'if (isRunning)'),
    caughtBy: ['I2', 'I8'],
  },
  {
    name: 'a lane that patience opens is not marked as running',
    focus: 'lanes',
    rewrites: one(
      KEEPER,
      'if (isRunning)\n            this.#running.add(lane);\n        else\n            this.#alarm(lane, 0);',
      'this.#alarm(lane, 0);',
    ),
    caughtBy: ['I3', 'I4', 'crashed'],
  },
  {
    name: 'a record that patience made a lane stays in the queue',
    focus: 'lanes',
    rewrites: one(
      'task/source-line.js',
      'this.queue.shift();\n        const record = LaneRecord.copyOf',
      'this.queue.shift();\n        this.queue.add(front);\n        const record = LaneRecord.copyOf',
    ),
    caughtBy: ['I2', 'I3', 'I4', 'I12', 'crashed', 'P6'],
  },
  {
    name: 'the answer of a head that patience made goes to its place in the queue, and is lost',
    focus: 'lanes',
    rewrites: one('task/source-line.js', 'heads.adopt(lane, front);', ';'),
    caughtBy: ['I2', 'I4', 'I8', 'I12'],
  },
  {
    name: 'what still comes for a head that was given up is taken for a record of the queue',
    focus: 'lanes',
    rewrites: one('task/head-line.js', "entry.state = 'decided';", ';'),
    caughtBy: ['I2', 'I3', 'I4', 'I8'],
  },
  {
    name: 'a record whose outputs cannot be written frees its key at once',
    focus: 'operator',
    rewrites: one(
      'task/source-line.js',
      'return this.#failed(entry, result, isOwn);',
      'return void (end.ok && this.queue.freeKey(entry), this.#failed(entry, result, isOwn));',
    ),
    caughtBy: ['I1', 'I2', 'I4', 'I8'],
  },
];

export const LANE_MUTATIONS: readonly Mutation[] = [...DECISION_MUTATIONS, ...PATIENCE_MUTATIONS];

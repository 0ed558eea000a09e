/** Deliberate errors in dead letters, parked lanes, commands, and in what belongs to one transaction. */
import type { Mutation } from './mutation.js';
import { one } from './mutation.js';

const KEEPER = 'task/lane-keeper.js';

export const COMMAND_MUTATIONS: readonly Mutation[] = [
  {
    name: 'a command hits whatever head its key has by now (F11)',
    focus: 'operator',
    rewrites: one('task/command-desk.js', 'if (lane.head.name !== command.head)', 'if (false)'),
    caughtBy: ['I2', 'I3', 'I7', 'command'],
  },
  {
    name: 'a command does not wait for a handler of its key (F10)',
    focus: 'operator',
    rewrites: one(
      'task/command-desk.js',
      'if (ofSlot === undefined || this.#isTaken(slot))',
      'if (ofSlot === undefined)',
    ),
    caughtBy: ['I1', 'I2', 'I3', 'I4', 'I8', 'command', 'crashed'],
  },
  {
    name: 'a command does not wait for a record whose run did not count (F10)',
    focus: 'operator',
    rewrites: one('task/queue-entry.js', 'return this.run > 0;', 'return this.attempt > 0;'),
    caughtBy: ['I3', 'I4', 'P6', 'I12'],
  },
  {
    name: 'a dead letter is redriven as often as it is asked for',
    focus: 'operator',
    rewrites: one('task/command-desk.js', 'if (this.#redriven.has(deadLetter))', 'if (false)'),
    caughtBy: ['command', 'I2', 'I8'],
  },
  {
    name: 'a record that waits in a lane is redriven beside itself (F12)',
    focus: 'operator',
    rewrites: one('task/command-desk.js', 'if (this.#waits(record))', 'if (false)'),
    caughtBy: ['I1', 'I2', 'I3', 'I4', 'command'],
  },
  {
    name: 'a skipped head that was copied is not written in full (F12)',
    focus: 'operator',
    rewrites: one(
      KEEPER,
      'if (decision.deadLetter !== null)\n            this.book.deadLetter(lane.head, decision.state',
      "if (decision.deadLetter !== null && !(event.kind === 'skipped' && lane.state.copied))\n            this.book.deadLetter(lane.head, decision.state",
    ),
    caughtBy: ['I2', 'command'],
  },
  {
    name: 'what became of a command is not kept',
    focus: 'operator',
    rewrites: one(
      'task/command-desk.js',
      'ledger.open.put(commandKey(offset), () => ({ value: encodeOutcome(outcome), trigger: null }));',
      ';',
    ),
    caughtBy: ['I2', 'I12', 'command'],
  },
  {
    name: 'the position of the commands does not move on',
    focus: 'operator',
    rewrites: one('task/command-desk.js', '        done();\n        if (slot', '        if (slot'),
    caughtBy: ['command', 'I6', 'I12'],
  },
  {
    name: 'a notice does not say that it is one',
    focus: 'operator',
    rewrites: one(KEEPER, "state, notice, { state: 'parked' });", 'state, notice);'),
    caughtBy: ['I2'],
  },
  {
    name: 'a parked head is told of each time that it fails (F12)',
    focus: 'operator',
    rewrites: one('lanes/lane-state.js', 'state.copied ? null : reason', 'reason'),
    caughtBy: ['I2'],
  },
  {
    name: 'a parked lane at its bound keeps its followers (F21)',
    focus: 'operator',
    rewrites: one(
      KEEPER,
      'let full = this.bounds.toEmpty(lane); full !== null;',
      'let full = this.bounds.toEmpty(lane); false;',
    ),
    caughtBy: ['I10', 'I12'],
  },
  {
    name: 'followers of a full lane leave without their dead letters',
    focus: 'operator',
    rewrites: one(
      KEEPER,
      "this.book.deadLetter(follower, freshHead(this.clock.now()), 'lane-full', { cause });",
      ';',
    ),
    caughtBy: ['I2'],
  },
  {
    name: 'a retrying lane at its bound does not stop intake',
    focus: 'lanes',
    rewrites: one('task/lane-bounds.js', 'if (this.#full.size > 0 || this.isTaskFull)', 'if (false)'),
    caughtBy: ['I10'],
  },
  {
    name: 'dead letters are written in a transaction of their own, after the one that they belong to',
    focus: 'lanes',
    rewrites: one(
      'commit/exactly-once.js',
      'few.addAll(unit.records);',
      "{ const isLetter = ({ topic }) => topic.endsWith('.dlq');\n            const late = this.late ?? [];\n            this.late = [...unit.records].filter(isLetter);\n            few.addAll([...late, ...[...unit.records].filter((record) => !isLetter(record))]); }",
    ),
    caughtBy: ['I2', 'command'],
  },
  {
    name: 'changes of lanes are written in another transaction than what causes them',
    focus: 'lanes',
    rewrites: one(
      'commit/exactly-once.js',
      'for (const stage of unit.changelog)',
      'const late = ((this.lates ??= new Map()).get(unit.checkpoint.topic + unit.checkpoint.partition)) ?? [];\n            this.lates.set(unit.checkpoint.topic + unit.checkpoint.partition, unit.changelog);\n            for (const stage of late)',
    ),
    caughtBy: ['I2', 'I3', 'I8', 'I12', 'refused'],
  },
  {
    name: 'a task begins with the credit that its predecessor held when it was dropped',
    focus: 'rebalance',
    rewrites: [
      ...one(
        'task/task-ledger.js',
        'this.telemetry = telemetry;',
        'this.telemetry = telemetry;\n        this.#taken = (TaskLedger.left ??= new Map()).get(name) ?? 0;',
      ),
      ...one(
        'task/task-ledger.js',
        '        this.#taken = 0;\n',
        '        (TaskLedger.left ??= new Map()).set(this.name, this.#taken);\n',
      ),
    ],
    caughtBy: ['I10', 'I12'],
  },
];

export const AT_LEAST_ONCE_LANE_MUTATIONS: readonly Mutation[] = [
  {
    name: 'lanes are told to be over before what comes of them is acknowledged (F13)',
    guarantee: 'at_least_once',
    focus: 'lanes',
    rewrites: one(
      'commit/at-least-once.js',
      '    return [\n        units.map(({ records }) => records),\n        ...Array',
      '    return [\n        ...Array',
    ).concat(
      one(
        'commit/at-least-once.js',
        '(_, stage) => units.flatMap(({ changelog }) => [changelog[stage] ?? []])),\n    ];',
        '(_, stage) => units.flatMap(({ changelog }) => [changelog[stage] ?? []])),\n        units.map(({ records }) => records),\n    ];',
      ),
    ),
    caughtBy: ['I2'],
  },
  {
    // What is read again would be enough: only a process that was put out leaves others behind.
    name: 'a follower without a lane is forgotten, and stays in the log when it is read again (F13)',
    guarantee: 'at_least_once',
    focus: 'lanes',
    rewrites: [
      ...one('lanes/lane-log-image.js', 'unfenced !== null && isReadAgain(record, unfenced)', 'false'),
      ...one(
        'lanes/lane-log-image.js',
        'for (const ofLog of bySlot.values()) {',
        'for (const ofLog of []) {',
      ),
    ],
    caughtBy: ['I2', 'I12'],
  },
];

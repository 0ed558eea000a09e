import { expect } from 'chai';
import type { Command } from '../../../src/lanes/command.js';
import type { Lane } from '../../../src/lanes/lane.js';
import { LaneLogImage } from '../../../src/lanes/lane-log-image.js';
import type { CommitUnit } from '../../../src/ports/commit.js';
import { NotRetryableError, RetryableError } from '../../../src/record/record-error.js';
import { epochMs, monotonicMs, partition } from '../../../src/record/units.js';
import { CHECKPOINT_KEY, decodeCheckpoint } from '../../../src/state/checkpoint.js';
import type { TaskSettings } from '../../../src/task/task-host.js';
import { consumed, position, SOURCE } from '../support/records.js';
import { COMMANDS, echo, nameOf, TaskBench } from '../support/task-bench.js';

const TIERS = [
  { name: '5s', delayMs: 5000 },
  { name: '30s', delayMs: 30_000 },
];
const LANES: Partial<TaskSettings> = { retryImmediate: 0, retryTiers: TIERS };
const WATCHDOG_MS = 30_000;

const away = (retryAfterMs?: number): RetryableError =>
  new RetryableError(
    'directory-unavailable',
    'answered 503',
    retryAfterMs === undefined ? {} : { retryAfterMs },
  );
const hopeless = (): NotRetryableError => new NotRetryableError('schema-violation', '/email format');

const started = (over: Partial<TaskSettings> = {}): Promise<TaskBench> =>
  new TaskBench({ ...LANES, ...over }).start();

const laneOf = (bench: TaskBench, key = 'k'): Lane => {
  const lane = bench.task.lanes.table.get(key);
  if (lane === undefined) throw new Error(`no lane of ${key}`);
  return lane;
};

const namesIn = (lane: Lane): readonly string[] => [...lane].map(({ name }) => name);
const id = (offset: number): string => `${SOURCE}-0-${offset}`;
const checkpointOf = ({ checkpoint }: CommitUnit) => decodeCheckpoint(checkpoint.value ?? Buffer.alloc(0));

/** Replays what was committed, and compares it with memory (I8). */
const replayed = (units: readonly CommitUnit[]): readonly string[] => {
  const image = new LaneLogImage(partition(0));
  for (const { changelog } of units)
    for (const { key, value } of changelog.flat())
      if (key !== null && !key.equals(CHECKPOINT_KEY)) image.apply(key, value);
  return describeLanes(image.restored(epochMs(0), null).lanes);
};
const describeLanes = (lanes: Iterable<Lane>): readonly string[] =>
  [...lanes].map((lane) => JSON.stringify([lane.slot, lane.state, lane.arm, namesIn(lane)])).sort();

const release = (offset: number, kind: 'release' | 'skip' = 'release'): Command => ({
  kind,
  key: Buffer.from('k'),
  head: id(offset),
  deadLetter: 7,
  by: 'me',
});

describe('Task with lanes', () => {
  describe('a record that fails', () => {
    it('opens a lane and a retry record on the first tier, and its position passes', async () => {
      const bench = await started();
      bench.offer([consumed(0)]);
      await bench.fail(0, away());
      expect(laneOf(bench).state.attempts).to.equal(1);
      const unit = bench.take();
      expect([...unit.records].map(nameOf)).to.deep.equal([`retry ${id(0)} on 5s after 1`]);
      expect(unit.offsets).to.deep.include(position(SOURCE, 0, 1));
      unit.settle('committed');
      expect(replayed([unit])).to.deep.equal(describeLanes(bench.task.lanes.table));
    });

    it('lets later records of its key follow without being run, and those of other keys run', async () => {
      const bench = await started();
      bench.offer([consumed(0), consumed(1), consumed(2, { key: 'other' }), consumed(3)]);
      await bench.fail(0, away());
      expect(bench.begun).to.deep.equal(['0/1', '2/1']);
      await bench.succeed(2);
      expect(namesIn(laneOf(bench))).to.deep.equal([id(0), id(1), id(3)]);
      bench.offer([consumed(4)]);
      expect(namesIn(laneOf(bench))).to.deep.equal([id(0), id(1), id(3), id(4)]);
      expect(bench.commit()).to.deep.equal(['out-2', `retry ${id(0)} on 5s after 1`]);
    });

    it('keeps nothing waiting that lies behind one that follows: the rest of its batch runs as it is read', async () => {
      const bench = await started();
      bench.offer([consumed(0)]);
      await bench.fail(0, away());
      const queued: number[] = [];
      bench.handler = (run) => {
        queued.push(bench.task.queued);
        return echo(run);
      };
      bench.offer([consumed(1), consumed(2, { key: 'other' }), consumed(3), consumed(4, { key: 'third' })]);
      expect(queued).to.deep.equal([0, 0]);
      expect(namesIn(laneOf(bench))).to.deep.equal([id(0), id(1), id(3)]);
      expect(bench.ledger.open.positions.get(SOURCE)).to.equal(5);
    });

    it('is followed while the breaker is open too, by what nothing waits before', async () => {
      const bench = await started();
      bench.offer([consumed(0)]);
      await bench.fail(0, away());
      bench.breaker.isOpen = true;
      bench.offer([consumed(1), consumed(2, { key: 'other' }), consumed(3)]);
      expect(namesIn(laneOf(bench))).to.deep.equal([id(0), id(1)]);
      expect(bench.task.queued).to.equal(2);
      expect(bench.ledger.open.positions.get(SOURCE)).to.equal(2);
    });

    it('has its immediate attempts first, and they count', async () => {
      const bench = await started({ retryImmediate: 1 });
      bench.offer([consumed(0)]);
      await bench.fail(0, away());
      await bench.pass(100);
      await bench.fail(0, away());
      expect(laneOf(bench).state.attempts).to.equal(2);
    });

    it('for good goes to the dead letters at once, and its key goes on', async () => {
      const bench = await started();
      bench.offer([consumed(0), consumed(1)]);
      await bench.fail(0, hopeless());
      expect(bench.decided).to.deep.equal(['dlq 0 schema-violation after 1']);
      expect(bench.begun).to.deep.equal(['0/1', '1/1']);
      expect(bench.task.lanes.table.size).to.equal(0);
    });

    it('without a key has a lane of its own', async () => {
      const bench = await started();
      bench.offer([consumed(0, { key: null }), consumed(1, { key: null })]);
      await bench.fail(0, away());
      await bench.succeed(1);
      expect(bench.task.lanes.table.size).to.equal(1);
      const unit = bench.commitAndDeliver();
      expect([...unit.records].map(nameOf)).to.deep.equal(['out-1', `retry ${id(0)} on 5s after 1`]);
      await bench.pass(5000);
      await bench.succeed(0);
      expect(bench.commit()).to.deep.equal(['out-0']);
      expect(bench.task.lanes.table.size).to.equal(0);
    });
  });

  describe('a head', () => {
    it('runs when its retry record was read and its delay has passed, not before (I7)', async () => {
      const bench = await started();
      bench.offer([consumed(0)]);
      await bench.fail(0, away());
      bench.commitAndDeliver();
      await bench.pass(4999);
      expect(bench.begun).to.deep.equal(['0/1']);
      await bench.pass(1);
      expect(bench.begun).to.deep.equal(['0/1', '0/2']);
    });

    it('waits for the append time of its record and the delay, however long the commit took', async () => {
      const bench = await started();
      bench.offer([consumed(0)]);
      await bench.fail(0, away());
      await bench.pass(3000);
      bench.commitAndDeliver();
      await bench.pass(4999);
      expect(bench.begun).to.deep.equal(['0/1']);
      await bench.pass(1);
      expect(bench.begun).to.deep.equal(['0/1', '0/2']);
    });

    for (const byMs of [-7_200_000, 7_200_000]) {
      it(`waits neither shorter nor longer when the wall clock jumps by ${byMs / 60_000} minutes`, async () => {
        const bench = await started();
        bench.offer([consumed(0)]);
        await bench.fail(0, away());
        bench.scheduler.clock.jumpWallClock(byMs);
        bench.commitAndDeliver();
        await bench.pass(2000);
        bench.scheduler.clock.jumpWallClock(byMs);
        await bench.pass(2999);
        expect(bench.begun).to.deep.equal(['0/1']);
        await bench.pass(1);
        expect(bench.begun).to.deep.equal(['0/1', '0/2']);
      });
    }

    it('that succeeds lets the next one run at once with a fresh budget, and in order', async () => {
      const bench = await started();
      bench.offer([consumed(0), consumed(1), consumed(2)]);
      await bench.fail(0, away());
      bench.commitAndDeliver();
      await bench.pass(5000);
      await bench.succeed(0);
      await bench.pass(0);
      expect(bench.begun).to.deep.equal(['0/1', '0/2', '1/1']);
      await bench.succeed(1);
      await bench.pass(0);
      await bench.succeed(2);
      expect(bench.commit()).to.deep.equal(['out-0', 'out-1', 'out-2']);
      expect(bench.task.lanes.table.size).to.equal(0);
    });

    it('goes from tier to tier, then to the dead letters, and its followers go on', async () => {
      const bench = await started();
      bench.offer([consumed(0), consumed(1)]);
      await bench.fail(0, away());
      bench.commitAndDeliver();
      await bench.pass(5000);
      await bench.fail(0, away());
      expect([...bench.commitAndDeliver().records].map(nameOf)).to.deep.equal([
        `retry ${id(0)} on 30s after 2`,
      ]);
      await bench.pass(30_000);
      await bench.fail(0, away());
      await bench.pass(0);
      expect(bench.decided).to.deep.equal(['dlq 0 retries-exhausted after 3']);
      expect(bench.begun.at(-1)).to.equal('1/1');
    });

    it('waits on a tier that is long enough when it is asked to come later (Retry-After)', async () => {
      const bench = await started();
      bench.offer([consumed(0)]);
      await bench.fail(0, away(6000));
      expect([...bench.take().records].map(nameOf)).to.deep.equal([`retry ${id(0)} on 30s after 1`]);
    });

    it('does not run for a retry record whose arm is another: after a release the old one is nothing (F6)', async () => {
      const bench = await started();
      bench.offer([consumed(0)]);
      await bench.fail(0, away());
      const first = bench.commitAndDeliver();
      bench.command(release(0));
      await bench.fail(0, away());
      bench.commit();
      const runs = bench.begun.length;
      bench.deliver(first);
      await bench.pass(29_999);
      expect(bench.begun.length).to.equal(runs);
    });

    it('runs from the lane log when its retry record never comes (F7, I13)', async () => {
      const bench = await started();
      bench.offer([consumed(0)]);
      await bench.fail(0, away());
      bench.commit();
      await bench.pass(5000 + WATCHDOG_MS - 1);
      expect(bench.begun).to.deep.equal(['0/1']);
      await bench.pass(1);
      expect(bench.begun).to.deep.equal(['0/1', '0/2']);
      await bench.succeed(0);
      expect(bench.commit()).to.deep.equal(['out-0']);
    });

    it('has the same arm again after an abort, and one alone (I11)', async () => {
      const bench = await started();
      bench.offer([consumed(0)]);
      await bench.fail(0, away());
      const aborted = bench.take();
      const arm = laneOf(bench).arm;
      aborted.settle('aborted');
      bench.offer([consumed(1, { key: 'other' })]);
      await bench.fail(1, away());
      const again = bench.take();
      expect(again.records).to.equal(aborted.records);
      expect(laneOf(bench).arm).to.deep.equal(arm);
      again.settle('committed');
      bench.take();
      expect(laneOf(bench, 'other').arm).not.to.deep.equal(arm);
    });
  });

  describe('the position of a retry topic', () => {
    it('is the smallest offset that is read and not resolved (F8)', async () => {
      const bench = await started();
      bench.offer([consumed(0, { key: 'a' }), consumed(1, { key: 'b' })]);
      await bench.fail(0, away());
      await bench.fail(1, away());
      bench.commitAndDeliver();
      await bench.pass(5000);
      await bench.succeed(1);
      const unit = bench.take();
      expect([...checkpointOf(unit).inputs]).to.deep.equal([['G.user.events.retry.5s', 0]]);
      unit.settle('committed');
      await bench.succeed(0);
      expect([...checkpointOf(bench.take()).inputs]).to.deep.equal([['G.user.events.retry.5s', 2]]);
    });
  });

  describe('what a lane drains', () => {
    it('commits the sequence to the group with it, although no position of the source moves (F3)', async () => {
      const bench = await started();
      bench.offer([consumed(0)]);
      await bench.fail(0, away());
      const opened = bench.commitAndDeliver();
      await bench.pass(5000);
      await bench.succeed(0);
      const drained = bench.take();
      expect([...drained.records].map(nameOf)).to.deep.equal(['out-0']);
      const sequence = checkpointOf(opened).sequence + 1;
      expect(checkpointOf(drained).sequence).to.equal(sequence);
      expect(drained.offsets).to.deep.equal([
        position(SOURCE, 0, 1),
        position('G.user.events.lanes-changelog', 0, sequence),
      ]);
    });

    it('does not leave a record of its key behind that was queued while it lived (F9)', async () => {
      const bench = await started();
      bench.offer([consumed(0)]);
      await bench.fail(0, away());
      bench.commitAndDeliver();
      bench.offer([consumed(1, { key: 'slow' }), consumed(2)]);
      await bench.pass(5000);
      await bench.succeed(0);
      expect(bench.task.lanes.table.size).to.equal(0);
      expect(bench.begun.at(-1)).to.equal('2/1');
      await bench.succeed(2);
      await bench.succeed(1);
      expect(bench.commit()).to.deep.equal(['out-0', 'out-1', 'out-2']);
    });
  });

  describe('a restored task', () => {
    /** The lane log of a task whose only record has failed. */
    const oneLane = async (): Promise<LaneLogImage> => {
      const bench = await started();
      bench.offer([consumed(0)]);
      await bench.fail(0, away());
      const image = new LaneLogImage(partition(0));
      for (const { key, value } of bench.commitAndDeliver().changelog.flat())
        if (key !== null) image.apply(key, value);
      return image;
    };

    it('has the lanes of the log, runs those that are due without an arm, and the others in their time', async () => {
      const before = await started();
      before.offer([
        consumed(0, { key: 'a' }),
        consumed(1, { key: 'a' }),
        consumed(2, { key: 'b' }),
        consumed(3, { key: 'b' }),
      ]);
      await before.fail(0, away());
      await before.fail(2, away());
      const units = [before.commitAndDeliver()];
      await before.pass(5000);
      await before.succeed(0);
      units.push(before.commitAndDeliver());
      const image = new LaneLogImage(partition(0));
      for (const { changelog } of units)
        for (const { key, value } of changelog.flat()) if (key !== null) image.apply(key, value);

      const after = new TaskBench(LANES);
      await after.task.restore();
      after.task.run(new Map(), image.restored(after.scheduler.clock.now(), null), 1);
      await after.pass(0);
      expect(after.begun).to.deep.equal(['1/1']);
      await after.pass(5000 + WATCHDOG_MS);
      expect(after.begun).to.deep.equal(['1/1', '2/2']);
    });

    it('arms a lane again whose delay is not configured any more, on one that is long enough', async () => {
      const image = await oneLane();
      const after = new TaskBench({ ...LANES, retryTiers: [{ name: '10s', delayMs: 10_000 }] });
      await after.task.restore();
      after.task.run(new Map(), image.restored(after.scheduler.clock.now(), null), 1);
      expect([...after.commitAndDeliver().records].map(nameOf)).to.deep.equal([
        `retry ${id(0)} on 10s after 1`,
      ]);
      await after.pass(9999);
      expect(after.begun).to.deep.equal([]);
      await after.pass(1);
      expect(after.begun).to.deep.equal(['0/2']);
    });

    for (const [tiers, waitMs] of [
      [
        [
          { name: '10s', delayMs: 10_000 },
          { name: '1h', delayMs: 3_600_000 },
        ],
        10_000,
      ],
      [[], 5000],
    ] as const) {
      it(`holds it for no longer where clocks do not agree, with ${tiers.length} tiers`, async () => {
        const image = await oneLane();
        const after = new TaskBench({ ...LANES, retryTiers: tiers });
        // The clock of the last owner was two hours ahead.
        after.scheduler.clock.jumpWallClock(-7_200_000);
        await after.task.restore();
        after.task.run(new Map(), image.restored(after.scheduler.clock.now(), null), 1);
        after.commitAndDeliver();
        await after.pass(waitMs - 1);
        expect(after.begun).to.deep.equal([]);
        await after.pass(1);
        expect(after.begun).to.deep.equal(['0/2']);
      });
    }

    it('passes a record that waits in a lane already, and stops at another one under its offset (F16)', async () => {
      const image = await oneLane();
      for (const isSame of [true, false]) {
        const again = new TaskBench(LANES);
        await again.task.restore();
        const at = new Map([[SOURCE, position(SOURCE, 0, 0).offset]]);
        again.task.run(at, image.restored(again.scheduler.clock.now(), null), 1);
        again.offer([isSame ? consumed(0) : consumed(0, { value: 'another' })]);
        expect(again.begun).to.deep.equal([]);
        expect(again.stopped.map(({ reason }) => reason)).to.deep.equal(isSame ? [] : ['offset-reused']);
        if (isSame) expect(again.take().offsets).to.deep.include(position(SOURCE, 0, 1));
      }
    });
  });

  describe('emission patience', () => {
    const PATIENT: Partial<TaskSettings> = { emissionPatienceMs: 250 };

    it('makes the record at the front a lane whose handler goes on, when a result has waited behind it', async () => {
      const bench = await started(PATIENT);
      bench.offer([consumed(0), consumed(1, { key: 'other' }), consumed(2)]);
      await bench.succeed(1);
      await bench.pass(249);
      expect(bench.decided).to.deep.equal([]);
      await bench.pass(1);
      expect(bench.decided).to.deep.equal(['out-1']);
      expect(namesIn(laneOf(bench))).to.deep.equal([id(0), id(2)]);
      const unit = bench.commitAndDeliver();
      expect([...unit.records].map(nameOf)).to.deep.equal(['out-1']);
      expect(replayed([unit])).to.deep.equal(describeLanes(bench.task.lanes.table));
      expect(bench.begun).to.deep.equal(['0/1', '1/1']);
      await bench.succeed(0);
      await bench.pass(0);
      await bench.succeed(2);
      expect(bench.commit()).to.deep.equal(['out-0', 'out-2']);
    });

    it('leaves a slow record alone while nobody waits behind it', async () => {
      const bench = await started(PATIENT);
      bench.offer([consumed(0), consumed(1)]);
      await bench.pass(5000);
      expect(bench.task.lanes.table.size).to.equal(0);
      await bench.succeed(0);
      expect(bench.decided).to.deep.equal(['out-0']);
    });

    it('gives such a head no attempt in memory when it fails: it goes to the next tier', async () => {
      const bench = await started({ ...PATIENT, retryImmediate: 3 });
      bench.offer([consumed(0), consumed(1, { key: 'other' })]);
      await bench.succeed(1);
      await bench.pass(250);
      await bench.fail(0, away());
      expect(bench.commit()).to.deep.equal(['out-1', `retry ${id(0)} on 5s after 1`]);
    });

    it('keeps the back-off of one that was about to be tried again', async () => {
      const bench = await started({ ...PATIENT, retryImmediate: 1, retryImmediateBackoffMs: 1000 });
      bench.offer([consumed(0), consumed(1, { key: 'other' })]);
      await bench.fail(0, away());
      await bench.succeed(1);
      await bench.pass(250);
      expect(laneOf(bench).state.attempts).to.equal(1);
      await bench.pass(749);
      expect(bench.begun).to.deep.equal(['0/1', '1/1']);
      await bench.pass(1);
      expect(bench.begun).to.deep.equal(['0/1', '1/1', '0/2']);
    });

    it('never takes the last place of source records', async () => {
      const bench = await started({ ...PATIENT, maxInFlight: 4 });
      bench.offer(['a', 'b', 'c', 'd', 'e', 'f'].map((key, at) => consumed(at, { key })));
      expect(bench.begun).to.deep.equal(['0/1', '1/1', '2/1']);
      await bench.succeed(2);
      await bench.pass(250);
      // Both hanging ones are heads now; of the places that are left source records keep one.
      expect(bench.task.lanes.table.size).to.equal(2);
      expect(bench.begun).to.deep.equal(['0/1', '1/1', '2/1', '3/1', '4/1']);
      await bench.succeed(4);
      await bench.pass(250);
      expect(bench.task.lanes.table.size).to.equal(3);
      expect(bench.begun.at(-1)).to.equal('5/1');
      expect(bench.task.inFlight).to.equal(4);
    });
  });

  describe('the policy park', () => {
    const PARK: Partial<TaskSettings> = { deadLetterPolicy: 'park' };

    it('keeps a head that failed for good, with one notice in the dead letters, and its followers behind it', async () => {
      const bench = await started(PARK);
      bench.offer([consumed(0), consumed(1)]);
      await bench.fail(0, hopeless());
      expect(bench.decided).to.deep.equal(['dlq 0 schema-violation after 1']);
      expect(namesIn(laneOf(bench))).to.deep.equal([id(0), id(1)]);
      const [notice] = bench.take().records;
      expect(notice?.headers).to.deep.include({ name: 'x-lanes-state', value: 'parked' });
      await bench.pass(10_000_000);
      expect(bench.begun).to.deep.equal(['0/1']);
    });

    it('writes no second notice when a released head fails again (F12)', async () => {
      const bench = await started(PARK);
      bench.offer([consumed(0)]);
      await bench.fail(0, hopeless());
      bench.commit();
      bench.command(release(0));
      expect(bench.begun).to.deep.equal(['0/1', '0/2']);
      await bench.fail(0, hopeless());
      expect(bench.decided).to.deep.equal([]);
      expect(laneOf(bench).state.status).to.equal('parked');
    });

    it('writes a skipped head in full, marked as the end of its notice', async () => {
      const bench = await started(PARK);
      bench.offer([consumed(0), consumed(1)]);
      await bench.fail(0, hopeless());
      bench.commit();
      bench.command(release(0, 'skip'));
      const [letter] = bench.take().records;
      expect(letter?.headers).to.deep.include({ name: 'x-lanes-state', value: 'skipped' });
      expect(letter?.headers).to.deep.include({ name: 'x-lanes-notice', value: '7' });
      expect(letter?.headers).to.deep.include({ name: 'x-lanes-reason', value: 'skipped' });
      await bench.pass(0);
      expect(bench.begun).to.deep.equal(['0/1', '1/1']);
    });

    it('moves the followers of a lane at its bound to the dead letters, in order, with its head as cause (F21)', async () => {
      const bench = await started({ ...PARK, laneMaxFollowers: 2 });
      bench.offer([consumed(0), consumed(1), consumed(2), consumed(3)]);
      await bench.fail(0, hopeless());
      const letters = [...bench.take().records].slice(1);
      expect(letters.map(nameOf)).to.deep.equal(['dlq 1 lane-full after 0', 'dlq 2 lane-full after 0']);
      for (const { headers } of letters)
        expect(headers).to.deep.include({ name: 'x-lanes-cause', value: id(0) });
      expect(namesIn(laneOf(bench))).to.deep.equal([id(0), id(3)]);
    });
  });

  describe('bounds', () => {
    it('a task that new lanes fill moves the followers of its largest parked lane, and goes on (F21)', async () => {
      const bench = await started({ deadLetterPolicy: 'park', taskMaxBufferBytes: 20_000, maxInFlight: 1 });
      bench.handler = () => {
        throw hopeless();
      };
      bench.offer('a a a b c d e f g h i j k l m'.split(' ').map((key, at) => consumed(at, { key })));
      expect(laneOf(bench, 'a').followers).to.equal(0);
      expect(bench.task.queued).to.equal(0);
    });

    it('a retrying lane at its bound asks intake to wait, and no more when it has drained to half', async () => {
      const bench = await started({ laneMaxFollowers: 2 });
      bench.offer([consumed(0), consumed(1), consumed(2)]);
      await bench.fail(0, away());
      const { bounds } = bench.task.lanes;
      expect(bounds.verdict).to.equal('pause');
      bench.commitAndDeliver();
      await bench.pass(5000);
      await bench.succeed(0);
      expect(bounds.verdict).to.equal('resume');
    });
  });

  describe('commands', () => {
    it('release runs the head at once, and keeps its attempts', async () => {
      const bench = await started();
      bench.offer([consumed(0)]);
      await bench.fail(0, away());
      bench.commitAndDeliver();
      bench.command(release(0));
      expect(bench.begun).to.deep.equal(['0/1', '0/2']);
      await bench.succeed(0);
      expect(bench.commit()).to.deep.equal(['out-0']);
    });

    it('that mean another head are ignored (F11)', async () => {
      const bench = await started();
      bench.offer([consumed(0), consumed(1)]);
      await bench.fail(0, away());
      bench.command(release(1, 'skip'));
      expect(namesIn(laneOf(bench))).to.deep.equal([id(0), id(1)]);
      expect(bench.decided).to.deep.equal([]);
    });

    it('wait for a head that runs, and then find that it has gone', async () => {
      const bench = await started();
      bench.offer([consumed(0)]);
      await bench.fail(0, away());
      bench.commitAndDeliver();
      await bench.pass(5000);
      bench.command(release(0, 'skip'));
      await bench.succeed(0);
      expect(bench.commit()).to.deep.equal(['out-0']);
      bench.command('it is not JSON');
      expect([...checkpointOf(bench.take()).inputs]).to.deep.include([COMMANDS, 2]);
    });

    const redrive = (offset: number, deadLetter: number): Command => ({
      kind: 'redrive',
      key: Buffer.from('k'),
      deadLetter,
      record: consumed(offset),
      by: 'me',
    });

    it('redrive waits for a handler of its key, holds later records back, and runs in between (F10)', async () => {
      const bench = await started();
      bench.offer([consumed(5), consumed(6)]);
      bench.command(redrive(1, 3));
      expect(bench.begun).to.deep.equal(['5/1']);
      await bench.succeed(5);
      expect(bench.begun).to.deep.equal(['5/1', '1/1']);
      await bench.succeed(1);
      await bench.pass(0);
      await bench.succeed(6);
      expect(bench.commit()).to.deep.equal(['out-5', 'out-1', 'out-6']);
    });

    it('redrive waits for a record that has begun and that an open breaker keeps back (F10)', async () => {
      const bench = await started({ retryImmediate: 2 });
      bench.offer([consumed(5)]);
      await bench.fail(5, away());
      bench.breaker.isOpen = true;
      bench.task.post({ kind: 'breaker' });
      bench.command(redrive(1, 3));
      expect(bench.begun).to.deep.equal(['5/1']);
      expect(bench.task.probe(monotonicMs(0)), 'a command does not keep it from being the probe').to.equal(
        true,
      );
      await bench.succeed(5);
      bench.breaker.isOpen = false;
      await bench.pass(0);
      await bench.succeed(1);
      expect(bench.begun).to.deep.equal(['5/1', '5/2', '1/1']);
      expect(bench.commit()).to.deep.equal(['out-5', 'out-1']);
    });

    it('redrive waits for a record whose failure an open breaker did not count (F10)', async () => {
      const bench = await started({ retryImmediate: 0 });
      bench.offer([consumed(5)]);
      bench.breaker.isOpen = true;
      await bench.fail(5, away());
      bench.command(redrive(1, 3));
      expect(bench.task.probe(monotonicMs(0))).to.equal(true);
      await bench.fail(5, away());
      bench.breaker.isOpen = false;
      bench.task.post({ kind: 'breaker' });
      await bench.succeed(5);
      await bench.succeed(1);
      expect(bench.begun).to.deep.equal(['5/1', '5/1', '5/1', '1/1']);
      expect(bench.commit()).to.deep.equal(['out-5', 'out-1']);
    });

    it('redrive the same dead letter once, and nothing that waits in a lane', async () => {
      const bench = await started();
      bench.command(redrive(1, 3));
      await bench.succeed(1);
      bench.command(redrive(1, 3));
      bench.offer([consumed(5)]);
      await bench.fail(5, away());
      bench.command(redrive(5, 4));
      expect(bench.begun).to.deep.equal(['1/1', '5/1']);
      expect(namesIn(laneOf(bench))).to.deep.equal([id(5)]);
    });
  });

  describe('an open breaker', () => {
    it('counts no failure, starts nothing, and a probe runs the record at the front', async () => {
      const bench = await started({ retryImmediate: 0 });
      bench.offer([consumed(0), consumed(1, { key: 'other' })]);
      bench.breaker.isOpen = true;
      await bench.fail(0, away());
      await bench.succeed(1);
      expect(bench.task.lanes.table.size).to.equal(0);
      expect(bench.begun).to.deep.equal(['0/1', '1/1']);
      expect(bench.task.probe(monotonicMs(0))).to.equal(true);
      expect(bench.begun).to.deep.equal(['0/1', '1/1', '0/1']);
      await bench.fail(0, away());
      expect(bench.breaker.told.at(-1)).to.equal('probe failed');
      bench.breaker.isOpen = false;
      bench.task.post({ kind: 'breaker' });
      await bench.succeed(0);
      expect(bench.commit()).to.deep.equal(['out-0', 'out-1']);
    });

    it('makes a head that fails wait the same delay again, without counting', async () => {
      const bench = await started();
      bench.offer([consumed(0)]);
      await bench.fail(0, away());
      bench.commitAndDeliver();
      bench.breaker.isOpen = true;
      await bench.pass(5000);
      expect(bench.begun).to.deep.equal(['0/1']);
      expect(bench.task.probe(monotonicMs(0))).to.equal(true);
      await bench.fail(0, away());
      expect([...bench.commitAndDeliver().records].map(nameOf)).to.deep.equal([
        `retry ${id(0)} on 5s after 1`,
      ]);
    });
  });
});

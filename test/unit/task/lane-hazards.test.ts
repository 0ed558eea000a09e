/** Sequences that a review found to break a promise: each is a record lost, doubled or stuck. */
import { expect } from 'chai';
import type { Command } from '../../../src/lanes/command.js';
import { Lane } from '../../../src/lanes/lane.js';
import { followerKey } from '../../../src/lanes/lane-log.js';
import type { RestoredLanes } from '../../../src/lanes/lane-log-image.js';
import { LaneLogImage } from '../../../src/lanes/lane-log-image.js';
import { LaneRecord } from '../../../src/lanes/lane-record.js';
import { freshHead } from '../../../src/lanes/lane-state.js';
import { sourceId } from '../../../src/lanes/record-id.js';
import type { CommitUnit } from '../../../src/ports/commit.js';
import { NotRetryableError, RetryableError } from '../../../src/record/record-error.js';
import type { ConsumedRecord } from '../../../src/record/record.js';
import { epochMs, partition } from '../../../src/record/units.js';
import { CHECKPOINT_KEY } from '../../../src/state/checkpoint.js';
import type { TaskSettings } from '../../../src/task/task-host.js';
import { consumed, ledgerStart, position, positions, produced, SOURCE } from '../support/records.js';
import { NOTHING_RESTORED, TaskBench } from '../support/task-bench.js';

const TIERS = [{ name: '5s', delayMs: 5000 }];
const LANES: Partial<TaskSettings> = { retryImmediate: 0, retryTiers: TIERS };
const MEGABYTE = 1_000_000;

const away = (): RetryableError => new RetryableError('directory-unavailable', 'answered 503');
const hopeless = (): NotRetryableError => new NotRetryableError('schema-violation', '/email format');
const large = (text: string): string => text.padEnd(0.95 * MEGABYTE, '.');

const namesIn = (lane: Lane | undefined): readonly string[] => [...(lane ?? [])].map(({ name }) => name);
const id = (offset: number): string => `${SOURCE}-0-${offset}`;

const redrive = (deadLetter: number, record: ConsumedRecord): Command => ({
  kind: 'redrive',
  key: record.key,
  deadLetter,
  record,
  by: 'me',
});

/** What a restore reads of these units. */
const restored = (units: readonly CommitUnit[]): readonly Lane[] => {
  const image = new LaneLogImage(partition(0));
  for (const { changelog } of units)
    for (const { key, value } of changelog.flat())
      if (key !== null && !key.equals(CHECKPOINT_KEY)) image.apply(key, value);
  return image.restored(epochMs(0), null).lanes;
};

describe('Task with lanes, in a tight place', () => {
  describe('a decision that fills a write-set', () => {
    it('is committed whole: outputs with the position behind their record', async () => {
      const outputs = Array.from({ length: 9 }, (_, i) => produced(large(`out-${i}`)));
      const bench = await new TaskBench({ ...LANES }, () => outputs).start();
      bench.offer([consumed(0), consumed(1)]);
      const first = bench.take();
      expect(first.records).to.have.length(9);
      expect(first.offsets).to.deep.include(position(SOURCE, 0, 1));
    });

    it("is committed whole: a head's outputs with its leaving the lane", async () => {
      const bench = await new TaskBench({ ...LANES }).start();
      bench.offer([consumed(0)]);
      await bench.fail(0, away());
      const opened = bench.commitAndDeliver();
      await bench.pass(5000);
      await bench.succeed(0, ...Array.from({ length: 9 }, (_, i) => large(`out-${i}`)));
      expect(restored([opened, bench.take()])).to.deep.equal([]);
    });

    it('counts the retry records that are written with it', async () => {
      const bench = await new TaskBench({ ...LANES }).start();
      const value = large('v');
      bench.offer(Array.from({ length: 12 }, (_, i) => consumed(i, { key: `k${i}`, value })));
      for (let i = 0; i < 12; i++) await bench.fail(i, away());
      const unit = bench.take();
      const written = [...unit.records, ...unit.changelog.flat()];
      const bytes = written.reduce((sum, { value: of }) => sum + (of?.length ?? 0), 0);
      expect(bytes).to.be.lessThan(11 * MEGABYTE);
    });
  });

  it('an output that is too large keeps its key until it is decided: none of its key runs beside its lane (I4)', async () => {
    const bench = await new TaskBench({ ...LANES, deadLetterPolicy: 'park', maxMessageBytes: 1000 }).start();
    bench.offer([consumed(0, { key: 'slow' }), consumed(1), consumed(2)]);
    await bench.succeed(1, 'x'.repeat(2000));
    expect(bench.begun).to.deep.equal(['0/1', '1/1']);
    await bench.succeed(0);
    expect(namesIn(bench.task.lanes.table.get('k'))).to.deep.equal([id(1), id(2)]);
    expect(bench.decided).to.deep.equal(['out-0', 'dlq 1 output-too-large after 1']);
  });

  it('a task full of followers whose heads are parked afterwards goes on (F21)', async () => {
    const bench = await new TaskBench({
      retryImmediate: 0,
      retryTiers: TIERS,
      deadLetterPolicy: 'park',
      taskMaxBufferBytes: 64_000,
    }).start();
    const { bounds } = bench.task.lanes;
    bench.offer([consumed(0, { key: 'a' }), consumed(1, { key: 'b' }), consumed(2, { key: 'c' })]);
    for (const at of [0, 1, 2]) await bench.fail(at, away());
    let at = 3;
    for (const key of ['a', 'b', 'c'])
      for (let i = 0; i < 12; i++) bench.offer([consumed(at++, { key, value: 'x'.repeat(100) })]);
    expect(bounds.verdict).to.equal('pause');
    bench.commitAndDeliver();
    await bench.pass(5000);
    for (const head of [0, 1, 2]) await bench.fail(head, hopeless());
    expect([...bench.task.lanes.table].map(({ state }) => state.status)).to.deep.equal([
      'parked',
      'parked',
      'parked',
    ]);
    expect(bounds.verdict).to.not.equal('pause');
  });

  describe('redrive', () => {
    it('of a record that no lane can take is refused, and the partition goes on', async () => {
      const bench = await new TaskBench({ ...LANES }).start();
      bench.command(redrive(3, consumed(0, { value: 'x'.repeat(1_200_000) })));
      expect(bench.stopped).to.deep.equal([]);
      expect(bench.task.state).to.equal('running');
      bench.commit();
      expect(bench.telemetry.lines).to.include('commands redrive refused 1');
    });

    it('of a letter that waits in its lane already is not done twice: a crash can forget its outcome (F13)', async () => {
      const bench = await new TaskBench({ ...LANES }).start();
      bench.command(redrive(3, consumed(0)));
      const lane = bench.task.lanes.table.get('k');
      expect(namesIn(lane)).to.deep.equal(['dlq-0-3']);
      const opened = bench.take();
      opened.settle('committed');
      const again = new TaskBench({ ...LANES });
      await again.task.restore();
      again.task.run(
        new Map(),
        {
          lanes: restored([opened]),
          outcomes: new Map(),
          orphans: 0,
          strays: { lanes: [], records: [], disordered: [] },
        },
        1,
      );
      await again.pass(0);
      await again.fail(0, away());
      again.command(redrive(3, consumed(0)));
      expect(namesIn(again.task.lanes.table.get('k'))).to.deep.equal(['dlq-0-3']);
    });

    it('of a record that was redriven before and is parked is refused: release it instead (F12)', async () => {
      const bench = await new TaskBench({ ...LANES, deadLetterPolicy: 'park' }).start();
      bench.command(redrive(3, consumed(0)));
      await bench.pass(0);
      await bench.fail(0, hopeless());
      expect(bench.task.lanes.table.get('k')?.state.status).to.equal('parked');
      // The letter of its second failure.
      bench.command(redrive(4, consumed(0)));
      expect(namesIn(bench.task.lanes.table.get('k'))).to.deep.equal(['dlq-0-3']);
    });
  });

  describe('what a restore leaves in the log', () => {
    const strayed = (bench: TaskBench, from: number, of: Partial<RestoredLanes>): void => {
      const at = positions({ [SOURCE]: from });
      bench.ledger.restore(ledgerStart(0, at, false));
      bench.task.run(at, { ...NOTHING_RESTORED, ...of }, 1);
    };
    const strays = { lanes: [], records: [sourceId(consumed(5))], disordered: [] };
    const written = (unit: CommitUnit): readonly string[] =>
      unit.changelog
        .flat()
        .map(({ key, value }) => `${key?.[0] ?? ''} ${value === null ? 'leaves' : 'is there'}`);

    it('stays until its record is decided: until then a crash could still need it (F13)', async () => {
      const bench = new TaskBench({ ...LANES });
      await bench.task.restore();
      strayed(bench, 4, { strays });
      bench.offer([consumed(4), consumed(5)]);
      await bench.succeed(4);
      expect(written(bench.take())).to.deep.equal([]);
      await bench.succeed(5);
      expect(written(bench.take())).to.deep.equal(['2 leaves']);
    });

    it('stays when the record waits in a lane again', async () => {
      const bench = new TaskBench({ ...LANES });
      await bench.task.restore();
      strayed(bench, 5, { strays });
      bench.offer([consumed(5)]);
      await bench.fail(5, away());
      expect(written(bench.take())).to.deep.equal(['2 is there', '1 is there']);
    });

    it('is written in the order of the lane when it was not: the next restore may trust it', async () => {
      const records = [1, 3, 2].map((at) => new LaneRecord(sourceId(consumed(at)), consumed(at)));
      const [head, ...followers] = records;
      if (head === undefined) throw new Error('a head');
      const lane = new Lane({ kind: 'keyed', key: Buffer.from('k') }, head, freshHead(epochMs(0)));
      for (const each of followers) lane.append(each);
      const bench = new TaskBench({ ...LANES });
      await bench.task.restore();
      strayed(bench, 9, { lanes: [lane], strays: { lanes: [], records: [], disordered: [lane] } });
      const names = bench
        .take()
        .changelog.flat()
        .map(({ key }) => key?.toString('hex'));
      expect(names).to.deep.equal(records.map(({ id: each }) => followerKey(each).toString('hex')));
    });

    it('a record that is read again while it waits in its lane holds up no command and no other record (F9, F10)', async () => {
      const record = new LaneRecord(sourceId(consumed(7)), consumed(7));
      const lane = new Lane({ kind: 'keyed', key: Buffer.from('k') }, record, freshHead(epochMs(0)));
      const bench = new TaskBench({ ...LANES });
      await bench.task.restore();
      strayed(bench, 4, { lanes: [lane] });
      await bench.pass(0);
      const [slow, other] = ['slow', 'other'];
      bench.offer([consumed(4, { key: slow }), consumed(5), consumed(6, { key: other }), consumed(7)]);
      const head = record.name;
      bench.command({ kind: 'release', key: Buffer.from('k'), head, deadLetter: null, by: 'me' });
      for (const at of [7, 6, 4]) await bench.succeed(at);
      await bench.pass(0);
      await bench.succeed(5);
      expect(bench.task.queued).to.equal(0);
      bench.commit();
      expect(bench.telemetry.lines).to.include('commands release ignored 1');
    });
  });

  it('a record that no lane can take stops the task, and nothing of it is decided', async () => {
    const bench = await new TaskBench({ ...LANES, maxMessageBytes: MEGABYTE / 10 }).start();
    bench.offer([consumed(0), consumed(1, { value: 'x'.repeat(MEGABYTE) })]);
    await bench.fail(0, away());
    expect(bench.stopped.map(({ reason }) => reason)).to.deep.equal(['lane-record-too-large']);
    expect(bench.stopped[0]?.message).to.include('MAX_MESSAGE_BYTES');
  });

  it('skip of a head whose dead letter would be too large is refused, and the lane stays', async () => {
    const bench = await new TaskBench({ ...LANES, maxMessageBytes: 70_000 }).start();
    // As text in the dead letter, as it is in the lane log.
    const headers = [{ name: 'blob', value: Buffer.alloc(110_000, 0xff) }];
    bench.offer([{ ...consumed(0), headers }]);
    await bench.fail(0, away());
    const lane = bench.task.lanes.table.get('k');
    const head = lane?.head.name ?? '';
    bench.command({ kind: 'skip', key: Buffer.from('k'), head, deadLetter: null, by: 'me' });
    bench.commit();
    expect(bench.stopped).to.deep.equal([]);
    expect(bench.telemetry.lines).to.include('commands skip refused 1');
    expect(bench.task.lanes.table.get('k')).to.equal(lane);
  });

  it('a command at the offset of another is done when the topic was made anew, and not when it is read again', async () => {
    const bench = await new TaskBench({ ...LANES }).start();
    const dismiss: Command = { kind: 'dismiss', key: null, deadLetter: 1, why: '', by: 'me' };
    bench.command(dismiss);
    bench.commit();
    bench.inputs.clear();
    bench.command(dismiss);
    bench.commit();
    expect(bench.telemetry.lines.filter((line) => line === 'commands dismiss done 1')).to.have.length(1);
    bench.inputs.clear();
    await bench.pass(1);
    bench.command(dismiss);
    bench.commit();
    expect(bench.telemetry.lines.filter((line) => line === 'commands dismiss done 1')).to.have.length(2);
  });

  it('a dead letter is redriven once for as long as it is there, longer than commands are', async () => {
    const bench = await new TaskBench({ ...LANES }, () => []).start();
    bench.command(redrive(3, consumed(0)));
    await bench.pass(20 * 86_400_000);
    bench.command(redrive(3, consumed(0)));
    bench.commit();
    expect(bench.telemetry.lines).to.include('commands redrive refused 1');
    await bench.pass(20 * 86_400_000);
    bench.command(redrive(3, consumed(0)));
    bench.commit();
    expect(bench.telemetry.lines.filter((line) => line === 'commands redrive done 1')).to.have.length(2);
  });

  it('thousands of commands cost no more than themselves', async () => {
    const bench = await new TaskBench({ ...LANES }).start();
    bench.offer(Array.from({ length: 2000 }, (_, i) => consumed(i, { key: `k${i}` })));
    const decided = (): number =>
      bench.telemetry.lines
        .filter((line) => line.startsWith('commands redrive done'))
        .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    for (let i = 0; i < 3000; i++) bench.command(redrive(i, consumed(i, { key: `other${i}` })));
    bench.commit();
    expect(decided()).to.equal(3000);
  });

  it('outcomes of commands leave memory and log when the retention of their commands is over', async () => {
    const bench = await new TaskBench({ ...LANES }).start();
    const dismiss: Command = { kind: 'dismiss', key: null, deadLetter: 1, why: '', by: 'me' };
    bench.command(dismiss);
    const first = bench.commitAndDeliver();
    await bench.pass(8 * 86_400_000);
    bench.command({ ...dismiss, deadLetter: 2 });
    const keys = (unit: CommitUnit, isThere: boolean): readonly string[] =>
      unit.changelog.flat().flatMap(({ key, value }) => ((value !== null) === isThere ? [String(key)] : []));
    expect(keys(bench.take(), false)).to.deep.equal(keys(first, true));
  });

  it('with one place for both, heads and source records take turns', async () => {
    const bench = await new TaskBench({ ...LANES, maxInFlight: 1 }).start();
    bench.offer([consumed(0)]);
    await bench.fail(0, away());
    bench.offer([consumed(1), consumed(2), consumed(3, { key: 'other' })]);
    await bench.succeed(3);
    bench.offer([consumed(4, { key: 'other' })]);
    bench.commitAndDeliver();
    await bench.pass(0);
    await bench.succeed(4);
    await bench.pass(5000);
    bench.offer([consumed(5, { key: 'other' })]);
    await bench.succeed(0);
    expect(bench.begun.at(-1)).to.equal('5/1');
  });
});

import { expect } from 'chai';
import { AUDIT, SOURCE } from '../support/records.js';
import type { EngineProcess } from '../support/engine-bench.js';
import { EngineBench } from '../support/engine-bench.js';

const PARTITIONS = 4;

const partitionsOf = (series: readonly string[]): readonly string[] =>
  series.map((line) => /(partition|task)="(?:0_)?(\d+)"/.exec(line)?.[2] ?? '?').toSorted();

/** What the client would say: of every partition, given up or not. */
const lagOfAll = (records: number) =>
  Array.from({ length: PARTITIONS }, (_, partition) => ({ topic: SOURCE, partition, records }));

const settled = async (bench: EngineBench, engine: EngineProcess): Promise<void> => {
  while (engine.streams.status().uncommitted > 0) await bench.scheduler.advance(200);
};

describe('the metrics of the engine', () => {
  let bench: EngineBench;

  beforeEach(() => {
    bench = new EngineBench(PARTITIONS);
  });

  afterEach(() => bench.close());

  it('are told with each commit: records, outputs, attempts, and how long the slowest took', async () => {
    const engine = await bench.start('one');
    await bench.scheduler.advance(30_000);
    bench.cluster.produce(SOURCE, 0, { key: 'a', value: 'one', timestampMs: 1000 });
    bench.cluster.produce(SOURCE, 0, { key: 'b', value: 'two' });
    bench.cluster.produce(SOURCE, 0, { key: 'c', value: 'fail' });
    await bench.scheduler.advance(5000);
    await settled(bench, engine);
    expect(bench.cluster.read(AUDIT)).to.have.length(2);
    const lines = await engine.lines();
    expect(lines).to.include.members([
      `audit_message_count_total{topic="${SOURCE}",type="unknown",outcome="processed"} 2`,
      `audit_output_count_total{topic="${AUDIT}"} 2`,
      'audit_lanes{status="retrying"} 1',
      'audit_sessions_total 1',
      `audit_latency_seconds_bucket{le="300",topic="${SOURCE}",stage="read-to-commit"} 1`,
      // The first record says that it is of 1970.
      `audit_latency_seconds_bucket{le="3600",topic="${SOURCE}",stage="end-to-end"} 0`,
      `audit_latency_seconds_bucket{le="+Inf",topic="${SOURCE}",stage="end-to-end"} 1`,
      `audit_latency_seconds_bucket{le="0.01",topic="${SOURCE}",stage="attempt"} 1`,
    ]);
    // 2 records, and 2 failed attempts of the third, in 35 s.
    const [rate = ''] = await engine.series('message_rate');
    expect(Number(rate.split(' ')[1])).to.be.within(2 / 60, 2 / 30);
    const [errors = ''] = await engine.series('error_rate');
    expect(Number(errors.split(' ')[1])).to.be.within(2 / 60, 2 / 30);
  });

  it('know how long the last commit is ago, and nothing of it before there is a session', async () => {
    const engine = await bench.start('one');
    await bench.scheduler.advance(20_000);
    bench.cluster.produce(SOURCE, 0, { key: 'a', value: 'one' });
    await bench.scheduler.advance(1000);
    await settled(bench, engine);
    const ageOf = async (): Promise<number> =>
      Number((await engine.series('last_commit_age_seconds'))[0]?.split(' ')[1]);
    expect(await ageOf()).to.be.lessThan(5);
    await bench.scheduler.advance(60_000);
    expect(await ageOf()).to.be.at.least(60);
    await bench.scheduler.complete(engine.streams.close());
    expect(await engine.series('last_commit_age_seconds')).to.deep.equal([]);
    expect(await engine.series('last_poll_age_seconds')).to.deep.equal([]);
  });

  it('have no series of a partition or a task that another process has by now', async () => {
    const one = await bench.start('one');
    for (let partition = 0; partition < PARTITIONS; partition++)
      bench.cluster.produce(SOURCE, partition, { key: `k${partition}`, value: 'fail' });
    await bench.scheduler.advance(1000);
    await settled(bench, one);
    const perTask = ['task_lanes', 'task_queued_records', 'partition_lag', 'oldest_unprocessed_age_seconds'];
    one.lag = lagOfAll(3);
    for (const name of perTask)
      expect(partitionsOf(await one.series(name)), name).to.deep.equal(['0', '1', '2', '3']);

    const other = await bench.start('two');
    other.lag = lagOfAll(3);
    await bench.scheduler.run(() => one.isRunning && one.tasks === 2 && other.tasks === 2);
    for (const name of perTask) {
      const [mine, others] = [partitionsOf(await one.series(name)), partitionsOf(await other.series(name))];
      expect(mine, name).to.have.length(2);
      expect([...mine, ...others].toSorted(), name).to.deep.equal(['0', '1', '2', '3']);
    }
    expect(await one.series('lanes')).to.include('lanes{status="retrying"} 2');
  });

  it('hold the age of a record that waits until it is committed', async () => {
    const engine = await bench.start('one');
    const now = bench.scheduler.clock.now();
    bench.cluster.produce(SOURCE, 1, { key: 'a', value: 'one', timestampMs: now - 50_000 });
    engine.lag = lagOfAll(0);
    const age = async (partition: number): Promise<number> => {
      const series = await engine.series('oldest_unprocessed_age_seconds');
      return Number(series.find((line) => line.includes(`partition="${partition}"`))?.split(' ')[1]);
    };
    await bench.scheduler.run(() => engine.streams.status().uncommitted > 0);
    expect(await age(1)).to.be.at.least(50);
    expect(await age(0)).to.equal(0);
    await bench.scheduler.advance(1000);
    await settled(bench, engine);
    expect(await age(1)).to.equal(0);
    // More lies there, and is not read.
    engine.lag = lagOfAll(1);
    expect(await age(1)).to.be.at.least(50);
    expect(await age(0)).to.be.lessThan(50);
  });
});

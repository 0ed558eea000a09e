import { expect } from 'chai';
import { SOURCE } from '../support/records.js';
import type { EngineProcess } from '../support/engine-bench.js';
import { EngineBench } from '../support/engine-bench.js';

const PARTITIONS = 100;
const LANES = 10_000;
/** The promise. */
const MOST_CPU_MS = 10;
const SCRAPES = 31;

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((one, other) => one - other)[numbers.length >> 1] ?? NaN;

/** Of the processor, not of the wall clock: what else the machine does hardly counts. */
const scrapeMs = async ({ metrics }: EngineProcess): Promise<number> => {
  const before = process.cpuUsage();
  await metrics.render();
  const { system, user } = process.cpuUsage(before);
  return (system + user) / 1000;
};

describe('a scrape of the engine', () => {
  it(`of ${PARTITIONS} partitions and ${LANES} lanes costs less than ${MOST_CPU_MS} ms of CPU`, async function () {
    this.timeout(120_000);
    const bench = new EngineBench(PARTITIONS);
    for (let i = 0; i < LANES; i++)
      bench.cluster.produce(SOURCE, i % PARTITIONS, { key: `key-${i}`, value: 'fail' });
    const engine = await bench.start('one');
    const lanesOf = (): number =>
      engine.streams.status().tasks.reduce((sum, { lanes }) => sum + lanes.retrying, 0);
    while (lanesOf() < LANES || engine.streams.status().uncommitted > 0) await bench.scheduler.advance(1000);
    engine.lag = Array.from({ length: PARTITIONS }, (_, partition) => ({
      topic: SOURCE,
      partition,
      records: 7,
    }));

    const costs: number[] = [];
    for (let i = 0; i < SCRAPES; i++) costs.push(await scrapeMs(engine));
    expect(await engine.series('lanes')).to.include(`lanes{status="retrying"} ${LANES}`);
    expect(await engine.series('task_lanes')).to.have.length(PARTITIONS);
    expect(await engine.series('partition_lag')).to.have.length(PARTITIONS);
    expect(median(costs)).to.be.lessThan(MOST_CPU_MS);
    await bench.close();
  });
});

import { expect } from 'chai';
import fc from 'fast-check';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import {
  combineMetrics,
  valuesOf,
  type ProcessMetrics,
} from '../../../src/observability/combined-metrics.js';
import { addCounters, KeptCounters } from '../../../src/observability/kept-counters.js';

/** One life of a process: its counters begin at 0. */
const life = () => {
  const register = new Registry();
  const of = { help: 'help', registers: [register] };
  const records = new Counter({ ...of, name: 'records_total', labelNames: ['topic', 'type'] });
  const lag = new Gauge({ ...of, name: 'lag' });
  const time = new Histogram({ ...of, name: 'time_seconds', buckets: [1, 5] });
  return { records, lag, time, values: () => valuesOf(register) };
};

const valueOf = (text: string, series: string): number | undefined => {
  const line = text.split('\n').find((each) => each.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
};

const shown = async (kept: KeptCounters, answers: Map<number, ProcessMetrics>): Promise<string> => {
  for (const [process, metrics] of answers) kept.told(process, metrics);
  return combineMetrics(kept.parts(answers));
};

describe('counters of processes that come and go', () => {
  it('keep what a process that has ended had told, also when its successor counts from 0', async () => {
    const kept = new KeptCounters();
    const [one, two, next] = [life(), life(), life()];
    one.records.inc({ topic: 't', type: 'a' }, 10);
    two.records.inc({ type: 'a', topic: 't' }, 5);
    two.time.observe(3);
    const answers = new Map([
      [1, await one.values()],
      [2, await two.values()],
    ]);
    const series = 'records_total{topic="t",type="a"}';
    expect(valueOf(await shown(kept, answers), series)).to.equal(15);
    kept.ended(2);
    expect(valueOf(await shown(kept, new Map([[1, await one.values()]])), series)).to.equal(15);
    next.records.inc({ topic: 't', type: 'a' }, 1);
    next.time.observe(0.5);
    const text = await shown(
      kept,
      new Map([
        [1, await one.values()],
        [2, await next.values()],
      ]),
    );
    expect(valueOf(text, series)).to.equal(16);
    expect(valueOf(text, 'time_seconds_count')).to.equal(2);
    expect(valueOf(text, 'time_seconds_bucket{le="1"}')).to.equal(1);
    expect(valueOf(text, 'time_seconds_bucket{le="5"}')).to.equal(2);
  });

  it('keep the counters of one that does not answer, and leave its gauges out', async () => {
    const kept = new KeptCounters();
    const [one, two] = [life(), life()];
    one.lag.set(3);
    two.lag.set(40);
    two.records.inc({ topic: 't', type: 'a' }, 5);
    const both = new Map([
      [1, await one.values()],
      [2, await two.values()],
    ]);
    expect(valueOf(await shown(kept, both), 'lag')).to.equal(43);
    const text = await shown(kept, new Map([[1, await one.values()]]));
    expect(valueOf(text, 'lag')).to.equal(3);
    expect(valueOf(text, 'records_total{topic="t",type="a"}')).to.equal(5);
  });

  it('count one once that ended after it had answered, while another did not answer yet', async () => {
    const kept = new KeptCounters();
    const one = life();
    one.lag.set(3);
    one.records.inc({ topic: 't', type: 'a' }, 5);
    const answers = new Map([[1, await one.values()]]);
    await shown(kept, answers);
    kept.ended(1);
    const text = await combineMetrics(kept.parts(answers));
    expect(valueOf(text, 'records_total{topic="t",type="a"}')).to.equal(5);
    expect(valueOf(text, 'lag')).to.equal(3);
  });

  it('adding is commutative, and does not grow with the number of lives', async () => {
    const one = life();
    one.records.inc({ topic: 't', type: 'a' }, 1);
    one.time.observe(2);
    const values = await one.values();
    let sum: ProcessMetrics = [];
    for (let i = 0; i < 20; i += 1) sum = addCounters(sum, values);
    expect(sum).to.have.length(2);
    const other = addCounters(values, sum);
    expect(new Set(other.flatMap(({ values: of }) => of.map((each) => JSON.stringify(each))))).to.deep.equal(
      new Set(addCounters(sum, values).flatMap(({ values: of }) => of.map((each) => JSON.stringify(each)))),
    );
    expect(sum.map(({ values: of }) => of.length)).to.deep.equal(
      addCounters(values, []).map(({ values: of }) => of.length),
    );
  });

  it('never let the sum fall, whatever lives, answers and ends', async () => {
    const steps = fc.array(
      fc.record({
        process: fc.integer({ min: 1, max: 3 }),
        what: fc.constantFrom('count', 'end', 'scrape'),
        silent: fc.integer({ min: 0, max: 3 }),
        by: fc.integer({ min: 1, max: 9 }),
      }),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const kept = new KeptCounters();
        const lives = new Map([1, 2, 3].map((process) => [process, life()]));
        let last = 0;
        for (const { by, process, silent, what } of all) {
          if (what === 'count') lives.get(process)?.records.inc({ topic: 't', type: 'a' }, by);
          if (what === 'end') {
            kept.ended(process);
            lives.set(process, life());
          }
          if (what !== 'scrape') continue;
          const answers = new Map<number, ProcessMetrics>();
          for (const [of, { values }] of lives) if (of !== silent) answers.set(of, await values());
          const now = valueOf(await shown(kept, answers), 'records_total{topic="t",type="a"}') ?? 0;
          expect(now).to.be.at.least(last);
          last = now;
        }
      }),
      { numRuns: 60 },
    );
  });
});

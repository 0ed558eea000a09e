import { expect } from 'chai';
import type { CrashPoint } from '../../../src/testing.js';
import { driverBenches } from '../support/driver-bench.js';

const POINTS: readonly CrashPoint[] = [
  'before-process',
  'before-commit',
  'mid-transaction',
  'after-commit',
  'now',
];

/** How often the function has run for a record when the process died at that point, under exactly once. */
const RUNS = {
  'before-process': 1,
  'before-commit': 2,
  'mid-transaction': 2,
  'after-commit': 1,
  now: 1,
} as const satisfies Record<CrashPoint, number>;

describe('TopologyTestDriver, of a process that dies or loses its partitions', () => {
  const bench = driverBenches();

  for (const point of POINTS) {
    it(`loses and doubles nothing that it processed when it died (${point})`, async () => {
      const made = bench();
      const { driver, input, output } = made;
      await input.pipeInput('k', 'a');
      await driver.crash(point);
      await input.pipeInput('k', 'b');
      await input.pipeInput('k', 'c');
      expect(output.readValuesToList()).to.deep.equal(['A', 'B', 'C']);
      expect(made.takeRuns().filter((value) => value === 'b')).to.have.length(RUNS[point]);
    });

    it(`keeps what waits in lanes, and its order, when it dies (${point})`, async () => {
      const made = bench();
      const { driver, failing, input, output } = made;
      failing.add('bad');
      await driver.crash(point);
      await input.pipeInput('k', 'bad');
      await driver.crash(point);
      await input.pipeInput('k', 'b');
      await input.pipeInput('l', 'x');
      expect(made.lanes).to.deep.equal({ k: ['bad', 'b'] });
      expect(driver.retries().map(({ attempts }) => attempts)).to.deep.equal([1]);
      made.takeRuns();
      await driver.advanceWallClockTime(999);
      expect(made.takeRuns()).to.deep.equal([]);
      failing.clear();
      await driver.crash(point);
      await driver.advanceWallClockTime(1);
      expect(output.readValuesToList()).to.deep.equal(['X', 'BAD', 'B']);
      expect(made.lanes).to.deep.equal({});
    });

    it(`writes one dead letter of a record when it dies (${point})`, async () => {
      const { driver, input, output, refused } = bench();
      refused.add('bad');
      await input.pipeInput('k', 'a');
      await driver.crash(point);
      await input.pipeInput('k', 'bad');
      expect(driver.deadLetters()).to.have.length(1);
      expect(output.readValuesToList()).to.deep.equal(['A']);
    });

    it(`loses nothing under at least once, and first occurrences are in order (${point})`, async () => {
      const made = bench({ processingGuarantee: 'at_least_once' });
      const { driver, failing, input, output } = made;
      failing.add('bad');
      for (const value of ['a', 'bad', 'b']) {
        await driver.crash(point);
        await input.pipeInput('k', value);
      }
      failing.clear();
      await driver.crash(point);
      await driver.advanceWallClockTime(1000);
      expect([...new Set(output.readValuesToList())]).to.deep.equal(['A', 'BAD', 'B']);
    });
  }

  it('shows the duplicate that at least once allows: written, and not known to be', async () => {
    const { driver, input, output } = bench({ processingGuarantee: 'at_least_once' });
    await driver.crash('mid-transaction');
    await input.pipeInput('k', 'a');
    expect(output.readValuesToList()).to.deep.equal(['A', 'A']);
  });

  it('dies once, where it was told to', async () => {
    const made = bench();
    await made.driver.crash('before-commit');
    await made.input.pipeInput('k', 'a');
    await made.input.pipeInput('k', 'b');
    expect(made.takeRuns()).to.deep.equal(['a', 'a', 'b']);
  });

  it('makes new processors after a crash, and does not close those of the old process', async () => {
    const made = bench();
    await made.input.pipeInput('k', 'a');
    await made.driver.crash('now');
    await made.input.pipeInput('k', 'b');
    expect(made.output.readValuesToList()).to.deep.equal(['A', 'B']);
    expect([made.started, made.closed]).to.deep.equal([2, 0]);
  });

  it('makes new tasks after a rebalance, which find the lanes as they were', async () => {
    const made = bench({}, { partitions: 3 });
    const { driver, failing, input, output } = made;
    failing.add('bad');
    for (const value of ['bad', 'b', 'c']) await input.pipeInput('k', value);
    const before = driver.retries();
    await driver.rebalance();
    expect([made.started, made.closed]).to.deep.equal([6, 3]);
    expect(driver.retries()).to.deep.equal(before);
    expect(made.lanes).to.deep.equal({ k: ['bad', 'b', 'c'] });
    failing.clear();
    made.takeRuns();
    await driver.advanceWallClockTime(999);
    expect(made.takeRuns()).to.deep.equal([]);
    await driver.advanceWallClockTime(1);
    expect(output.readValuesToList()).to.deep.equal(['BAD', 'B', 'C']);
    await input.pipeInput('k', 'd');
    expect(output.readValuesToList()).to.deep.equal(['D']);
  });

  it('goes through many rebalances and crashes without losing the order of a key', async () => {
    const { driver, failing, input, output } = bench({ retryTiers: [1000, 2000, 3000] }, { partitions: 2 });
    const values = Array.from({ length: 40 }, (_, i) => `v${i}`);
    for (const [i, value] of values.entries()) {
      if (i % 5 === 0) failing.add(value);
      if (i % 7 === 0) await driver.rebalance();
      if (i % 3 === 0) await driver.crash(POINTS[(i / 3) % POINTS.length] ?? 'now');
      await input.pipeInput(`k${i % 3}`, value);
      if (i % 4 === 0) await driver.advanceToNextRetry();
      if (i % 10 === 9) failing.clear();
    }
    failing.clear();
    await driver.advanceWallClockTime(10_000);
    const read = output.readRecordsToList();
    for (const key of ['k0', 'k1', 'k2']) {
      const own = values.filter((_, i) => `k${i % 3}` === key).map((value) => value.toUpperCase());
      expect(read.filter((record) => record.key === key).map(({ value }) => value)).to.deep.equal(own);
    }
    expect(driver.deadLetters()).to.deep.equal([]);
  });
});

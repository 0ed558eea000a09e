import { expect } from 'chai';
import { Serdes } from '../../../src/index.js';
import { TestRecord } from '../../../src/testing.js';
import { driverBenches } from '../support/driver-bench.js';

const TEXT = Serdes.string();
const START_MS = Date.UTC(2030, 5, 1);

describe('TopologyTestDriver, of records that fail', () => {
  const bench = driverBenches();

  it('shows what waits for another attempt', async () => {
    const { driver, failing, input } = bench({}, { initialWallClockTimeMs: START_MS });
    failing.add('bad');
    await input.pipeInput('k', 'good');
    await input.pipeInput(new TestRecord('k', 'bad', [{ name: 'h', value: 'x' }], 9));
    expect(driver.retries(TEXT, TEXT)).to.deep.equal([
      {
        taskId: '0_0',
        key: 'k',
        record: new TestRecord('k', 'bad', [{ name: 'h', value: 'x' }], 9),
        source: { topic: 'in', partition: 0, offset: 1 },
        attempts: 1,
        delayMs: 1000,
        dueAt: START_MS + 1000,
        failure: {
          reason: 'down',
          name: 'RetryableError',
          message: 'the dependency is down',
          retryable: true,
        },
      },
    ]);
    const [raw] = driver.retries();
    expect(raw?.record.value).to.deep.equal(Buffer.from('bad'));
  });

  for (const guarantee of ['exactly_once_v2', 'at_least_once'] as const) {
    it(`runs a retry when its delay has passed and not a millisecond before (${guarantee})`, async () => {
      const made = bench({ processingGuarantee: guarantee });
      const { driver, failing, input, output } = made;
      failing.add('bad');
      await input.pipeInput('k', 'bad');
      // However much work there is meanwhile.
      for (let i = 0; i < 100; i++) await input.pipeInput('other', 'x');
      made.takeRuns();
      output.readRecordsToList();
      await driver.advanceWallClockTime(999);
      expect(made.takeRuns()).to.deep.equal([]);
      failing.clear();
      await driver.advanceWallClockTime(1);
      expect(made.takeRuns()).to.deep.equal(['bad']);
      expect(output.readValue()).to.equal('BAD');
      expect(driver.retries()).to.deep.equal([]);
    });
  }

  it('runs every retry that is due on the way, each at its own time', async () => {
    const made = bench({}, { initialWallClockTimeMs: START_MS });
    const { driver, failing, input } = made;
    failing.add('bad').add('worse');
    await input.pipeInput('k', 'bad');
    await driver.advanceWallClockTime(400);
    await input.pipeInput('l', 'worse');
    made.takeRuns();
    await driver.advanceWallClockTime(5700);
    expect(made.takeRuns()).to.deep.equal(['bad', 'worse', 'bad']);
    expect(driver.retries().map(({ dueAt }) => dueAt)).to.deep.equal([START_MS + 6400]);
    expect(driver.deadLetters().map(({ attempts }) => attempts)).to.deep.equal([3]);
  });

  it('keeps the records of a failed key in order, and does not keep other keys waiting', async () => {
    const made = bench();
    const { driver, failing, input, output } = made;
    failing.add('bad');
    for (const value of ['bad', 'b', 'c']) await input.pipeInput('k', value);
    await input.pipeInput('other', 'x');
    expect(made.lanes).to.deep.equal({ k: ['bad', 'b', 'c'] });
    expect(output.readValuesToList()).to.deep.equal(['X']);
    failing.clear();
    expect(await driver.advanceToNextRetry()).to.deep.equal({ advancedMs: 1000 });
    expect(output.readValuesToList()).to.deep.equal(['BAD', 'B', 'C']);
    expect(made.lanes).to.deep.equal({});
  });

  it('advances to one retry after the other, until none waits', async () => {
    const made = bench();
    const { driver, failing, input } = made;
    expect(await driver.advanceToNextRetry()).to.equal(null);
    failing.add('bad');
    await input.pipeInput('k', 'bad');
    made.takeRuns();
    expect(await driver.advanceToNextRetry()).to.deep.equal({ advancedMs: 1000 });
    expect(await driver.advanceToNextRetry()).to.deep.equal({ advancedMs: 5000 });
    expect(await driver.advanceToNextRetry()).to.equal(null);
    expect(made.takeRuns()).to.deep.equal(['bad', 'bad']);
  });

  it('shows a dead letter as the record was, where it came from, and why', async () => {
    const { driver, input, refused } = bench();
    refused.add('bad');
    const headers = [
      { name: 'h', value: 'text' },
      { name: 'bytes', value: Buffer.of(0xff, 0) },
    ];
    await input.pipeInput('k', 'good');
    await input.pipeInput(new TestRecord('k', 'bad', headers, 9));
    expect(driver.deadLetters(TEXT, TEXT)).to.deep.equal([
      {
        record: new TestRecord('k', 'bad', headers, 9),
        source: { topic: 'in', partition: 0, offset: 1 },
        reason: 'refused',
        isRetryable: false,
        attempts: 1,
        exception: 'NotRetryableError',
        message: 'never',
        state: 'dead',
        cause: null,
      },
    ]);
  });

  it("reads dead letters of Spring's profile too", async () => {
    const { driver, input, refused } = bench({ deadLetterHeaders: 'spring' });
    refused.add('bad');
    await input.pipeInput('k', 'bad');
    const [letter] = driver.deadLetters();
    expect(letter).to.deep.include({ reason: 'refused', exception: 'NotRetryableError', message: 'never' });
    expect(letter?.source).to.deep.equal({ topic: 'in', partition: 0, offset: 0 });
  });

  it('gives up after the last tier, and lets the followers go on', async () => {
    const { driver, failing, input, output } = bench({ retryTiers: [1000] });
    failing.add('bad');
    await input.pipeInput('k', 'bad');
    await input.pipeInput('k', 'after');
    await driver.advanceToNextRetry();
    expect(driver.deadLetters().map(({ reason }) => reason)).to.deep.equal(['retries-exhausted']);
    expect(output.readValuesToList()).to.deep.equal(['AFTER']);
  });

  it('parks a head where the policy says so: a notice, and a lane that waits', async () => {
    const made = bench({ deadLetterPolicy: 'park', retryTiers: [] });
    const { driver, failing, input, output } = made;
    failing.add('bad');
    await input.pipeInput('k', 'bad');
    await input.pipeInput('k', 'after');
    expect(driver.lanes().map(({ status }) => status)).to.deep.equal(['parked']);
    expect(made.lanes).to.deep.equal({ k: ['bad', 'after'] });
    expect(driver.deadLetters().map(({ state }) => state)).to.deep.equal(['parked']);
    expect(driver.retries()).to.deep.equal([]);
    expect(await driver.advanceToNextRetry()).to.equal(null);
    expect(output.isEmpty()).to.equal(true);
  });

  it('tries again in memory at once, as often as it is told to', async () => {
    const made = bench({ retryImmediate: 2 });
    made.failing.add('bad');
    await made.input.pipeInput('k', 'bad');
    expect(made.takeRuns()).to.deep.equal(['bad', 'bad', 'bad']);
    expect(made.driver.retries().map(({ attempts }) => attempts)).to.deep.equal([3]);
  });

  it('gives each record without a key a lane of its own', async () => {
    const { driver, failing, input, output } = bench();
    failing.add('bad');
    await input.pipeInput('bad');
    await input.pipeInput('good');
    expect(output.readValuesToList()).to.deep.equal(['GOOD']);
    expect(driver.lanes().map(({ key, followers }) => [key, followers])).to.deep.equal([[null, []]]);
  });

  it('is not stopped by many failures at one moment', async () => {
    const { driver, failing, input, output } = bench();
    failing.add('bad');
    for (let i = 0; i < 30; i++) await input.pipeInput(`k${i}`, 'bad');
    await input.pipeInput('l', 'good');
    expect(output.readValuesToList()).to.deep.equal(['GOOD']);
    expect(driver.retries()).to.have.length(30);
  });

  it('opens the circuit breaker where a test asks for one, and closes it', async () => {
    const made = bench({ breaker: { ratio: 0.5, minAttempts: 4, windowMs: 10_000 } });
    const { driver, failing, input, output } = made;
    failing.add('bad');
    for (let i = 0; i < 6; i++) await input.pipeInput(`k${i}`, 'bad');
    await input.pipeInput('l', 'good');
    failing.clear();
    await driver.advanceWallClockTime(60_000);
    expect(output.readValuesToList()).to.have.members(['GOOD', ...Array.from({ length: 6 }, () => 'BAD')]);
    expect(driver.lanes()).to.deep.equal([]);
  });
});

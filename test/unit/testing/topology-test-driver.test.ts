import { expect } from 'chai';
import { setTimeout as realTime } from 'node:timers/promises';
import { Consumed, Produced, Serdes, StreamsBuilder } from '../../../src/index.js';
import { NoSuchElementError, TestRecord, TopologyTestDriver } from '../../../src/testing.js';
import { DriverBench, rejection } from '../support/driver-bench.js';

const TEXT = Serdes.string();
const START_MS = Date.UTC(2030, 5, 1);

describe('TopologyTestDriver', () => {
  const drivers: TopologyTestDriver[] = [];
  const bench = (...given: ConstructorParameters<typeof DriverBench>): DriverBench => {
    const made = new DriverBench(...given);
    drivers.push(made.driver);
    return made;
  };
  afterEach(async () => {
    for (const driver of drivers.splice(0)) await driver.close();
  });

  describe('an input topic', () => {
    it('pipes a value alone, a key and a value, and a time with them', async () => {
      const { input, output } = bench({}, { initialWallClockTimeMs: START_MS });
      await input.pipeInput('a');
      await input.pipeInput('k', 'b');
      await input.pipeInput('k', 'c', 77);
      expect(output.readRecordsToList()).to.deep.equal([
        new TestRecord(null, 'A', [], START_MS),
        new TestRecord('k', 'B', [], START_MS),
        new TestRecord('k', 'C', [], 77),
      ]);
    });

    it('pipes a record with its headers, text or bytes, and its time', async () => {
      const { input, output } = bench();
      const headers = [{ name: 'h', value: 'text' }];
      await input.pipeInput(new TestRecord('k', 'a', headers, 5));
      const read = output.readRecord();
      expect(read).to.deep.equal(new TestRecord('k', 'A', [{ name: 'h', value: Buffer.from('text') }], 5));
    });

    it('pipes lists, one record after the other', async () => {
      const { input, output } = bench();
      await input.pipeKeyValueList([
        { key: 'k', value: 'a' },
        { key: 'l', value: 'b' },
      ]);
      await input.pipeValueList(['c', 'd']);
      await input.pipeRecordList([new TestRecord('k', 'e'), new TestRecord('l', 'f')]);
      expect(output.readValuesToList()).to.deep.equal(['A', 'B', 'C', 'D', 'E', 'F']);
    });

    it('has a time of its own, which advances by itself and by the test', async () => {
      const { driver, output } = bench();
      const input = driver.createInputTopic('in', TEXT, TEXT, 1000, 10);
      await input.pipeInput('k', 'a');
      await input.pipeInput('k', 'b');
      input.advanceTime(500);
      await input.pipeInput('k', 'c', 3);
      await input.pipeInput('k', 'd');
      const times = output.readRecordsToList().map(({ timestampMs }) => timestampMs);
      expect(times).to.deep.equal([1000, 1010, 3, 1520]);
    });

    it('cannot be made of a topic that the topology does not read', () => {
      const { driver } = bench();
      expect(() => driver.createInputTopic('out', TEXT, TEXT)).to.throw('The topology does not read out');
    });

    it('keeps the order of records that were not awaited', async () => {
      const { input, output } = bench();
      await Promise.all(['a', 'b', 'c'].map((value) => input.pipeInput('k', value)));
      expect(output.readValuesToList()).to.deep.equal(['A', 'B', 'C']);
    });
  });

  describe('an output topic', () => {
    it('is read record by record, each once, whoever reads', async () => {
      const { driver, input, output } = bench();
      const other = driver.createOutputTopic('out', TEXT, TEXT);
      for (const value of ['a', 'b', 'c']) await input.pipeInput('k', value);
      expect(output.getQueueSize()).to.equal(3);
      expect(output.readValue()).to.equal('A');
      expect(other.readKeyValue()).to.deep.equal({ key: 'k', value: 'B' });
      expect(output.isEmpty()).to.equal(false);
      expect(output.readRecord().value).to.equal('C');
      expect(other.isEmpty()).to.equal(true);
    });

    it('is read as lists and as a map', async () => {
      const { input, output } = bench();
      const pipe = async (): Promise<void> => {
        await input.pipeInput('k', 'a');
        await input.pipeInput('k', 'b');
        await input.pipeInput('l', 'c');
      };
      await pipe();
      expect(output.readKeyValuesToList().map(({ key, value }) => `${key ?? ''}${value}`)).to.deep.equal([
        'kA',
        'kB',
        'lC',
      ]);
      await pipe();
      const map = output.readKeyValuesToMap();
      expect([...map]).to.deep.equal([
        ['k', 'B'],
        ['l', 'C'],
      ]);
      expect(output.readValuesToList()).to.deep.equal([]);
    });

    it('says that there is nothing to read, and what was not awaited', async () => {
      const { input, output } = bench();
      expect(() => output.readValue()).to.throw(NoSuchElementError, 'out has no record to read.');
      const piped = input.pipeInput('k', 'a');
      expect(() => output.readValue()).to.throw(NoSuchElementError, 'await it first');
      await piped;
      expect(output.readValue()).to.equal('A');
    });

    it('is read in the order of writing over its partitions, and by keys as Java partitions them', async () => {
      const { driver, input, output } = bench({}, { partitions: 4 });
      const keys = Array.from({ length: 20 }, (_, index) => `key-${index}`);
      for (const key of keys) await input.pipeInput(key, 'a');
      expect(output.readRecordsToList().map(({ key }) => key)).to.deep.equal(keys);
      expect(driver.producedTopicNames()).to.deep.equal(new Set(['out']));
    });
  });

  it('shows nothing of a record that the topology drops, and knows no topic that was not written to', async () => {
    const { driver, input, output } = bench();
    await input.pipeInput('k', 'dropped');
    expect(output.isEmpty()).to.equal(true);
    expect(driver.producedTopicNames()).to.deep.equal(new Set());
  });

  it('has a clock that only the test moves', async () => {
    const { driver, input } = bench({}, { initialWallClockTimeMs: START_MS });
    for (let i = 0; i < 50; i++) await input.pipeInput('k', `v${i}`);
    await driver.rebalance();
    expect(driver.wallClockTimeMs).to.equal(START_MS);
    await driver.advanceWallClockTime(1234);
    expect(driver.wallClockTimeMs).to.equal(START_MS + 1234);
    expect(() => driver.advanceWallClockTime(-1)).to.throw('cannot be advanced by -1 ms');
  });

  it('gives functions of the topology the clock of the test', async () => {
    const times: number[] = [];
    const builder = new StreamsBuilder();
    builder
      .stream('in', Consumed.with(TEXT, TEXT))
      .processValues<string>(() => ({
        process: (_record, context) => void times.push(context.currentSystemTimeMs()),
      }))
      .to('out', Produced.with(TEXT, TEXT));
    const driver = new TopologyTestDriver(builder.build(), { initialWallClockTimeMs: START_MS });
    drivers.push(driver);
    const input = driver.createInputTopic('in', TEXT, TEXT);
    await input.pipeInput('k', 'a');
    await driver.advanceWallClockTime(60_000);
    await input.pipeInput('k', 'b');
    expect(times).to.deep.equal([START_MS, START_MS + 60_000]);
  });

  it('waits for functions that need real time, without letting any of the test pass', async () => {
    const { driver, input, output, waits } = bench();
    const before = driver.wallClockTimeMs;
    waits.set('a', () => realTime(20));
    await input.pipeInput('k', 'a');
    expect(output.readValue()).to.equal('A');
    expect(driver.wallClockTimeMs).to.equal(before);
  });

  it('lets time pass beside a function that never answers, so that its time-out can be seen', async () => {
    const { driver, input, waits } = bench({ attemptTimeoutMs: 3000 });
    waits.set(
      'a',
      (signal) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))),
    );
    const piped = input.pipeInput('k', 'a');
    await driver.advanceWallClockTime(3000);
    await piped;
    const [retry] = driver.retries();
    expect(retry?.failure?.reason).to.equal('attempt-timeout');
  });

  it('rejects with the reason when a processor cannot start, and goes on when it can', async () => {
    let isBroken = true;
    const builder = new StreamsBuilder();
    builder
      .stream('in', Consumed.with(TEXT, TEXT))
      .processValues<string>(() => ({
        init: () => {
          if (isBroken) throw new Error('no licence');
        },
        process: (record, context) => context.forward(record),
      }))
      .to('out', Produced.with(TEXT, TEXT));
    const driver = new TopologyTestDriver(builder.build());
    drivers.push(driver);
    const input = driver.createInputTopic('in', TEXT, TEXT);
    const output = driver.createOutputTopic('out', TEXT, TEXT);
    expect((await rejection(input.pipeInput('k', 'a'))).message).to.contain(
      'Task 0_0 is refused (restore-failed): no licence',
    );
    isBroken = false;
    await driver.advanceWallClockTime(30_000);
    expect(output.readValue()).to.equal('a');
  });

  it('is of no use once it is closed, and closes its processors', async () => {
    let closed = 0;
    const builder = new StreamsBuilder();
    builder
      .stream('in', Consumed.with(TEXT, TEXT))
      .processValues<string>(() => ({ process: () => undefined, close: () => void (closed += 1) }))
      .to('out', Produced.with(TEXT, TEXT));
    const driver = new TopologyTestDriver(builder.build());
    const input = driver.createInputTopic('in', TEXT, TEXT);
    await input.pipeInput('k', 'a');
    await driver.close();
    await driver.close();
    expect(closed).to.equal(1);
    expect((await rejection(input.pipeInput('k', 'b'))).message).to.equal('The driver is closed.');
  });

  it('can be closed unused, and while a function does not answer', async () => {
    await bench().driver.close();
    const { driver, input, waits } = bench();
    waits.set('a', () => new Promise(() => undefined));
    await input.pipeInput('k', 'b');
    const piped = rejection(input.pipeInput('k', 'a'));
    await realTime(10);
    await driver.close();
    expect((await piped).message).to.equal('The driver is closed.');
  });

  it('does the same in every run', async () => {
    const run = async (): Promise<unknown> => {
      const events: string[] = [];
      const tell = (_fields: object, message: string): void => void events.push(message);
      const logger = { debug: tell, info: tell, warn: tell, error: tell };
      const { driver, failing, input, output, runs } = bench({}, { logger, partitions: 5 });
      failing.add('v3');
      for (let i = 0; i < 20; i++) await input.pipeInput(i % 3 === 0 ? null : `k${i % 4}`, `v${i % 7}`);
      await driver.rebalance();
      await driver.advanceWallClockTime(3000);
      return [events, runs, output.readRecordsToList(), driver.retries(), driver.deadLetters()];
    };
    expect(await run()).to.deep.equal(await run());
  });

  it('refuses delays that do not rise', () => {
    expect(() => bench({ retryTiers: [5000, 1000] })).to.throw('retryTiers must rise');
  });
});

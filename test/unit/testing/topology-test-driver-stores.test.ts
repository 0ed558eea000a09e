import { expect } from 'chai';
import type { KeyValueStore, StreamsBuilder as Builder, TopologyConfig } from '../../../src/index.js';
import {
  Consumed,
  Grouped,
  Materialized,
  Produced,
  Record,
  RetryableError,
  Serdes,
  Stores,
  StreamsBuilder,
  TimeWindows,
} from '../../../src/index.js';
import type { CrashPoint, TopologyTestDriverOptions } from '../../../src/testing.js';
import { TopologyTestDriver } from '../../../src/testing.js';
import { rejection } from '../support/driver-bench.js';

const TEXT = Serdes.string();
const NUMBER = Serdes.json<number>();
const START_MS = Date.UTC(2030, 5, 1);

describe('TopologyTestDriver, of topologies with state', () => {
  const drivers: TopologyTestDriver[] = [];
  const drive = (
    build: (builder: Builder) => void,
    options: TopologyTestDriverOptions = {},
    config: TopologyConfig = {},
  ): TopologyTestDriver => {
    const builder = new StreamsBuilder(config);
    build(builder);
    const config_ = { retryImmediate: 0, retryTiers: [1000], ...options.config };
    const driver = new TopologyTestDriver(builder.build(), { ...options, config: config_ });
    drivers.push(driver);
    return driver;
  };
  afterEach(async () => {
    for (const driver of drivers.splice(0)) await driver.close();
  });

  const counting = (builder: Builder): void =>
    builder
      .stream('in', Consumed.with(TEXT, TEXT))
      .groupByKey()
      .count(Materialized.as<string, number>('counts').withKeySerde(TEXT).withValueSerde(NUMBER))
      .toStream()
      .to('out', Produced.with(TEXT, NUMBER));

  it('shows a store over all its tasks', async () => {
    const driver = drive(counting, { partitions: 3 });
    const input = driver.createInputTopic('in', TEXT, TEXT);
    for (const key of ['a', 'b', 'a', 'c', 'a']) await input.pipeInput(key, 'x');
    const counts = driver.getKeyValueStore<string, number>('counts');
    expect(counts.all()).to.deep.equal([
      { key: 'a', value: 3 },
      { key: 'b', value: 1 },
      { key: 'c', value: 1 },
    ]);
    expect([counts.get('a'), counts.get('x')]).to.deep.equal([3, null]);
    expect([...driver.getAllStateStores().keys()]).to.deep.equal(['counts']);
    expect(() => driver.getKeyValueStore('sums')).to.throw('has no store sums. It has: counts.');
  });

  for (const point of [
    'before-process',
    'before-commit',
    'mid-transaction',
    'after-commit',
    'now',
  ] as const) {
    it(`counts each record once when the process dies (${point})`, async () => {
      const driver = drive(counting);
      const input = driver.createInputTopic('in', TEXT, TEXT);
      const output = driver.createOutputTopic('out', TEXT, NUMBER);
      for (let i = 0; i < 4; i++) {
        await driver.crash(point satisfies CrashPoint);
        await input.pipeInput('a', 'x');
      }
      await driver.rebalance();
      expect(driver.getKeyValueStore<string, number>('counts').get('a')).to.equal(4);
      expect(output.readValuesToList()).to.deep.equal([1, 2, 3, 4]);
    });
  }

  it('follows a record through repartition topics, with a changed key', async () => {
    const driver = drive(
      (builder) =>
        builder
          .stream('in', Consumed.with(TEXT, TEXT))
          .groupBy(
            (_key, value) => value,
            Grouped.as<string, string>('by-value').withKeySerde(TEXT).withValueSerde(TEXT),
          )
          .count(Materialized.as<string, number>('counts').withKeySerde(TEXT).withValueSerde(NUMBER))
          .toStream()
          .to('out', Produced.with(TEXT, NUMBER)),
      { partitions: 3 },
    );
    const input = driver.createInputTopic('in', TEXT, TEXT);
    const output = driver.createOutputTopic('out', TEXT, NUMBER);
    for (let i = 0; i < 10; i++) await input.pipeInput(`key-${i}`, i % 2 === 0 ? 'even' : 'odd');
    await driver.crash('now');
    await input.pipeInput('key', 'even');
    expect(driver.getKeyValueStore<string, number>('counts').all()).to.deep.equal([
      { key: 'even', value: 6 },
      { key: 'odd', value: 5 },
    ]);
    expect([...output.readKeyValuesToMap()]).to.deep.equal([
      ['even', 6],
      ['odd', 5],
    ]);
    expect([...driver.producedTopicNames()].filter((name) => name.includes('repartition'))).to.have.length(1);
  });

  it('shows windows', async () => {
    const driver = drive(
      (builder) =>
        void builder
          .stream('in', Consumed.with(TEXT, TEXT))
          .groupByKey()
          .windowedBy(TimeWindows.ofSizeWithNoGrace(10))
          .count(Materialized.as<string, number>('counts').withKeySerde(TEXT).withValueSerde(NUMBER)),
    );
    const input = driver.createInputTopic('in', TEXT, TEXT);
    for (const at of [0, 5, 12]) await input.pipeInput('a', 'x', at);
    expect(driver.getWindowStore<string, number>('counts').fetch('a', 10, 20)).to.deep.equal([
      { key: 'a', windowStartMs: 10, value: 1 },
    ]);
  });

  it('shows nothing in a store of a record that failed, and all of it when its retry has run', async () => {
    let isDown = true;
    const driver = drive((builder) => {
      builder.addStateStore(
        Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore('seen'), TEXT, TEXT).perKey(),
      );
      builder
        .stream('in', Consumed.with(TEXT, TEXT))
        .processValues<string>(
          () => ({
            process: (record, context) => {
              context.getStateStore<KeyValueStore<string, string>>('seen').put(record.key, record.value);
              if (isDown) throw new RetryableError('down', 'it is down');
              context.forward(record);
            },
          }),
          'seen',
        )
        .to('out', Produced.with(TEXT, TEXT));
    });
    const input = driver.createInputTopic('in', TEXT, TEXT);
    const seen = driver.getKeyValueStore<string, string>('seen');
    await input.pipeInput('a', 'x');
    expect(seen.all()).to.deep.equal([]);
    isDown = false;
    await driver.advanceToNextRetry();
    expect(seen.all()).to.deep.equal([{ key: 'a', value: 'x' }]);
    expect(driver.lanes()).to.deep.equal([]);
  });

  it('runs punctuations as the wall clock is advanced, each at its time', async () => {
    const driver = drive(
      (builder) =>
        builder
          .stream('in', Consumed.with(TEXT, TEXT))
          .process<string, string>(() => ({
            init: (context) =>
              void context.schedule(1000, 'wall-clock-time', (at, run) => {
                run.forward(new Record('tick', String(at - START_MS), at));
              }),
            process: () => undefined,
          }))
          .to('out', Produced.with(TEXT, TEXT)),
      { initialWallClockTimeMs: START_MS },
    );
    const input = driver.createInputTopic('in', TEXT, TEXT);
    const output = driver.createOutputTopic('out', TEXT, TEXT);
    await input.pipeInput('a', 'x');
    await driver.advanceWallClockTime(999);
    expect(output.isEmpty()).to.equal(true);
    await driver.advanceWallClockTime(2001);
    expect(output.readValuesToList()).to.deep.equal(['1000', '2000', '3000']);
  });

  it('tells of a session that a handler of the topology has ended, and goes on when it is replaced', async () => {
    let isBroken = true;
    const driver = drive(
      (builder) =>
        builder
          .stream('in', Consumed.with(TEXT, TEXT))
          .mapValues((value) => {
            if (isBroken) throw new Error('a bug');
            return value;
          })
          .to('out', Produced.with(TEXT, TEXT)),
      {},
      { processingExceptionHandler: () => 'fail', uncaughtExceptionHandler: () => 'replace' },
    );
    const input = driver.createInputTopic('in', TEXT, TEXT);
    const output = driver.createOutputTopic('out', TEXT, TEXT);
    const error = await rejection(input.pipeInput('a', 'x'));
    expect(error.message).to.contain('The session has ended');
    isBroken = false;
    await driver.advanceWallClockTime(1000);
    expect(output.readValuesToList()).to.deep.equal(['x']);
  });

  it('says why the engine has ended, to every call', async () => {
    const driver = drive(
      (builder) =>
        builder
          .stream('in', Consumed.with(TEXT, TEXT))
          .mapValues<string>(() => {
            throw new Error('a bug');
          })
          .to('out', Produced.with(TEXT, TEXT)),
      {},
      { processingExceptionHandler: () => 'fail' },
    );
    const input = driver.createInputTopic('in', TEXT, TEXT);
    expect((await rejection(input.pipeInput('a', 'x'))).message).to.contain('has ended');
    expect((await rejection(driver.advanceWallClockTime(1))).message).to.contain('The engine has ended');
  });
});

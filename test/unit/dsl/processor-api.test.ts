import { expect } from 'chai';
import type { KeyValueStore, Processor, ProcessorContext, PunctuationType } from '../../../src/index.js';
import {
  Consumed,
  Materialized,
  Named,
  Produced,
  Record,
  Serdes,
  Stores,
  StreamsBuilder,
} from '../../../src/index.js';
import { TopologyTestDriver } from '../../../src/testing.js';

const STRINGS = Consumed.with(Serdes.string(), Serdes.string());
const TEXT = Produced.with(Serdes.string(), Serdes.string());
const store = (name: string) =>
  Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore(name), Serdes.string(), Serdes.string());

type StringProcessor = Processor<string, string, string, string>;

const driverOf = (processor: () => StringProcessor, stores: readonly string[] = [], isPerKey = false) => {
  const builder = new StreamsBuilder();
  for (const name of stores) builder.addStateStore(isPerKey ? store(name).perKey() : store(name));
  builder
    .stream('in', STRINGS)
    .process(processor, undefined, ...stores)
    .to('out', TEXT);
  const driver = new TopologyTestDriver(builder.build(), { config: { retryImmediate: 0, retryTiers: [] } });
  return {
    driver,
    input: driver.createInputTopic('in', Serdes.string(), Serdes.string()),
    output: driver.createOutputTopic('out', Serdes.string(), Serdes.string()),
  };
};

describe('a processor', () => {
  it('forwards under any key, and to a child of its choice', async () => {
    const builder = new StreamsBuilder();
    const processed = builder.stream('in', STRINGS).process<string, string>(() => ({
      process: (record, context) => {
        context.forward(record.withKey(`${record.key}-new`));
        context.forward(record, 'left');
      },
    }));
    processed.filter(() => true, Named.as('left')).to('left-out', TEXT);
    processed.filter(() => true, Named.as('right')).to('right-out', TEXT);
    const driver = new TopologyTestDriver(builder.build());
    await driver.createInputTopic('in', Serdes.string(), Serdes.string()).pipeInput('k', 'v');
    const keysOf = (topic: string) =>
      driver
        .createOutputTopic(topic, Serdes.string(), Serdes.string())
        .readKeyValuesToList()
        .map(({ key }) => key);
    expect([keysOf('left-out'), keysOf('right-out')]).to.deep.equal([['k-new', 'k'], ['k-new']]);
    await driver.close();
  });

  it('that names a child which is not there fails, and is told which there are', async () => {
    const { driver, input } = driverOf(() => ({
      process: (record, context) => context.forward(record, 'nobody'),
    }));
    await input.pipeInput('k', 'v');
    expect(driver.deadLetters()[0]?.message).to.match(/no child "nobody"; it has: KSTREAM-SINK/);
    await driver.close();
  });

  it('knows its task, its record, stream time and the time of day', async () => {
    const seen: unknown[] = [];
    const { driver, input } = driverOf(() => ({
      process: (_, context) => {
        const { topic, partition, offset } = context.recordMetadata();
        seen.push([context.taskId(), topic, partition, offset, context.idempotencyKey, context.attempt]);
        seen.push([context.currentStreamTimeMs(), context.currentSystemTimeMs() === driver.wallClockTimeMs]);
        seen.push(context.signal.aborted);
      },
    }));
    await input.pipeInput('k', 'v', 5000);
    await input.pipeInput('k', 'v', 3000);
    expect(seen).to.deep.equal([
      ['0_0', 'in', 0, 0, 'in-0-0', 1],
      [5000, true],
      false,
      ['0_0', 'in', 0, 1, 'in-0-1', 1],
      [5000, true],
      false,
    ]);
    await driver.close();
  });
});

describe('a state store of a processor', () => {
  it('reads what was put: by key, in ranges, by prefix, both ways', async () => {
    let seen: readonly unknown[] = [];
    const { driver, input } = driverOf(() => {
      let kept: KeyValueStore<string, string>;
      return {
        init: (context) => void (kept = context.getStateStore('s')),
        process: ({ key, value }) => {
          if (key !== 'ask') return kept.put(key, value);
          kept.put('b', 'own write');
          kept.delete('d');
          const keys = (of: Iterable<{ key: string }>): string => [...of].map((one) => one.key).join('');
          seen = [
            kept.get('b'),
            kept.get('none'),
            keys(kept.all()),
            keys(kept.reverseAll()),
            keys(kept.range('b', 'c')),
            keys(kept.range('b', null)),
            keys(kept.reverseRange(null, 'b')),
            keys(kept.prefixScan('c')),
            kept.putIfAbsent('a', 'new'),
            kept.putIfAbsent('e', 'new'),
          ];
        },
      };
    }, ['s']);
    for (const key of ['c', 'a', 'd', 'cc', 'b']) await input.pipeInput(key, key.toUpperCase());
    await input.pipeInput('ask', '');
    expect(seen).to.deep.equal(['own write', null, 'abccc', 'cccba', 'bc', 'bccc', 'ba', 'ccc', 'A', null]);
    const view = driver.getKeyValueStore<string, string>('s');
    expect([view.get('a'), view.get('b'), view.get('d'), view.get('e')]).to.deep.equal([
      'A',
      'own write',
      null,
      'new',
    ]);
    await driver.close();
  });

  it('is what it was when the record fails, and after a crash and a rebalance what it was before', async () => {
    const { driver, input, output } = driverOf(
      () => ({
        process: (record, context) => {
          const counts = context.getStateStore<KeyValueStore<string, string>>('s');
          const count = Number(counts.get(record.key) ?? 0) + 1;
          counts.put(record.key, String(count));
          if (record.value === 'bad') throw new Error('after it has written');
          context.forward(record.withValue(String(count)));
        },
      }),
      ['s'],
      true,
    );
    await input.pipeInput('k', 'good');
    await input.pipeInput('k', 'bad');
    expect(driver.getKeyValueStore('s').get('k')).to.equal('1');
    await driver.crash('before-commit');
    await input.pipeInput('k', 'good');
    await driver.rebalance();
    await input.pipeInput('k', 'good');
    expect(output.readValuesToList()).to.deep.equal(['1', '2', '3']);
    await driver.close();
  });

  it('that init gave is refused after an await, and that of the record is not', async () => {
    const { driver, input, output } = driverOf(() => {
      let kept: KeyValueStore<string, string>;
      return {
        init: (context) => void (kept = context.getStateStore('s')),
        process: async (record, context) => {
          kept.put('sync', '1');
          const own = context.getStateStore<KeyValueStore<string, string>>('s');
          await Promise.resolve();
          own.put('async', '2');
          if (record.value === 'kept') kept.put('late', '3');
          context.forward(record.withValue(`${own.get('sync')}${own.get('async')}`));
        },
      };
    }, ['s']);
    await input.pipeInput('k', 'own');
    expect(output.readValuesToList()).to.deep.equal(['12']);
    await input.pipeInput('k', 'kept');
    expect(driver.deadLetters()[0]?.message).to.contain("use getStateStore of the record's own context");
    await driver.close();
  });

  it('that is perKey is refused for another key, and for ranges', async () => {
    const { driver, input } = driverOf(
      () => ({
        process: ({ value }, context) => {
          const kept = context.getStateStore<KeyValueStore<string, string>>('s');
          if (value === 'range') kept.all();
          else kept.put(value, 'x');
        },
      }),
      ['s'],
      true,
    );
    for (const value of ['own', 'other', 'range']) await input.pipeInput('own', value);
    expect(
      driver
        .deadLetters()
        .map(({ message }) => /perKey, and this is not|not at ranges/.exec(message ?? '')?.[0]),
    ).to.deep.equal(['perKey, and this is not', 'not at ranges']);
    await driver.close();
  });

  it('that is shared has keys of its own, which need not be like those of the records', async () => {
    const builder = new StreamsBuilder();
    builder.addStateStore(store('s'));
    builder
      .stream('in', Consumed.with(Serdes.json<{ id: number }>(), Serdes.string()))
      .process<string, string>(
        () => ({
          process: ({ key, value }, context) =>
            context.getStateStore<KeyValueStore<string, string>>('s').put(`id-${key.id}`, value),
        }),
        undefined,
        's',
      );
    const driver = new TopologyTestDriver(builder.build());
    await driver
      .createInputTopic('in', Serdes.json<{ id: number }>(), Serdes.string())
      .pipeInput({ id: 7 }, 'v');
    expect(driver.getKeyValueStore('s').get('id-7')).to.equal('v');
    expect(driver.deadLetters()).to.deep.equal([]);
    await driver.close();
  });

  it('that is perKey may be looked at as a whole by a punctuation: no record runs beside it', async () => {
    let seen: readonly string[] = [];
    const { driver, input } = driverOf(
      () => ({
        init: (context: ProcessorContext<string, string>) =>
          void context.schedule(1000, 'wall-clock-time', (_, during) => {
            const kept = during.getStateStore<KeyValueStore<string, string>>('s');
            seen = [...kept.all()].map(({ key }) => key);
            kept.delete('a');
          }),
        process: ({ key, value }, context) =>
          context.getStateStore<KeyValueStore<string, string>>('s').put(key, value),
      }),
      ['s'],
      true,
    );
    for (const key of ['a', 'b']) await input.pipeInput(key, 'x');
    await driver.advanceWallClockTime(1000);
    expect(seen).to.deep.equal(['a', 'b']);
    expect(driver.getKeyValueStore('s').get('a')).to.equal(null);
    await driver.close();
  });

  it('takes nothing any more when the record is over', async () => {
    let late: unknown;
    const { driver, input } = driverOf(
      () => ({
        process: (_, context) => {
          const kept = context.getStateStore<KeyValueStore<string, string>>('s');
          void Promise.resolve().then(() => {
            try {
              kept.put('late', 'x');
            } catch (error) {
              late = error;
            }
          });
        },
      }),
      ['s'],
    );
    await input.pipeInput('k', 'v');
    expect(String(late)).to.contain('after process() had ended');
    expect(driver.getKeyValueStore('s').get('late')).to.equal(null);
    await driver.close();
  });

  it('that is not connected is refused, and told which are', async () => {
    const { driver, input } = driverOf(
      () => ({ process: (_, context) => void context.getStateStore('other') }),
      ['s'],
    );
    await input.pipeInput('k', 'v');
    expect(driver.deadLetters()[0]?.message).to.contain('not connected to the store "other"');
    await driver.close();
  });
});

describe('a punctuation', () => {
  const ticking = (type: PunctuationType) => {
    let cancel: () => void = () => undefined;
    const made = driverOf(
      () => ({
        init: (context: ProcessorContext<string, string>) => {
          const scheduled = context.schedule(1000, type, (timestamp, during) => {
            const ticks = during.getStateStore<KeyValueStore<string, string>>('s');
            const count = Number(ticks.get('ticks') ?? 0) + 1;
            ticks.put('ticks', String(count));
            during.forward(new Record('tick', `${count}`, timestamp));
          });
          cancel = () => scheduled.cancel();
        },
        process: () => undefined,
      }),
      ['s'],
    );
    return { ...made, cancel: () => cancel() };
  };

  it('by the wall clock comes at its interval, also after a crash, and no more once it is cancelled', async () => {
    const { cancel, driver, input, output } = ticking('wall-clock-time');
    await input.pipeInput('k', 'v', 10);
    await driver.advanceWallClockTime(999);
    expect(output.isEmpty()).to.equal(true);
    await driver.advanceWallClockTime(1);
    await driver.advanceWallClockTime(1000);
    expect(output.readValuesToList()).to.deep.equal(['1', '2']);
    await driver.crash('now');
    await driver.advanceWallClockTime(1000);
    await driver.advanceWallClockTime(1000);
    expect(output.readValuesToList()[0]).to.equal('3');
    cancel();
    output.readValuesToList();
    await driver.advanceWallClockTime(5000);
    expect(output.isEmpty()).to.equal(true);
    await driver.close();
  });

  it('by stream time comes with records, first with the first one', async () => {
    const { driver, input, output } = ticking('stream-time');
    await driver.advanceWallClockTime(60_000);
    expect(output.isEmpty()).to.equal(true);
    for (const timestamp of [1500, 1600, 2100, 2000, 9000]) await input.pipeInput('k', 'v', timestamp);
    expect(output.readRecordsToList().map(({ timestampMs, value }) => [value, timestampMs])).to.deep.equal([
      ['1', 1500],
      ['2', 2100],
      ['3', 9000],
    ]);
    await driver.close();
  });
});

describe('a deletion', () => {
  it('passes the repartition in front of a table', async () => {
    const builder = new StreamsBuilder();
    builder
      .stream('in', Consumed.with(Serdes.string(), Serdes.nullable(Serdes.string())))
      .selectKey((key) => key.toUpperCase())
      .toTable(
        Named.as('upper'),
        Materialized.as<string, string>('s').withKeySerde(Serdes.string()).withValueSerde(Serdes.string()),
      );
    const driver = new TopologyTestDriver(builder.build());
    const input = driver.createInputTopic('in', Serdes.string(), Serdes.nullable(Serdes.string()));
    await input.pipeInput('k', 'v');
    expect(driver.getKeyValueStore('s').get('K')).to.equal('v');
    await input.pipeInput('k', null);
    expect(driver.getKeyValueStore('s').get('K')).to.equal(null);
    expect(driver.deadLetters()).to.deep.equal([]);
    await driver.close();
  });
});

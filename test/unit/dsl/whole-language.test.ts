import { expect } from 'chai';
import {
  BufferConfig,
  Consumed,
  Grouped,
  Joined,
  type KStream,
  type KTable,
  Materialized,
  Named,
  Produced,
  Repartitioned,
  Serdes,
  Stores,
  StreamsBuilder,
  Suppressed,
  TimeWindows,
  TopologyError,
  type Windowed,
  WindowedSerdes,
} from '../../../src/index.js';

const STRING = Serdes.string();
const STRINGS = Consumed.with(STRING, STRING);
const UNTIL_CLOSED = Suppressed.untilWindowCloses(BufferConfig.unbounded());

const problemsOf = (write: (builder: StreamsBuilder) => void): readonly string[] => {
  const builder = new StreamsBuilder();
  write(builder);
  try {
    builder.build();
  } catch (error) {
    if (error instanceof TopologyError) return error.problems;
    throw error;
  }
  return [];
};

const read = (builder: StreamsBuilder, topic = 'in'): KStream<string, string> =>
  builder.stream(topic, STRINGS.withName(topic));

const byValue = (_key: string, value: string): string => value;

const seen = () => Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore('seen'), STRING, STRING);

const tumbling = (builder: StreamsBuilder): KTable<Windowed<string>, number> =>
  read(builder).groupByKey().windowedBy(TimeWindows.ofSizeWithNoGrace(10)).count(Materialized.as('counts'));

describe('a topology is refused, with what to do about it,', () => {
  const cases: readonly (readonly [string, (builder: StreamsBuilder) => void, ...string[]])[] = [
    [
      'when an aggregate has a store without a name',
      (builder) => read(builder).groupByKey().count(),
      'the store of "KSTREAM-AGGREGATE-0000000002" needs a name: Materialized.as(name)',
    ],
    [
      'also when it is repartitioned: then the topic is called after the store, and that is told once',
      (builder) => read(builder).groupBy(byValue, Grouped.with(STRING, STRING)).count(),
      'the store of "KSTREAM-AGGREGATE-0000000003" needs a name: Materialized.as(name)',
    ],
    [
      'when a table that is joined has no store',
      (builder) => read(builder).join(builder.table('users', STRINGS), (value) => value),
      'the store of "KTABLE-SOURCE-0000000003" needs a name: Materialized.as(name)',
    ],
    [
      'when suppress has no name',
      (builder) => tumbling(builder).suppress(UNTIL_CLOSED),
      'the store of "KTABLE-SUPPRESS-0000000002" needs a name: Suppressed.withName(name)',
    ],
    [
      'when a repartition has no name',
      (builder) =>
        read(builder)
          .repartition(Repartitioned.with(STRING, STRING))
          .peek(() => undefined),
      'the repartition topic before "KSTREAM-PEEK-0000000005" needs a name: Repartitioned.as(name)',
    ],
    [
      'when a join after a new key has no name',
      (builder) => {
        const users = builder.table('users', STRINGS.withName('users'), Materialized.as('users'));
        const joined = Joined.with(STRING, STRING);
        read(builder)
          .selectKey(byValue)
          .join(users, (value) => value, joined)
          .foreach(() => undefined);
      },
      'the repartition topic before "KSTREAM-JOIN-0000000007" needs a name: Joined.as(name)',
    ],
    [
      'when a table after a new key has no name',
      (builder) => read(builder).selectKey(byValue).toTable(Materialized.as('latest').withKeySerde(STRING)),
      'the repartition topic before "KSTREAM-TOTABLE-0000000002" needs a name: Named.as(name)',
    ],
    [
      'when serdes of a repartition are missing',
      (builder) =>
        read(builder)
          .map((key, value) => [value, key])
          .groupByKey()
          .reduce((one) => one, Materialized.as<string, string>('last').withValueSerde(STRING)),
      'the repartition topic "last-repartition" has no key serde: give one with Grouped.withKeySerde',
      'the repartition topic "last-repartition" has no value serde: give one with Grouped.withValueSerde',
      'store "last" has no key serde: give one with Materialized.withKeySerde',
    ],
    [
      'when the serdes of a store are missing',
      (builder) =>
        read(builder)
          .groupByKey()
          .aggregate(
            () => 0,
            () => 1,
            Materialized.as('sums'),
          ),
      'store "sums" has no value serde: give one with Materialized.withValueSerde',
    ],
    [
      'when a repartition topic has no partitions',
      (builder) =>
        read(builder).repartition(Repartitioned.as<string, string>('none').withNumberOfPartitions(0)),
      'the repartition topic "none-repartition" cannot have 0 partitions',
    ],
    [
      'when a task would read topics of different partition counts',
      (builder) => {
        const wide = read(builder).repartition(
          Repartitioned.as<string, string>('wide').withNumberOfPartitions(4),
        );
        wide.merge(
          read(builder, 'other').repartition(
            Repartitioned.as<string, string>('narrow').withNumberOfPartitions(2),
          ),
        );
      },
      'topics that one task reads need the same number of partitions: ' +
        '"wide-repartition" has 4, "narrow-repartition" has 2',
    ],
    [
      'when a task reads several topics and its first source has no name',
      (builder) => builder.stream('a', STRINGS).merge(builder.stream('b', STRINGS)),
      'the source of the topic a needs a name (Consumed.withName): its tasks read the topics a, b together, ' +
        'and their internal topics are named after it',
    ],
    [
      'when a processor uses a store that is not there',
      (builder) => read(builder).process(() => ({ process: () => undefined }), Named.as('p'), 'missing'),
      'processor "p" uses the store "missing", which is not there: StreamsBuilder.addStateStore',
    ],
    [
      'when nobody uses a store',
      (builder) => read(builder) && builder.addStateStore(seen()),
      'nobody uses the store "seen": name it in process(), or leave it out',
    ],
    [
      'when two stores have one name',
      (builder) => {
        const grouped = read(builder).groupByKey();
        grouped.count(Materialized.as('twice'));
        grouped.reduce((one) => one, Materialized.as('twice'));
      },
      'two stores are named "twice"',
    ],
    [
      'when a store has a name that no topic may have',
      (builder) => read(builder).groupByKey().count(Materialized.as('not good')),
      'store: the name "not good" has a character other than ASCII letters, digits, ".", "_" and "-"',
    ],
    [
      'when a supplier shares one processor between tasks',
      (builder) => {
        const shared = { process: () => undefined };
        read(builder).process(() => shared, Named.as('shared'));
      },
      'the supplier of processor "shared" gives the same processor twice: each task needs its own',
    ],
    [
      'when windows have bad sizes',
      (builder) =>
        read(builder)
          .groupByKey()
          .windowedBy(TimeWindows.ofSizeAndGrace(0, -1).advanceBy(1.5))
          .count(Named.as('c'), Materialized.as('counts')),
      'the windows of "c": a size of 0 ms is not a whole number above 0',
      'the windows of "c": an advance of 1.5 ms is not a whole number from 1 to the size',
      'the windows of "c": a grace of -1 ms is not a whole number from 0',
    ],
    [
      'when windows are kept for less than they need',
      (builder) =>
        read(builder)
          .groupByKey()
          .windowedBy(TimeWindows.ofSizeAndGrace(10, 5))
          .count(Materialized.as<string, number>('counts').withRetention(14)),
      'the store "counts" keeps windows for 14 ms: they need 15 (size and grace), see Materialized.withRetention',
    ],
    [
      'when what is suppressed has no windows of its own',
      (builder) =>
        builder
          .table('windows', Consumed.with(WindowedSerdes.timeWindowedSerdeFrom(STRING, 10), STRING))
          .suppress(UNTIL_CLOSED.withName('final')),
      'suppress "final" does not follow windowedBy: nothing says when its windows are over',
    ],
    [
      'when a table of windows is joined',
      (builder) => {
        const serde = WindowedSerdes.timeWindowedSerdeFrom(STRING, 10);
        builder
          .stream('windows', Consumed.with(serde, STRING).withName('windows'))
          .join(tumbling(builder), (value) => value, Joined.as('j'));
      },
      'join "j" is with a table of windows, which cannot be joined',
    ],
    [
      'when a stream is split into nothing',
      (builder) => read(builder).split(Named.as('s')).noDefaultBranch(),
      'the split "s" has no branch: add one with branch(predicate)',
    ],
    [
      'when a sink has no serde',
      (builder) => read(builder).selectKey(byValue).to('out', Produced.as('out')),
      'sink "out" has no key serde: give one with Produced.with',
    ],
  ];

  for (const [what, write, ...expected] of cases) {
    it(what, () => {
      expect(problemsOf(write)).to.deep.equal(expected);
    });
  }

  it('and everything is told at once', () => {
    const problems = problemsOf((builder) => {
      for (const [, write] of cases.slice(0, 1)) write(builder);
      builder.stream('in', STRINGS);
      builder.addStateStore(seen());
    });
    expect(problems).to.have.length(3);
  });
});

describe('a topology that is right', () => {
  it('needs no name for a table that nobody looks into', () => {
    expect(
      problemsOf((builder) => {
        builder
          .table('users', STRINGS)
          .filter(() => true)
          .toStream()
          .foreach(() => undefined);
        read(builder)
          .toTable()
          .toStream()
          .foreach(() => undefined);
      }),
    ).to.deep.equal([]);
  });

  it('keeps the order across keys only where results depend on it', () => {
    const serialOf = (write: (builder: StreamsBuilder) => void): boolean | undefined => {
      const builder = new StreamsBuilder();
      write(builder);
      return builder.build().subtopologies[0]?.isSerial;
    };
    const pass = { process: () => undefined };
    expect(serialOf((builder) => read(builder))).to.equal(false);
    expect(serialOf((builder) => read(builder).groupByKey().count(Materialized.as('c')))).to.equal(false);
    expect(serialOf((builder) => read(builder).toTable(Materialized.as('c')))).to.equal(false);
    expect(serialOf((builder) => tumbling(builder))).to.equal(true);
    for (const [store, isSerial] of [
      [seen(), true],
      [seen().perKey(), false],
    ] as const) {
      expect(
        serialOf(
          (builder) => builder.addStateStore(store) && read(builder).process(() => ({ ...pass }), 'seen'),
        ),
      ).to.equal(isSerial);
    }
  });

  it('has its internal topics named by the application, in a copy, and is described as before', () => {
    const builder = new StreamsBuilder();
    read(builder)
      .selectKey(byValue)
      .repartition(
        Repartitioned.as<string, string>('by-value').withKeySerde(STRING).withNumberOfPartitions(7),
      )
      .to('out');
    const topology = builder.build();
    const running = topology.forApplication('app');
    expect(running.describe()).to.equal(topology.describe());
    const parts = running.subtopologies.map((sub) => ({
      reads: sub.sourceTopics,
      writes: sub.sinkTopics,
      internal: sub.internalTopics,
      name: sub.sourceName,
    }));
    const name = 'app-by-value-repartition';
    expect(parts).to.deep.equal([
      { reads: ['in'], writes: [name], internal: [{ name, partitions: 7 }], name: 'in' },
      { reads: [name], writes: ['out'], internal: [], name: 'by-value-repartition' },
    ]);
    expect(topology.subtopologies[1]?.sourceTopics).to.deep.equal(['by-value-repartition']);
    expect(running.subtopologies[1]?.nodes[0]).to.be.frozen;
  });

  it('keeps the configuration that it was given', () => {
    const config = { processingExceptionHandler: () => 'retry' as const };
    const builder = new StreamsBuilder(config);
    read(builder);
    expect(builder.build().config).to.equal(config);
    expect(builder.build().forApplication('a').config).to.equal(config);
  });

  it('drops records without a key before a repartition, unless a left join may want them', () => {
    const keeps = (join: 'join' | 'leftJoin'): unknown => {
      const builder = new StreamsBuilder();
      const users = builder.table('users', STRINGS.withName('users'), Materialized.as('users'));
      read(builder)
        .selectKey(byValue)
        [join](users, (value) => value, Joined.with(STRING, STRING).withName('with-user'));
      const filter = builder
        .build()
        .subtopologies.flatMap(({ nodes }) => nodes)
        .find(({ name }) => name === 'with-user-repartition-filter');
      return filter?.kind === 'processor' && filter.operator.type === 'filter'
        ? filter.operator.predicate(null, 'value')
        : undefined;
    };
    expect(keeps('join')).to.equal(false);
    expect(keeps('leftJoin')).to.equal(true);
  });
});

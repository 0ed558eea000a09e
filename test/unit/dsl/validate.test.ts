import { expect } from 'chai';
import {
  Consumed,
  Named,
  Produced,
  Repartitioned,
  Serdes,
  Stores,
  StreamsBuilder,
  TopologyError,
} from '../../../src/index.js';
import { Topology } from '../../../src/dsl/graph/topology.js';
import type {
  ProcessorNode,
  SinkNode,
  SourceNode,
  TopologyNode,
} from '../../../src/dsl/graph/topology-node.js';

const STRINGS = Consumed.with(Serdes.string(), Serdes.string());

const problemsOf = (build: () => unknown): readonly string[] => {
  try {
    build();
  } catch (error) {
    if (error instanceof TopologyError) return error.problems;
    throw error;
  }
  return [];
};

const source = (name: string, ...topics: string[]): SourceNode => ({
  kind: 'source',
  name,
  named: true,
  topics,
  internal: null,
  keySerde: Serdes.string(),
  valueSerde: Serdes.string(),
  readsTombstones: false,
});

const peek = (name: string, ...parents: string[]): ProcessorNode => ({
  kind: 'processor',
  name,
  parents,
  stores: [],
  changesKey: false,
  operator: { type: 'peek', action: () => undefined },
});

const sink = (name: string, topic: string, ...parents: string[]): SinkNode => ({
  kind: 'sink',
  name,
  parents,
  topic,
  internal: null,
  keySerde: Serdes.string(),
  valueSerde: Serdes.string(),
  partitioner: null,
});

describe('building a topology', () => {
  const refused: readonly (readonly [string, readonly TopologyNode[], string])[] = [
    ['no source', [], 'the topology has no source'],
    ['an unknown parent', [source('s', 'in'), peek('p', 'q')], 'processor "p" has an unknown parent "q"'],
    ['no parent', [source('s', 'in'), peek('p')], 'processor "p" has no parent'],
    [
      'a parent that comes later',
      [source('s', 'in'), peek('p', 'q'), peek('q', 's')],
      '"p" comes before its parent "q"',
    ],
    ['a node that feeds itself', [source('s', 'in'), peek('p', 'p')], '"p" comes before its parent "p"'],
    [
      'a sink as parent',
      [source('s', 'in'), sink('o', 'out', 's'), peek('p', 'o')],
      'has the sink "o" as parent',
    ],
    ['a name twice', [source('s', 'in'), peek('s', 's')], 'two nodes are named "s"'],
    ['two sources of one topic', [source('s', 'in'), source('t', 'in')], 'the topic "in" has two sources'],
    ['a topic twice in one source', [source('s', 'in', 'in')], 'the topic "in" has two sources'],
    ['a source without topics', [source('s')], 'source "s" has no topic'],
    [
      'a sink to its own source',
      [source('s', 'in'), peek('p', 's'), sink('o', 'in', 'p')],
      'sink "o" writes to "in"',
    ],
    ['a name that no topic may have', [source('a b', 'in')], 'a character other than ASCII letters'],
    [
      'a topic that cannot be',
      [source('s', 'in'), sink('o', '..', 's')],
      'topic of sink "o": a name cannot be ".."',
    ],
    ['a name that is too long', [source('s', 'in'), peek('n'.repeat(250), 's')], 'longer than 249'],
  ];

  for (const [what, nodes, problem] of refused) {
    it(`refuses ${what}`, () => {
      const problems = problemsOf(() => Topology.of({ nodes, stores: [] }));
      expect(problems.filter((one) => one.includes(problem))).to.have.length(1);
    });
  }

  it('refuses a source topic whose records would be called as redriven dead letters are', () => {
    const builder = new StreamsBuilder();
    builder.stream('dlq', STRINGS);
    expect(problemsOf(() => builder.build()).join()).to.include('reads the topic "dlq"');
  });

  it('tells all problems at once, one line each', () => {
    const builder = new StreamsBuilder();
    const stream = builder.stream('in', Consumed.as<string, string>('not good'));
    stream.mapValues((value) => value.length).to('in');
    builder.stream(['a', 'b'], STRINGS);
    const problems = problemsOf(() => builder.build());
    expect(problems).to.have.length(7);
    expect(problems.join('\n'))
      .to.include('the name "not good" has a character')
      .and.to.include('source "not good" has no key serde: give one with Consumed.with')
      .and.to.include('source "not good" has no value serde')
      .and.to.include('the source of the topics a, b needs a name (Consumed.withName)')
      .and.to.include('sink "KSTREAM-SINK-0000000002" has no key serde')
      .and.to.include('sink "KSTREAM-SINK-0000000002" has no value serde: give one with Produced.with')
      .and.to.include('sink "KSTREAM-SINK-0000000002" writes to "in", which its own source reads');
    expect(new TopologyError(problems).message.split('\n')).to.have.length(8);
  });

  it('refuses a supplier that is none, or that fails', () => {
    const problemOf = (supplier: unknown): string | undefined => {
      const builder = new StreamsBuilder();
      builder.stream('in', STRINGS).processValues(supplier as never, Named.as('mine'));
      return problemsOf(() => builder.build())[0];
    };
    expect(problemOf({ process: () => undefined })).to.include('is no function');
    expect(
      problemOf(() => {
        throw new Error('no directory');
      }),
    ).to.include('the supplier of processor "mine" fails: no directory');
  });

  it('refuses two sub-topologies whose internal topics would have the same names', () => {
    const builder = new StreamsBuilder();
    builder.stream('x', STRINGS);
    builder.stream(['a', 'b'], STRINGS.withName('x'));
    expect(problemsOf(() => builder.build()).join()).to.include(
      'the same internal topics, because both read "x"',
    );
  });

  it('refuses a way back to the source through a repartition topic', () => {
    const builder = new StreamsBuilder();
    builder.stream('in', STRINGS).repartition(Repartitioned.as<string, string>('r')).to('in');
    expect(problemsOf(() => builder.build()).join()).to.include('writes to "in", which its own source reads');
  });

  it('refuses streams of two builders in one topology, and says so', () => {
    const [one, other] = [
      new StreamsBuilder().stream('a', STRINGS),
      new StreamsBuilder().stream('b', STRINGS),
    ];
    expect(() => one.merge(other)).to.throw(TopologyError, 'another StreamsBuilder');
  });

  it('refuses a supplier that shares one processor between tasks', () => {
    const builder = new StreamsBuilder();
    const shared = { process: () => undefined };
    builder.stream('in', STRINGS).processValues(() => shared, Named.as('shared'));
    expect(problemsOf(() => builder.build())[0]).to.include(
      'processor "shared" gives the same processor twice',
    );
  });

  it('takes the serdes of the stream for a sink that names none, as long as the type is the same', () => {
    const builder = new StreamsBuilder();
    const stream = builder
      .stream('in', STRINGS)
      .filter(() => true)
      .peek(() => undefined);
    stream.to('out');
    stream.to('out-2', Produced.as('second'));
    stream.mapValues((value) => value.length).to('out-3', Produced.valueSerde(Serdes.json<number>()));
    expect(problemsOf(() => builder.build())).to.deep.equal([]);
  });

  it('allows a source whose records go nowhere, and a sink to the source of another sub-topology', () => {
    const builder = new StreamsBuilder();
    builder.stream('unused', STRINGS);
    builder.stream('a', STRINGS).to('b');
    builder.stream('b', STRINGS).peek(() => undefined);
    expect(builder.build().subtopologies).to.have.length(3);
  });
});

describe('a topology', () => {
  it('splits into sub-topologies numbered by their first node, and knows their topics', () => {
    const builder = new StreamsBuilder();
    const a = builder.stream('a', STRINGS);
    const b = builder.stream(['b1', 'b2'], STRINGS.withName('b'));
    a.to('a-out');
    b.to('b-out');
    b.filter(() => true).to('b-out');
    const topology = builder.build();
    expect(
      topology.subtopologies.map(({ id, sourceTopics, sinkTopics, sourceName }) => ({
        id,
        sourceTopics,
        sinkTopics,
        sourceName,
      })),
    ).to.deep.equal([
      { id: 0, sourceTopics: ['a'], sinkTopics: ['a-out'], sourceName: 'a' },
      { id: 1, sourceTopics: ['b1', 'b2'], sinkTopics: ['b-out'], sourceName: 'b' },
    ]);
    expect(topology.sourceTopics).to.deep.equal(['a', 'b1', 'b2']);
    expect(topology.sinkTopics).to.deep.equal(['a-out', 'b-out']);
  });

  it('puts nodes that share a state store into one sub-topology, as Kafka Streams does', () => {
    const spec = Stores.keyValueStoreBuilder(
      Stores.inMemoryKeyValueStore('counts'),
      Serdes.string(),
      Serdes.long(),
    ).spec;
    const stores = ['counts'];
    const nodes = [
      source('s', 'a'),
      source('t', 'b'),
      { ...peek('p', 's'), stores },
      { ...peek('q', 't'), stores },
    ];
    const [sub, ...others] = Topology.of({ nodes, stores: [spec] }).subtopologies;
    expect(others).to.deep.equal([]);
    expect(sub?.stores).to.deep.equal([spec]);
    expect(sub?.sourceName).to.equal('s');
  });

  it('cannot be changed once it is built, nor by building on', () => {
    const builder = new StreamsBuilder();
    const stream = builder.stream('in', STRINGS);
    const topology = builder.build();
    stream.to('out');
    expect(topology.sinkTopics).to.deep.equal([]);
    expect(topology).to.be.frozen;
    expect(topology.subtopologies[0]).to.be.frozen;
    expect(topology.subtopologies[0]?.nodes[0]).to.be.frozen;
  });
});

/** Topologies of DescribeDsl.java: without state, and with processors and repartitions. */
import {
  Branched,
  type FixedKeyProcessorSupplier,
  Grouped,
  type KStream,
  Named,
  Printed,
  type ProcessorSupplier,
  Repartitioned,
  Stores,
  type StreamsBuilder,
} from '../../src/index.js';
import {
  byValue,
  counts,
  countStore,
  no,
  nothing,
  read,
  same,
  STRING,
  strings,
  swap,
  topology,
  type Topologies,
  yes,
} from './dsl-support.js';

const startsWith =
  (letter: string) =>
  (_key: string, value: string): boolean =>
    value.startsWith(letter);

const branchOf = (
  branches: Readonly<Record<string, KStream<string, string>>>,
  name: string,
): KStream<string, string> => {
  const branch = branches[name];
  if (branch === undefined) throw new Error(`no branch ${name}, only ${Object.keys(branches).join(', ')}`);
  return branch;
};

export const STATELESS_TOPOLOGIES: Topologies = {
  'operators with generated names': topology((builder) => {
    read(builder, 'in')
      .filter(yes)
      .filterNot(no)
      .map(swap)
      .mapValues(same)
      .flatMap((key, value) => [swap(key, value)])
      .flatMapValues((value) => [value])
      .selectKey(byValue)
      .peek(nothing)
      .to('out', strings());
  }),

  'operators with given names': topology((builder) => {
    read(builder, 'in', 'source')
      .filter(yes, Named.as('keep'))
      .filterNot(no, Named.as('drop'))
      .map(swap, Named.as('swap'))
      .mapValues(same, Named.as('same'))
      .flatMap((key, value) => [swap(key, value)], Named.as('swap-all'))
      .flatMapValues((value) => [value], Named.as('each'))
      .selectKey(byValue, Named.as('by-value'))
      .peek(nothing, Named.as('look'))
      .to('out', strings().withName('sink'));
  }),

  'given names among generated ones': topology((builder) => {
    const all = read(builder, 'in')
      .map(swap, Named.as('swap'))
      .flatMapValues((value) => [value]);
    all
      .flatMap((key, value) => [swap(key, value)], Named.as('swap-all'))
      .selectKey(byValue)
      .to('out', strings().withName('sink'));
    all.selectKey(byValue, Named.as('by-value')).map(swap).to('out-2', strings());
  }),

  'foreach and print': topology((builder) => {
    const source = read(builder, 'in');
    source.foreach(nothing);
    source.foreach(nothing, Named.as('each'));
    source.print(Printed.toSysOut());
    source.print(Printed.toSysOut<string, string>().withName('shown'));
    source.mapValues(same).print(Printed.toSysOut());
  }),

  'split, generated names': topology((builder) => {
    const branches = read(builder, 'in')
      .split()
      .branch(startsWith('a'))
      .branch(startsWith('b'))
      .defaultBranch();
    branchOf(branches, 'KSTREAM-BRANCH-00000000011').to('a', strings());
    branchOf(branches, 'KSTREAM-BRANCH-00000000012').to('b', strings());
    branchOf(branches, 'KSTREAM-BRANCH-00000000010').to('rest', strings());
  }),

  'split, given names': topology((builder) => {
    const branches = read(builder, 'in')
      .split(Named.as('letter-'))
      .branch(startsWith('a'), Branched.as('a'))
      .branch(startsWith('b'), Branched.as('b'))
      .defaultBranch(Branched.as('rest'));
    branchOf(branches, 'letter-a').to('a', strings());
    branchOf(branches, 'letter-b').to('b', strings());
    branchOf(branches, 'letter-rest').to('rest', strings());
  }),

  'split, given and generated names': topology((builder) => {
    const branches = read(builder, 'in')
      .split(Named.as('letter-'))
      .branch(startsWith('a'))
      .branch(startsWith('b'), Branched.as('b'))
      .defaultBranch();
    branchOf(branches, 'letter-0').mapValues(same).to('rest', strings());
    branchOf(branches, 'letter-b').mapValues(same).to('b', strings());
    branchOf(branches, 'letter-1').to('a', strings());
  }),

  'branches merged again': topology((builder) => {
    const branches = read(builder, 'in')
      .split(Named.as('letter-'))
      .branch(startsWith('a'), Branched.as('a'))
      .branch(startsWith('b'), Branched.as('b'))
      .defaultBranch(Branched.as('rest'));
    const a = branchOf(branches, 'letter-a').mapValues(same);
    const b = branchOf(branches, 'letter-b').filter(yes);
    a.merge(b).merge(branchOf(branches, 'letter-rest'), Named.as('all')).to('out', strings());
  }),

  'merge of two topics': topology((builder) => {
    const left = read(builder, 'left', 'from-left');
    const right = read(builder, 'right', 'from-right');
    left.merge(right).to('out', strings());
    right.merge(left, Named.as('both')).mapValues(same).to('out-2', strings());
  }),

  'several sub-topologies': topology((builder) => {
    const first = read(builder, 'first');
    const second = read(builder, 'second', 'second-source');
    read(builder, 'third')
      .groupByKey()
      .count(countStore('third-counts'))
      .toStream()
      .to('third-out', counts());
    second.mapValues(same).to('second-out', strings());
    first.filter(yes).to('first-out', strings());
  }),
};

const pass: ProcessorSupplier<string, string, string, string> = () => ({
  process: (record, context) => context.forward(record),
});

const passValues: FixedKeyProcessorSupplier<string, string, string> = () => ({
  process: (record, context) => context.forward(record),
});

const addStore = (builder: StreamsBuilder, name: string): void => {
  builder.addStateStore(Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore(name), STRING, STRING));
};

export const PROCESSOR_TOPOLOGIES: Topologies = {
  'processors without stores': topology((builder) => {
    read(builder, 'in')
      .process(pass)
      .processValues(passValues)
      .process(pass, Named.as('changes'))
      .processValues(passValues, Named.as('values'))
      .mapValues(same)
      .to('out', strings());
  }),

  'processors with stores': topology((builder) => {
    addStore(builder, 'seen');
    addStore(builder, 'last');
    read(builder, 'in')
      .process(pass, 'seen')
      .processValues(passValues, 'last')
      .process(pass, Named.as('changes'), 'seen', 'last')
      .processValues(passValues, Named.as('values'), 'last', 'seen')
      .to('out', strings());
  }),

  'a store shared by two sub-graphs': topology((builder) => {
    addStore(builder, 'shared');
    read(builder, 'left', 'from-left').process(pass, 'shared').to('left-out', strings());
    read(builder, 'right', 'from-right')
      .processValues(passValues, Named.as('right-values'), 'shared')
      .to('right-out', strings());
  }),

  repartition: topology((builder) => {
    read(builder, 'in')
      .selectKey(byValue)
      .repartition(Repartitioned.as<string, string>('by-value').withKeySerde(STRING).withValueSerde(STRING))
      .mapValues(same)
      .to('out', strings());
  }),

  'repartition, with everything given': topology((builder) => {
    const source = read(builder, 'in', 'source');
    source
      .filter(yes)
      .repartition(
        Repartitioned.as<string, string>('wide')
          .withKeySerde(STRING)
          .withValueSerde(STRING)
          .withNumberOfPartitions(12),
      )
      .to('wide-out', strings());
    source
      .repartition(Repartitioned.with(STRING, STRING).withName('narrow').withNumberOfPartitions(1))
      .peek(nothing);
  }),

  'a chain of repartitions': topology((builder) => {
    read(builder, 'in')
      .repartition(Repartitioned.as('one'))
      .map(swap)
      .repartition(Repartitioned.as<string, string>('two').withKeySerde(STRING).withValueSerde(STRING))
      .selectKey(byValue)
      .groupByKey(Grouped.as<string, string>('three').withKeySerde(STRING).withValueSerde(STRING))
      .count(countStore('counts'))
      .toStream()
      .to('out', counts());
  }),
};

/** Topologies of DescribeDsl.java: tables, and joins with them. */
import { Joined, type KTable, Named, Repartitioned, type StreamsBuilder } from '../../src/index.js';
import {
  byValue,
  countStore,
  deletableStrings,
  no,
  read,
  same,
  store,
  STRING,
  strings,
  STRINGS,
  swap,
  type Topologies,
  topology,
  yes,
} from './dsl-support.js';

const unnamedUsers = (builder: StreamsBuilder): KTable<string, string | null> =>
  builder.table('users', STRINGS, store('users-store'));

const users = (builder: StreamsBuilder): KTable<string, string | null> =>
  builder.table('users', STRINGS.withName('users'), store('users-store'));

export const TABLE_TOPOLOGIES: Topologies = {
  'a table of a topic': topology((builder) => {
    unnamedUsers(builder).toStream().to('out', deletableStrings());
  }),

  'a table of a topic, given names': topology((builder) => {
    users(builder).toStream(Named.as('changes')).mapValues(same).to('out', deletableStrings());
  }),

  'operators of a table': topology((builder) => {
    const kept = unnamedUsers(builder).filter(yes).filterNot(no);
    kept.mapValues(same).toStream().to('mapped-out', deletableStrings());
    kept.toStream().to('kept-out', deletableStrings());
  }),

  'operators of a table, given names': topology((builder) => {
    unnamedUsers(builder)
      .filter(yes, Named.as('keep'))
      .filterNot(no, Named.as('drop'))
      .mapValues(same, Named.as('same'))
      .filter(yes)
      .toStream(Named.as('changes'))
      .to('out', deletableStrings());
  }),

  'operators of a table, with stores': topology((builder) => {
    unnamedUsers(builder)
      .filter(yes, store('kept'))
      .filterNot(no, store('not-dropped'))
      .mapValues(same, store('mapped'))
      .toStream()
      .to('out', deletableStrings());
  }),

  'operators of a table, with names and stores': topology((builder) => {
    users(builder)
      .filter(yes, Named.as('keep'), store('kept'))
      .filterNot(no, Named.as('drop'), store('not-dropped'))
      .mapValues(same, Named.as('same'), store('mapped'))
      .mapValues(same)
      .toStream()
      .to('out', deletableStrings());
  }),

  toTable: topology((builder) => {
    const source = read(builder, 'in');
    source.mapValues(same).toTable(store('latest')).toStream().to('out', strings());
    source
      .toTable(Named.as('as-table'), store('named-latest'))
      .filter(yes)
      .toStream()
      .to('out-2', deletableStrings());
  }),

  'toTable after a changed key': topology((builder) => {
    read(builder, 'in')
      .selectKey(byValue)
      .toTable(Named.as('by-value'), store('latest'))
      .toStream()
      .to('out', strings());
  }),

  'toTable of a repartition': topology((builder) => {
    read(builder, 'in')
      .map(swap)
      .repartition(Repartitioned.as<string, string>('swapped').withKeySerde(STRING).withValueSerde(STRING))
      .toTable(store('latest'))
      .mapValues(same)
      .toStream()
      .to('out', strings());
  }),
};

const both = (value: string, user: string): string => value + user;
const bothOrOne = (value: string, user: string | null): string => value + String(user);

/** Named, with all three serdes. */
const joined = (name: string) => Joined.with(STRING, STRING, STRING).withName(name);

export const JOIN_TOPOLOGIES: Topologies = {
  'join with a table': topology((builder) => {
    const table = users(builder);
    read(builder, 'in', 'source').join(table, both).to('out', strings());
  }),

  'join with a table, given names': topology((builder) => {
    const source = read(builder, 'in', 'source');
    const table = users(builder);
    source.join(table, both, Joined.as('inner')).mapValues(same).to('out', strings());
    source.leftJoin(table, bothOrOne, Joined.as('left')).to('left-out', strings());
  }),

  'join after selectKey': topology((builder) => {
    const table = users(builder);
    read(builder, 'in')
      .selectKey(byValue)
      .join(
        table,
        both,
        Joined.as<string, string, string>('with-user').withKeySerde(STRING).withValueSerde(STRING),
      )
      .to('out', strings());
  }),

  'leftJoin after map': topology((builder) => {
    const swapped = read(builder, 'in').map(swap, Named.as('swap'));
    swapped.leftJoin(users(builder), bothOrOne, joined('with-user')).mapValues(same).to('out', strings());
  }),

  'two joins of one table': topology((builder) => {
    const table = users(builder);
    read(builder, 'first', 'first-source').join(table, both).to('first-out', strings());
    read(builder, 'second', 'second-source').leftJoin(table, bothOrOne).to('second-out', strings());
  }),

  'two joins of one stream whose key was changed': topology((builder) => {
    const table = users(builder);
    const changed = read(builder, 'in').selectKey(byValue);
    changed.join(table, both, joined('inner')).to('out', strings());
    changed.leftJoin(table, bothOrOne, joined('left')).to('left-out', strings());
  }),

  'join with tables made from a table': topology((builder) => {
    const table = users(builder);
    const stored = table.filter(yes, Named.as('stored'), store('kept'));
    const viewed = table.mapValues(same, Named.as('viewed'));
    const source = read(builder, 'in', 'source');
    source.join(stored, both).to('stored-out', strings());
    source.join(viewed, both, Joined.as('with-view')).to('viewed-out', strings());
  }),

  'join with an aggregation of the same stream': topology((builder) => {
    const source = read(builder, 'in');
    const table = source.groupByKey().count(countStore('counts'));
    source.join(table, (value, count) => value + String(count)).to('out', strings());
  }),

  'a table read through one repartition, joined': topology((builder) => {
    const byOwner = read(builder, 'things')
      .selectKey(byValue)
      .repartition(Repartitioned.as<string, string>('by-owner').withKeySerde(STRING).withValueSerde(STRING));
    const owners = byOwner.toTable(store('owners'));
    read(builder, 'in', 'source').leftJoin(owners, bothOrOne).to('out', strings());
    byOwner.join(owners, both, Joined.as('with-itself')).to('out-2', strings());
  }),
};

/** What stands behind the handlers of a simulated topology that has stores: operators of the DSL, drawn by its plan. */
import type { KStream, StreamsBuilder } from '../../src/index.js';
import {
  Grouped,
  Materialized,
  Produced,
  Repartitioned,
  Serdes,
  Stores,
  Suppressed,
  TimeWindows,
} from '../../src/index.js';
import { BufferConfig } from '../../src/index.js';
import type { StoreOperator, StorePlan } from './store-plan.js';
import type { OutputValue } from './topology.js';

type Key = Buffer | null;
type Outputs = KStream<Key, OutputValue>;

const KEY = Serdes.bytes();
const OUTPUT = Serdes.json<OutputValue>();
const GROUPED = Grouped.with(KEY, OUTPUT);
const WINDOWS = TimeWindows.ofSizeAndGrace(2000, 3_600_000);
const SHORT_WINDOWS = TimeWindows.ofSizeAndGrace(2000, 0);

export const counterOf = (subtopology: number): string => `counts-${subtopology}`;
export const ticksOf = (subtopology: number): string => `ticks-${subtopology}`;
export const storeOf = (operator: StoreOperator, subtopology: number): string => `${operator}-${subtopology}`;
export const regroupTopic = (subtopology: number): string => `regroup-${subtopology}`;

/** The stores that the handler of a sub-topology uses. */
export const addHandlerStores = (builder: StreamsBuilder, plan: StorePlan, at: number): readonly string[] => {
  const store = (name: string) =>
    Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore(name), KEY, Serdes.json<number>());
  const counter = store(counterOf(at));
  builder.addStateStore(plan.sharing === 'key' ? counter.perKey() : counter);
  if (plan.sharing === 'key' || plan.punctuateEveryMs === null) return [counterOf(at)];
  builder.addStateStore(store(ticksOf(at)));
  return [counterOf(at), ticksOf(at)];
};

/** A few groups of keys; a record without a key is in none. */
export const groupOf = (key: string): string => (/[02468]$/.test(key) ? 'even' : 'odd');

/** A number for an output, and one for a sequence of them: another order gives another one. */
export const markOf = (record: string, index: number): number => {
  let mark = index + 1;
  for (const character of record) mark = (mark * 31 + character.charCodeAt(0)) % 1_000_003;
  return mark;
};
export const chained = (all: number, one: number): number => (all * 7919 + one) % 1_000_003;

export const addOperators = (outputs: Outputs, { operators }: StorePlan, at: number): void => {
  for (const operator of operators) OPERATORS[operator](outputs, storeOf(operator, at), at);
};

const OPERATORS: Readonly<Record<StoreOperator, (outputs: Outputs, store: string, at: number) => void>> = {
  count: (outputs, store) => void outputs.groupByKey(GROUPED).count(Materialized.as(store)),
  window: (outputs, store) =>
    void outputs.groupByKey(GROUPED).windowedBy(WINDOWS).count(Materialized.as(store)),
  final: (outputs, store) =>
    outputs
      .groupByKey(GROUPED)
      .windowedBy(SHORT_WINDOWS)
      .count(Materialized.as(`${store}-windows`))
      .suppress(Suppressed.untilWindowCloses(BufferConfig.unbounded()).withName(store))
      .toStream()
      .foreach(() => undefined),
  table: (outputs, store) =>
    void outputs
      .toTable(Materialized.as<Key, OutputValue>(store).withKeySerde(KEY).withValueSerde(OUTPUT))
      .filter((_, { index }) => index === 0, Materialized.as<Key, OutputValue>(`${store}-first`))
      .mapValues(
        async ({ record }) => Promise.resolve(record.length),
        Materialized.as<Key, number>(`${store}-length`)
          .withKeySerde(KEY)
          .withValueSerde(Serdes.json<number>()),
      ),
  reduce: (outputs, store) =>
    void outputs
      .mapValues(({ record, index }) => markOf(record, index))
      .groupByKey(Grouped.with(KEY, Serdes.json<number>()))
      .reduce(
        async (all, one) => Promise.resolve(chained(all, one)),
        Materialized.as<Key, number>(store).withKeySerde(KEY).withValueSerde(Serdes.json<number>()),
      ),
  regroup: (outputs, store, at) =>
    void outputs
      .filter((key) => key !== null)
      .selectKey((key): Key => Buffer.from(groupOf(key?.toString() ?? '')))
      .repartition(
        Repartitioned.as<Key, OutputValue>(regroupTopic(at)).withKeySerde(KEY).withValueSerde(OUTPUT),
      )
      .groupByKey(GROUPED)
      .count(Materialized.as(store)),
};

export const SINK = Produced.with(KEY, OUTPUT);

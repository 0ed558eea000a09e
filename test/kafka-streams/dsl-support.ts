/** What the topologies of this folder are written with: the TypeScript side of DescribeDsl.java's helpers. */
import {
  Consumed,
  type KStream,
  Materialized,
  Produced,
  Serdes,
  StreamsBuilder,
  type Topology,
  type Windowed,
} from '../../src/index.js';

export const STRING = Serdes.string();
export const LONG = Serdes.long();
export const STRINGS = Consumed.with(STRING, STRING);

export type Topologies = Readonly<Record<string, () => Topology>>;

export const topology = (write: (builder: StreamsBuilder) => void) => (): Topology => {
  const builder = new StreamsBuilder();
  write(builder);
  return builder.build();
};

export const read = (builder: StreamsBuilder, topic: string, name?: string): KStream<string, string> =>
  builder.stream(topic, name === undefined ? STRINGS : STRINGS.withName(name));

export const strings = () => Produced.with(STRING, STRING);

/** Of a table whose keys can be deleted. */
export const deletableStrings = () => Produced.with(STRING, Serdes.nullable(STRING));

export const counts = () => Produced.with(STRING, LONG);

/** A store of strings. */
export const store = (name: string) =>
  Materialized.as<string, string>(name).withKeySerde(STRING).withValueSerde(STRING);

/** A store of counts. */
export const countStore = (name: string) =>
  Materialized.as<string, number>(name).withKeySerde(STRING).withValueSerde(LONG);

export const yes = (): boolean => true;
export const no = (): boolean => false;
export const same = <T>(value: T): T => value;
export const nothing = (): void => undefined;
export const byValue = (_key: string, value: string): string => value;
export const swap = (key: string, value: string): [string, string] => [value, key];
export const add = (left: string, right: string): string => left + right;
export const empty = (): string => '';
export const concat = (_key: string, value: string, aggregate: string): string => aggregate + value;

export const windowText = ({ key, window }: Windowed<string>): string =>
  `${key}@${window.start}-${window.end}`;

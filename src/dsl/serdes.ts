/**
 * The serdes that come with the engine. Each is one object, so that two mentions of the same serde are
 * the same serde: a sink then passes the key's bytes on instead of making them again.
 * All but `bytes` and `nullable` refuse null. No error holds bytes of the record.
 */
import { NotRetryableError } from '../record/record-error.js';
import { textReaderOf, withTextReader, type Serde } from '../record/serde.js';
import { doubleSerde, integerSerde, longSerde } from './number-serdes.js';

const refuse = (reason: 'null-value' | 'deserialization' | 'serialization', what: string): never => {
  throw new NotRetryableError(reason, what);
};

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const decodeUtf8 = (data: Buffer): string => {
  try {
    return UTF8.decode(data);
  } catch {
    return refuse('deserialization', 'the bytes are not valid UTF-8');
  }
};

const bytesSerde: Serde<Buffer | null> = {
  serialize: (data) => data,
  deserialize: (data) => data,
};

/** Types are not there at run time: null would be a tombstone, or a record without a key. */
const asText = (data: unknown): string =>
  typeof data === 'string'
    ? data
    : refuse('serialization', `${data === null ? 'null' : typeof data} where a string is expected`);

const stringSerde: Serde<string> = withTextReader(
  {
    serialize: asText,
    deserialize: (data) =>
      data === null ? refuse('null-value', 'null where a string is expected') : decodeUtf8(data),
  },
  (text) => text,
);

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const uuidSerde: Serde<string> = {
  serialize: asText,
  deserialize: (data) => {
    const text =
      data === null ? refuse('null-value', 'null where a UUID is expected') : data.toString('latin1');
    return UUID.test(text) ? text : refuse('deserialization', 'the text is not a UUID');
  },
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, which may be personal data.
    return refuse('deserialization', 'the text is not valid JSON');
  }
};

const jsonSerde: Serde<unknown> = withTextReader(
  {
    serialize: (data) => {
      // Typed as string by the library, but undefined for a function or undefined.
      const text = JSON.stringify(data) as string | undefined;
      if (text === undefined) throw new NotRetryableError('serialization', 'the value has no JSON form');
      return text;
    },
    deserialize: (data) =>
      parseJson(data === null ? refuse('null-value', 'null where JSON is expected') : decodeUtf8(data)),
  },
  parseJson,
);

export const Serdes = {
  /** The bytes as they are, null included. A view of the batch's memory: copy what is kept. */
  bytes: (): Serde<Buffer | null> => bytesSerde,
  /** UTF-8 text. */
  string: (): Serde<string> => stringSerde,
  /** Checked only for being JSON: T is what the caller trusts the producers to write. */
  json: <T = unknown>(): Serde<T> => jsonSerde as Serde<T>,
  /** A UUID in its text form, as Kafka's own UUID serde writes it. */
  uuid: (): Serde<string> => uuidSerde,
  /** Java's Integer: 4 bytes. */
  integer: (): Serde<number> => integerSerde,
  /** Java's Long, of which a number can hold the safe integers only: 8 bytes. `count()` has it by default. */
  long: (): Serde<number> => longSerde,
  /** Java's Double: 8 bytes. */
  double: (): Serde<number> => doubleSerde,
  /** null stays null (a tombstone, or a record without a key); everything else is the inner serde's. */
  nullable: <T>(inner: Serde<T>): Serde<T | null> => {
    const readText = textReaderOf(inner);
    const serde: Serde<T | null> = {
      serialize: (data, context) => (data === null ? null : inner.serialize(data, context)),
      deserialize: (data, context) => (data === null ? null : inner.deserialize(data, context)),
    };
    return readText === undefined ? serde : withTextReader<T | null, Serde<T | null>>(serde, readText);
  },
};

/** Between bytes and values. A serde is pure: no I/O, no clock. */
import type { Headers } from './record.js';

export interface SerdeContext {
  readonly topic: string;
  readonly headers: Headers;
  readonly isKey: boolean;
  /**
   * Tells the engine what kind of event this record is, for metrics only. Call it with names from a
   * bounded set (`unknown` for anything else), never with text of the record.
   */
  noteType?(type: string): void;
}

/** A text is written as UTF-8, and costs less than a Buffer: its bytes are made where they are written from. */
export type Serialized = Buffer | string | null;

export interface Serializer<T> {
  /** null writes a null value (a tombstone). */
  serialize(data: T, context: SerdeContext): Serialized;
}

export interface Deserializer<T> {
  /** Throws NotRetryableError for bytes that can never be read. */
  deserialize(data: Buffer | null, context: SerdeContext): T;
}

/** Gives of the text of bytes that are all ASCII what `deserialize` gives of the bytes. */
export type TextReader<T> = (text: string, context: SerdeContext) => T;

const textReaders = new WeakMap<object, TextReader<unknown>>();

/**
 * The same serde. Where the engine knows that a value is ASCII, it asks `read` in place of `deserialize`: a text costs less
 * than a Buffer and the text that is made of it. It goes with this very `deserialize`, which must be a function of the
 * serde's own: a serde that has another one in its place, by a spread or a subclass, is asked for bytes as ever.
 */
export const withTextReader = <T, S extends Deserializer<T>>(serde: S, read: TextReader<T>): S => {
  textReaders.set(functionOf(serde), read);
  return serde;
};

export const textReaderOf = <T>(serde: Deserializer<T>): TextReader<T> | undefined =>
  textReaders.get(functionOf(serde)) as TextReader<T> | undefined;

// eslint-disable-next-line @typescript-eslint/unbound-method -- it is looked at, and not called
const functionOf = ({ deserialize }: Deserializer<unknown>): object => deserialize;

export interface Serde<T> extends Serializer<T>, Deserializer<T> {}

/** What an author's serializer gave, at run time: bytes of any kind become a Buffer. Throws TypeError for anything else. */
export const checkSerialized = (given: unknown): Serialized => {
  if (typeof given === 'string' || Buffer.isBuffer(given) || given === null) return given;
  if (given instanceof Uint8Array) return Buffer.from(given.buffer, given.byteOffset, given.byteLength);
  throw new TypeError(`a serializer gave ${typeof given}: it must give a Buffer, a text or null`);
};

/** As bytes. */
export const serializedBytes = (serialized: Serialized): Buffer | null =>
  typeof serialized === 'string' ? Buffer.from(serialized) : serialized;

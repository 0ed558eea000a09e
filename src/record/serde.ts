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

export interface Serializer<T> {
  /** null writes a null value (a tombstone). */
  serialize(data: T, context: SerdeContext): Buffer | null;
}

export interface Deserializer<T> {
  /** Throws NotRetryableError for bytes that can never be read. */
  deserialize(data: Buffer | null, context: SerdeContext): T;
}

export interface Serde<T> extends Serializer<T>, Deserializer<T> {}

/**
 * The record that flows through a sub-topology: typed key and value, timestamp, headers. Immutable; `with…`
 * make changed copies. `FixedKeyRecord` is the same without a way to change the key, by type.
 */
import { encodeHeaders, isReservedHeader } from '../record/headers.js';
import type { Header, Headers, ProducedHeader } from '../record/record.js';
import { serializedBytes } from '../record/serde.js';
import type { EpochMs } from '../record/units.js';
import { epochMs } from '../record/units.js';

/** Text is written as UTF-8, and costs less than a Buffer. */
export type HeaderLike = Header | ProducedHeader;

const asHeader = ({ name, value }: HeaderLike): Header => ({
  name,
  value: serializedBytes(value),
});

/** Names that were found to be nobody's but the author's: they are few, and asked for with every record. */
const ownNames = new Set<string>();
const MOST_NAMES = 512;

const isOwnName = (name: string): boolean => {
  if (ownNames.has(name)) return true;
  if (isReservedHeader(name)) return false;
  if (ownNames.size < MOST_NAMES) ownNames.add(name);
  return true;
};

/** The client cuts a text at a NUL. */
const isPlainText = (value: HeaderLike['value']): value is string =>
  typeof value === 'string' && !value.includes('\0');

/** A header that was found plain. */
interface Plain {
  name: string;
  value: string;
  /** How often a value was another than the one before. */
  misses: number;
}

/** By their place among the headers of a record: most of the next record's are the same. */
const plain: Plain[] = [];
const MOST_PLACES = 16;
/** A value that differs in each record is not noted again: young strings in an old list are work for the collector. */
const MOST_MISSES = 2;

const isPlainAt = (at: number, { name, value }: HeaderLike): boolean => {
  const noted = plain[at];
  if (noted?.name !== name) {
    if (!isPlainText(value) || !isOwnName(name)) return false;
    if (at < MOST_PLACES) plain[at] = { name, value, misses: 0 };
    return true;
  }
  if (noted.misses > MOST_MISSES) return isPlainText(value);
  if (value === noted.value) return true;
  if (!isPlainText(value)) return false;
  noted.value = value;
  noted.misses += 1;
  return true;
};

/** Whether they are written as they stand; reserved names are the engine's. */
const isPlain = (headers: readonly HeaderLike[]): headers is readonly ProducedHeader[] => {
  let at = 0;
  for (const header of headers) {
    if (!isPlainAt(at, header)) return false;
    at += 1;
  }
  return true;
};

/** What a record of Kafka has as headers, asked for only when somebody reads them: they are built then. */
export interface HeaderSource {
  readonly headers: Headers;
}

/** A record under the key with which it came, see `KStream.processValues`. */
export abstract class FixedKeyRecord<K, V> {
  /** For the compiler only: whoever forwards one was given one, so that nobody makes one under another key. */
  declare private readonly made: true;
  abstract readonly key: K;
  abstract readonly value: V;
  abstract readonly timestamp: EpochMs;
  /** Those of the source record unless `withHeaders` replaced them upstream. Built each time: keep what is read often. */
  abstract get headers(): Headers;
  abstract withValue<VR>(value: VR): FixedKeyRecord<K, VR>;
  abstract withTimestamp(timestamp: number): FixedKeyRecord<K, V>;
  /** Replaces all headers: what the record had is not carried over. List and headers must not be changed afterwards. */
  abstract withHeaders(headers: readonly HeaderLike[]): FixedKeyRecord<K, V>;
}

/** Read-only in every field: to be made with `new` for records of one's own (a punctuation's, say). */
export class Record<K, V> extends FixedKeyRecord<K, V> {
  override readonly timestamp: EpochMs;

  /** `timestamp`: milliseconds since 1970, not negative. */
  constructor(
    override readonly key: K,
    override readonly value: V,
    timestamp: number,
    private readonly from: HeaderSource | readonly HeaderLike[] = [],
  ) {
    super();
    this.timestamp = epochMs(timestamp);
  }

  override get headers(): Headers {
    return 'headers' in this.from ? this.from.headers : this.from.map(asHeader);
  }

  withKey<KR>(key: KR): Record<KR, V> {
    return new Record(key, this.value, this.timestamp, this.from);
  }

  override withValue<VR>(value: VR): Record<K, VR> {
    return new Record(this.key, value, this.timestamp, this.from);
  }

  override withTimestamp(timestamp: number): Record<K, V> {
    return new Record(this.key, this.value, timestamp, this.from);
  }

  override withHeaders(headers: readonly HeaderLike[]): Record<K, V> {
    return new Record(this.key, this.value, this.timestamp, headers);
  }

  /** For sinks: the headers as they are written. */
  outputHeaders(): readonly ProducedHeader[] {
    const { from } = this;
    if (!('headers' in from) && isPlain(from)) return from;
    return encodeHeaders(this.headers);
  }
}

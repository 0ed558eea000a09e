/**
 * The record that flows through a sub-topology: typed key and value, timestamp, headers. Immutable;
 * `with…` make changed copies, and none of them changes the key, which is why only the engine makes
 * the first one.
 */
import { encodeHeaders, isReservedHeader } from '../record/headers.js';
import type { Header, Headers, ProducedHeader } from '../record/record.js';
import type { EpochMs } from '../record/units.js';

/** Text is written as UTF-8, and costs less than a Buffer. */
export type HeaderLike = Header | ProducedHeader;

const asHeader = ({ name, value }: HeaderLike): Header => ({
  name,
  value: typeof value === 'string' ? Buffer.from(value) : value,
});

/** Whether it is written as it stands: the client cuts a text at a NUL, and reserved names are the engine's. */
const isPlainText = (header: HeaderLike): header is ProducedHeader =>
  typeof header.value === 'string' && !header.value.includes('\0') && !isReservedHeader(header.name);

export class FixedKeyRecord<K, V> {
  constructor(
    readonly key: K,
    readonly value: V,
    readonly timestamp: EpochMs,
    /** The source record, asked for its headers only when somebody reads them: they are built then. */
    private readonly source: { readonly headers: Headers },
    private readonly replacedHeaders?: readonly HeaderLike[],
  ) {}

  /** Those of the source record unless `withHeaders` replaced them upstream. */
  get headers(): Headers {
    return this.replacedHeaders === undefined ? this.source.headers : this.replacedHeaders.map(asHeader);
  }

  withValue<VR>(value: VR): FixedKeyRecord<K, VR> {
    return new FixedKeyRecord(this.key, value, this.timestamp, this.source, this.replacedHeaders);
  }

  withTimestamp(timestamp: EpochMs): FixedKeyRecord<K, V> {
    return new FixedKeyRecord(this.key, this.value, timestamp, this.source, this.replacedHeaders);
  }

  /** Replaces all headers: what the record had is not carried over. */
  withHeaders(headers: readonly HeaderLike[]): FixedKeyRecord<K, V> {
    return new FixedKeyRecord(this.key, this.value, this.timestamp, this.source, headers);
  }

  /** For sinks: the headers as they are written. */
  outputHeaders(): readonly ProducedHeader[] {
    const replaced = this.replacedHeaders;
    if (replaced?.every(isPlainText)) return replaced;
    return encodeHeaders(this.headers);
  }
}

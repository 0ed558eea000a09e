/** A record as a test writes and reads it: Kafka Streams' `TestRecord`. Immutable data. */
import type { Header, ProducedHeader } from '../record/record.js';
import { serializedBytes } from '../record/serde.js';

const asHeader = ({ name, value }: Header | ProducedHeader): Header => ({
  name,
  value: serializedBytes(value),
});

export class TestRecord<K, V> {
  readonly headers: readonly Header[];

  constructor(
    readonly key: K,
    readonly value: V,
    headers: readonly (Header | ProducedHeader)[] = [],
    /** Epoch milliseconds; undefined, for a record to be written: the input topic's own time. */
    readonly timestampMs?: number,
  ) {
    this.headers = headers.map(asHeader);
  }
}

export interface TestKeyValue<K, V> {
  readonly key: K;
  readonly value: V;
}

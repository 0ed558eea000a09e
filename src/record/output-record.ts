/** A record to be written as a handler has made it: its value may be a text, which becomes bytes where it is written from. */
import type { ProducedRecord } from './record.js';
import { serializedBytes, type Serialized } from './serde.js';

export interface OutputRecord extends Omit<ProducedRecord, 'value'> {
  readonly value: Serialized;
}

const isProduced = (record: OutputRecord): record is ProducedRecord => typeof record.value !== 'string';

/** With bytes for a value. */
export const producedOf = (record: OutputRecord): ProducedRecord =>
  isProduced(record) ? record : { ...record, value: serializedBytes(record.value) };

/**
 * Numbers as Kafka's own serdes write them: big-endian, 4 bytes (Integer) or 8 (Long, Double).
 * Java's Long has 64 bits, a number of JavaScript 53: what does not fit is refused, in both directions.
 */
import { NotRetryableError } from '../record/record-error.js';
import type { Serde } from '../record/serde.js';

const bytesOf = (data: Buffer | null, size: number, what: string): Buffer => {
  if (data === null) throw new NotRetryableError('null-value', `null where ${what} is expected`);
  if (data.length !== size)
    throw new NotRetryableError('deserialization', `${what} has ${size} bytes, not ${data.length}`);
  return data;
};

const refuseWrite = (what: string): never => {
  throw new NotRetryableError('serialization', `the value is not ${what}`);
};

const INTEGER_LIMIT = 2 ** 31;

export const integerSerde: Serde<number> = {
  serialize: (data) => {
    if (!Number.isInteger(data) || data < -INTEGER_LIMIT || data >= INTEGER_LIMIT)
      refuseWrite('an integer of 32 bits');
    const bytes = Buffer.allocUnsafe(4);
    bytes.writeInt32BE(data);
    return bytes;
  },
  deserialize: (data) => bytesOf(data, 4, 'an Integer').readInt32BE(),
};

export const longSerde: Serde<number> = {
  serialize: (data) => {
    if (!Number.isSafeInteger(data)) refuseWrite('a safe integer');
    const bytes = Buffer.allocUnsafe(8);
    bytes.writeBigInt64BE(BigInt(data));
    return bytes;
  },
  deserialize: (data) => {
    const value = Number(bytesOf(data, 8, 'a Long').readBigInt64BE());
    if (!Number.isSafeInteger(value))
      throw new NotRetryableError('deserialization', 'the Long is beyond what a number can hold');
    return value;
  },
};

export const doubleSerde: Serde<number> = {
  serialize: (data) => {
    if (typeof data !== 'number') refuseWrite('a number');
    const bytes = Buffer.allocUnsafe(8);
    bytes.writeDoubleBE(data);
    return bytes;
  },
  deserialize: (data) => bytesOf(data, 8, 'a Double').readDoubleBE(),
};

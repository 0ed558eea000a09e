/**
 * Keys and values of state stores in the changelog of their task, which they share with its lanes: see the table in
 * src/lanes/lane-log.ts for the other kinds. Pure.
 *
 * | key                                | value                                                       |
 * | ---------------------------------- | ----------------------------------------------------------- |
 * | 05 length (u8) store name, its key | the value's bytes                                           |
 * | 05 00                              | the stream time of the task, u64, milliseconds since 1970   |
 */
import { NotRetryableError } from '../record/record-error.js';

const STORE = 0x05;

export type StoreLogKey =
  { readonly kind: 'entry'; readonly store: string; readonly key: Buffer } | { readonly kind: 'stream-time' };

export const STREAM_TIME_KEY: Buffer = Buffer.from([STORE, 0]);

/** Of a store, and not of lanes, commands or the checkpoint. */
export const isStoreLogKey = (key: Buffer): boolean => key[0] === STORE;

export const storeLogKey = (store: string, key: Buffer): Buffer => {
  const length = Buffer.byteLength(store);
  const whole = Buffer.allocUnsafe(2 + length + key.length);
  whole[0] = STORE;
  whole[1] = length;
  whole.write(store, 2);
  key.copy(whole, 2 + length);
  return whole;
};

/** The key is copied. Throws NotRetryableError for what no version has written. */
export const parseStoreLogKey = (key: Buffer): StoreLogKey => {
  const length = key[1];
  if (key[0] !== STORE || length === undefined || key.length < 2 + length)
    throw new NotRetryableError('deserialization', 'the changelog has a key of a store that is cut off');
  if (length === 0) return { kind: 'stream-time' };
  return {
    kind: 'entry',
    store: key.toString('utf8', 2, 2 + length),
    key: Buffer.from(key.subarray(2 + length)),
  };
};

export const encodeStreamTime = (ms: number): Buffer => {
  const value = Buffer.allocUnsafe(8);
  value.writeBigUInt64BE(BigInt(Math.floor(ms)));
  return value;
};

/** Throws NotRetryableError. */
export const decodeStreamTime = (value: Buffer): number => {
  if (value.length !== 8)
    throw new NotRetryableError('deserialization', 'the stream time in the changelog is none');
  return Number(value.readBigUInt64BE());
};

/**
 * Kafka's key hash and the partitioner that Java's client builds on it (`murmur2_random` in librdkafka).
 * Promises the same partition as a Java producer for the same key bytes. Never looks at anything but the bytes.
 */
import { partition, type Partition } from './units.js';

const SEED = 0x9747b28c | 0;
const M = 0x5bd1e995;

/** 32-bit murmur2 with Kafka's seed, as Java's signed int. */
export const murmur2 = (data: Uint8Array): number => {
  const { length } = data;
  const view = new DataView(data.buffer, data.byteOffset, length);
  const whole = length & ~3;
  let hash = SEED ^ length;
  for (let at = 0; at < whole; at += 4) {
    const mixed = Math.imul(view.getInt32(at, true), M);
    hash = Math.imul(hash, M) ^ Math.imul(mixed ^ (mixed >>> 24), M);
  }
  const rest = length - whole;
  if (rest > 0) {
    if (rest > 2) hash ^= view.getUint8(whole + 2) << 16;
    if (rest > 1) hash ^= view.getUint8(whole + 1) << 8;
    hash = Math.imul(hash ^ view.getUint8(whole), M);
  }
  hash = Math.imul(hash ^ (hash >>> 13), M);
  return hash ^ (hash >>> 15);
};

/** Java's `toPositive`: clears the sign bit. It is not the absolute value. */
const toPositive = (value: number): number => value & 0x7fffffff;

/** Where Java's producer puts a record with this key. An empty key is a key; null is the caller's matter. */
export const partitionForKey = (key: Uint8Array, partitions: number): Partition => {
  if (!Number.isInteger(partitions) || partitions < 1) {
    throw new RangeError(`a topic has at least one partition, not ${partitions}`);
  }
  return partition(toPositive(murmur2(key)) % partitions);
};

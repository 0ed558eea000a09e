/** Valid records of one user under the user's id, in any encoding, none of them large. */
import { HostileRecords, type HostileRecord } from './hostile-records.js';

export const userOf = ({ expected }: HostileRecord): string => {
  if (expected.to !== 'audit') throw new Error('a dead letter has no user');
  return expected.userId;
};

/** Another seed, another user. */
export const recordsOf = (seed: number, count: number): HostileRecord[] => {
  const records = new HostileRecords({ seed, users: 1, bad: 0, huge: 0 });
  return Array.from({ length: count }, () => {
    const record = records.next();
    return { ...record, key: Buffer.from(userOf(record)) };
  });
};

/** The user of a seed. */
export const userOfSeed = (seed: number): string => userOf(firstOf(recordsOf(seed, 1)));

export const firstOf = <T>(list: readonly T[]): T => {
  const [first] = list;
  if (first === undefined) throw new RangeError('an empty list');
  return first;
};

/** With the end that its failures give it. */
export const ending = (record: HostileRecord, reason: string): HostileRecord => ({
  ...record,
  expected: { to: 'dlq', reason },
});

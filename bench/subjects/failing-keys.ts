/** Which users' events fail, of a share of all: by their id alone, so that the process and the bench agree. Pure. */
import { murmur2 } from '../../src/record/murmur2.js';

const OF = 10_000;

export const isFailing = (userId: string, share: number): boolean =>
  // Shifted: the low bits choose the partition.
  ((murmur2(Buffer.from(userId)) >>> 8) % OF) / OF < share;

/** The same, asked once for each user: what a program that is measured may ask for every record. */
export const failingUsers = (share: number): ((userId: string) => boolean) => {
  const known = new Map<string, boolean>();
  return (userId) => {
    let fails = known.get(userId);
    if (fails === undefined) known.set(userId, (fails = isFailing(userId, share)));
    return fails;
  };
};

/** Which users' events fail, of a share of all: by their id alone, so that the process and the bench agree. Pure. */
import { murmur2 } from '../../src/record/murmur2.js';

const OF = 10_000;

export const isFailing = (userId: string, share: number): boolean =>
  // Shifted: the low bits choose the partition.
  ((murmur2(Buffer.from(userId)) >>> 8) % OF) / OF < share;

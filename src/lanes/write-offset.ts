/** An offset as a big-endian u64, without a BigInt for each. Pure. */

const HALF = 2 ** 32;

/** Returns where it ends. Throws RangeError for what no unsigned number of 53 bits is. */
export const writeOffset = (into: Buffer, offset: number, at: number): number => {
  if (!Number.isSafeInteger(offset) || offset < 0) throw new RangeError(`${offset} is no offset`);
  into.writeUInt32BE(Math.floor(offset / HALF), at);
  return into.writeUInt32BE(offset % HALF, at + 4);
};

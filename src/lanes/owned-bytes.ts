/**
 * A copy of bytes in memory of its own: what a lane keeps lives long, and a view would keep alive what it
 * looks into: a batch of megabytes, or for a small `Buffer.from` the 8 KiB slab of Node's pool (20,000 keys
 * of 30 bytes held 160 MB that no bound counts). Pure.
 */
export const ownedBytes = (of: Buffer): Buffer => {
  const own = Buffer.allocUnsafeSlow(of.length);
  of.copy(own);
  return own;
};

/**
 * Records that wait share blocks: one of its own takes longer to make, and to free, than the record to be written
 * into it. One record that stays keeps its block: one and a half times what one of 600 bytes and six headers counts for, four
 * times what the smallest does.
 */
const SHARED_BYTES = 4096;
/** What is larger has a block of its own, so that three quarters of each shared one are used at least. */
const LARGEST_SHARED = SHARED_BYTES / 4;

let shared = Buffer.alloc(0);
let used = 0;

/** Bytes to be written once and then left alone, of a block that others of this process may have a part in. */
export const waitingBytes = (size: number): Buffer => {
  if (size > LARGEST_SHARED) return Buffer.allocUnsafeSlow(size);
  if (used + size > shared.length) [shared, used] = [Buffer.allocUnsafeSlow(SHARED_BYTES), 0];
  used += size;
  return shared.subarray(used - size, used);
};

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

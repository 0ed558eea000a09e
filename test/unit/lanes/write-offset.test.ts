import { expect } from 'chai';
import fc from 'fast-check';
import { writeOffset } from '../../../src/lanes/write-offset.js';

describe('writeOffset', () => {
  it('as a law: writes what a BigInt would write, and says where it ends', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.nat(8), (offset, at) => {
        const [into, expected] = [Buffer.alloc(16), Buffer.alloc(16)];
        expected.writeBigUInt64BE(BigInt(offset), at);
        expect(writeOffset(into, offset, at)).to.equal(at + 8);
        expect(into).to.deep.equal(expected);
      }),
    );
  });

  it('refuses what is no offset', () => {
    for (const offset of [-1, 0.5, Number.MAX_SAFE_INTEGER + 1, Number.NaN])
      expect(() => writeOffset(Buffer.alloc(8), offset, 0)).to.throw(RangeError);
  });
});

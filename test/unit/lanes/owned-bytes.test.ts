import { expect } from 'chai';
import fc from 'fast-check';
import { waitingBytes } from '../../../src/lanes/owned-bytes.js';

const SHARED_BYTES = 4096;

describe('waitingBytes', () => {
  it('as a law: are as many as asked for, and nobody else writes into them', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 1500 }), { maxLength: 60 }), (sizes) => {
        const blocks = sizes.map((size, i) => waitingBytes(size).fill(i + 1));
        expect(blocks.map(({ length }) => length)).to.deep.equal(sizes);
        for (const [i, block] of blocks.entries())
          expect(block.every((byte) => byte === i + 1)).to.equal(true);
      }),
    );
  });

  it('as a law: keep four kilobytes alive at most, or their own length', () => {
    fc.assert(
      fc.property(fc.nat({ max: 20_000 }), (size) => {
        const { buffer } = waitingBytes(size);
        expect(buffer.byteLength).to.be.at.most(Math.max(SHARED_BYTES, size));
      }),
    );
  });

  it('share blocks that are used for the most part', () => {
    const blocks = Array.from({ length: 3_000 }, () => waitingBytes(700));
    const kept = new Set(blocks.map(({ buffer }) => buffer)).size * SHARED_BYTES;
    expect((3_000 * 700) / kept).to.be.greaterThan(0.75);
  });
});

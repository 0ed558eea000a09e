import { expect } from 'chai';
import { flatnessOf } from '../../../bench/measure/flatness.js';

const MB = 1_000_000;

/** One sample a second for ten minutes. */
const samples = (rssOf: (second: number) => number) =>
  Array.from({ length: 601 }, (_, second) => ({ atMs: second * 1000, rssBytes: rssOf(second) }));

describe('flatness of memory', () => {
  it('growth while buffers fill up, in the first fifth, does not count', () => {
    const { flat, growthIn10Min } = flatnessOf(samples((second) => Math.min(second, 120) * MB));
    expect(flat).to.equal(true);
    expect(growthIn10Min).to.be.closeTo(0, 1e-9);
  });

  it('a leak of 10 % in ten minutes is not flat, one of 1 % is', () => {
    const leaking = (share: number) =>
      flatnessOf(samples((second) => 200 * MB * (1 + (share * second) / 600)));
    expect(leaking(0.1)).to.include({ flat: false });
    expect(leaking(0.01)).to.include({ flat: true });
  });

  it('the saw of a garbage collector is flat', () => {
    expect(flatnessOf(samples((second) => (200 + (second % 30)) * MB)).flat).to.equal(true);
  });

  it('says bytes a second', () => {
    expect(flatnessOf(samples((second) => 1000 * second + MB)).bytesPerSecond).to.be.closeTo(1000, 1e-3);
  });
});

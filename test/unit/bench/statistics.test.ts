import { expect } from 'chai';
import fc from 'fast-check';
import { median, quantile, slopeOf, spreadOf } from '../../../bench/measure/statistics.js';

describe('statistics of the bench', () => {
  it('the median is the middle value, or halfway between the two in the middle', () => {
    expect(median([3, 1, 2])).to.equal(2);
    expect(median([4, 1, 2, 3])).to.equal(2.5);
    expect(median([7])).to.equal(7);
  });

  it('a quantile lies between two values where it falls between them', () => {
    expect(quantile([10, 20, 30, 40, 50], 0.25)).to.equal(20);
    expect(quantile([0, 100], 0.99)).to.be.closeTo(99, 1e-9);
  });

  it('a spread is in order, whatever the values', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
        const { min, low, median: middle, high, max, count } = spreadOf(values);
        expect([min, low, middle, high, max]).to.deep.equal(
          [min, low, middle, high, max].sort((a, b) => a - b),
        );
        expect([min, max, count]).to.deep.equal([Math.min(...values), Math.max(...values), values.length]);
      }),
    );
  });

  it('nothing has no median', () => {
    expect(() => median([])).to.throw(RangeError);
  });

  it('the slope of points on a line is that of the line, and of one point it is 0', () => {
    expect(slopeOf([0, 1, 2, 5].map((x) => [x, 3 * x - 7] as const))).to.be.closeTo(3, 1e-9);
    expect(slopeOf([[4, 4]])).to.equal(0);
  });
});

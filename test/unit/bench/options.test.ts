import { expect } from 'chai';
import { AXES, benchOptions, PARTS, UsageError } from '../../../bench/options.js';

describe('options of the bench', () => {
  it('without any, everything is measured with a million records', () => {
    expect(benchOptions([])).to.include({ records: 1_000_000, rounds: 5, memoryMs: 600_000 });
    expect(benchOptions([]).parts).to.deep.equal(PARTS);
    expect(benchOptions([]).axes).to.deep.equal(AXES);
  });

  it('parts are run in their own order, and an axis is a part of the axes', () => {
    expect(benchOptions(['latency', 'throughput']).parts).to.deep.equal(['throughput', 'latency']);
    expect(benchOptions(['keys'])).to.deep.include({ parts: ['axes'], axes: ['keys'] });
  });

  it('what is said counts more than --quick', () => {
    expect(benchOptions(['--quick']).records).to.be.below(1_000_000);
    expect(benchOptions(['--quick', '--records', '5']).records).to.equal(5);
  });

  it('what is not understood is refused, with what there is', () => {
    for (const args of [['speed'], ['--records', '0'], ['--rounds', 'two'], ['--fast']])
      expect(() => benchOptions(args), args.join(' ')).to.throw(UsageError, 'value-size');
  });
});

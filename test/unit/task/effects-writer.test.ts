import { expect } from 'chai';
import type { Effects } from '../../../src/dsl/execution.js';
import { asKept } from '../../../src/task/effects-writer.js';
import { produced } from '../support/records.js';

const effectsOf = (...outputs: Effects['outputs']): Effects => ({
  outputs,
  changes: [],
  reads: [],
  isDropped: false,
});

describe('effects that wait', () => {
  it('have bytes in place of texts', () => {
    const effects = effectsOf(produced('a'), { ...produced('b'), value: 'é' });
    expect(asKept(effects)).to.deep.equal(
      effectsOf(produced('a'), { ...produced('b'), value: Buffer.from('é') }),
    );
  });

  it('are the same where there is no text', () => {
    const effects = effectsOf(produced('a'), { ...produced('b'), value: null });
    expect(asKept(effects)).to.equal(effects);
  });
});

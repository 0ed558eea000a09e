import { expect } from 'chai';
import type { IntakeSteps } from '../../../src/ports/progress.js';
import { lagOf } from '../../../src/service/lag.js';

const intake = (more: Partial<IntakeSteps>): readonly { readonly intake: readonly IntakeSteps[] }[] => [
  { intake: [{ topic: 'in', partition: 0, position: 10, logEnd: undefined, paused: [], ...more }] },
];
const told = (records: number, partition = 0) => ({ topic: 'in', partition, records });

describe('the lag', () => {
  it('is what the client says while it looks: the end of the log has what may not be read', () => {
    expect(lagOf([told(3)], intake({ logEnd: 90 }))).to.deep.equal([told(3)]);
  });

  it('grows while a partition is paused, though the client does not look', () => {
    expect(lagOf([told(3)], intake({ logEnd: 90, paused: ['breaker'] }))).to.deep.equal([told(80)]);
    expect(lagOf([told(3)], intake({ logEnd: 11, paused: ['credit'] }))).to.deep.equal([told(3)]);
    expect(lagOf([told(3)], intake({ paused: ['credit'] }))).to.deep.equal([told(3)]);
  });

  it('is known before the first record was read, and never negative', () => {
    expect(lagOf([], intake({ logEnd: 12 }))).to.deep.equal([told(2)]);
    expect(lagOf([], intake({ logEnd: 4 }))).to.deep.equal([told(0)]);
  });

  it('is absent while nobody knows it, and of partitions that no task has', () => {
    expect(lagOf([], intake({}))).to.deep.equal([]);
    expect(lagOf([], intake({ logEnd: 12, position: undefined }))).to.deep.equal([]);
    expect(lagOf([told(7, 1)], intake({}))).to.deep.equal([]);
  });
});

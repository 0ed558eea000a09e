import { expect } from 'chai';
import { DSL_TOPOLOGIES } from '../../kafka-streams/dsl-topologies.js';
import { descriptions } from '../../kafka-streams/fixtures.js';

describe('the full DSL is described, byte by byte, as Kafka Streams describes', () => {
  const expected = descriptions();

  it('the same topologies in both languages, in one order', () => {
    expect(Object.keys(DSL_TOPOLOGIES)).to.deep.equal([...expected.keys()]);
    expect(expected.size).to.be.greaterThan(20);
  });

  for (const [title, build] of Object.entries(DSL_TOPOLOGIES)) {
    it(title, () => {
      expect(build().describe()).to.equal(expected.get(title));
    });
  }
});

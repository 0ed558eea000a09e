import { expect } from 'chai';
import { murmur2, partitionForKey } from '../../../src/record/murmur2.js';
import { keyPartitions } from '../../kafka-streams/fixtures.js';

/** From Kafka's UtilsTest.testMurmur2 and librdkafka's rdmurmur2.c. */
const VECTORS: readonly (readonly [string, number])[] = [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
  ['kafka', 0xd067cf64 | 0],
  ['giberish123456789', 0x8f552b0c | 0],
  ['1234', 0x9fc97b14 | 0],
  ['234', 0xe7c009ca | 0],
  ['34', 0x873930da | 0],
  ['4', 0x5a4b5ca1],
  ['', 0x106e08d9],
];

describe('murmur2', () => {
  for (const [key, hash] of VECTORS) {
    it(`hashes "${key}" as Kafka does`, () => {
      expect(murmur2(Buffer.from(key))).to.equal(hash);
    });
  }

  it('hashes a view that does not begin at a word of its memory', () => {
    const block = Buffer.from('xfoobar');
    expect(murmur2(block.subarray(1))).to.equal(-790332482);
  });

  it('puts a key whose hash is negative where Java puts it: the sign bit is cleared, not negated', () => {
    // toPositive(-790332482) = 1357151166; the absolute value would give partition 2.
    expect(partitionForKey(Buffer.from('foobar'), 3)).to.equal(1357151166 % 3);
    expect(1357151166 % 3).not.to.equal(790332482 % 3);
  });

  it('puts thousands of random keys where the Java producer puts them, with few partitions and with many', () => {
    const all = keyPartitions();
    expect(all.length).to.be.at.least(4000);
    for (const { key, partitions } of all) {
      const counts = [...partitions.keys()];
      expect(counts).to.deep.equal([1, 3, 7, 12, 50, 1000]);
      const ours = new Map(counts.map((count) => [count, partitionForKey(key, count)]));
      expect(ours, key.toString('hex')).to.deep.equal(partitions);
    }
  });

  it('refuses a topic without partitions', () => {
    expect(() => partitionForKey(Buffer.from('k'), 0)).to.throw(RangeError, 'at least one partition');
  });
});

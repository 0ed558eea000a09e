import { expect } from 'chai';
import fc from 'fast-check';
import { NotRetryableError } from '../../../src/record/record-error.js';
import { commitOffset } from '../../../src/record/units.js';
import type { Checkpoint } from '../../../src/state/checkpoint.js';
import { decodeCheckpoint, encodeCheckpoint } from '../../../src/state/checkpoint.js';

const positionMaps = fc
  .array(fc.tuple(fc.string({ unit: 'binary' }), fc.maxSafeNat().map(commitOffset)))
  .map((entries) => new Map(entries));

const checkpoints: fc.Arbitrary<Checkpoint> = fc.record({
  sequence: fc.maxSafeNat(),
  guarantee: fc.constantFrom('exactly_once_v2', 'at_least_once'),
  source: positionMaps,
  inputs: positionMaps,
  adopted: positionMaps,
});

const encoded = (over: object): Buffer =>
  Buffer.from(
    JSON.stringify({ version: 1, sequence: 4, guarantee: 'exactly_once_v2', source: { a: 1 }, ...over }),
  );

const byTopic = (of: ReadonlyMap<string, number>) => [...of].sort(([a], [b]) => (a < b ? -1 : 1));
const sorted = (of: Checkpoint) => ({
  ...of,
  source: byTopic(of.source),
  inputs: byTopic(of.inputs),
  adopted: byTopic(of.adopted),
});

describe('checkpoint', () => {
  it('reads what it wrote', () => {
    fc.assert(
      fc.property(checkpoints, (checkpoint) => {
        expect(sorted(decodeCheckpoint(encodeCheckpoint(checkpoint)))).to.deep.equal(sorted(checkpoint));
      }),
    );
  });

  it('keeps a topic that is named like a property of every object', () => {
    const source = new Map([
      ['__proto__', commitOffset(3)],
      ['constructor', commitOffset(4)],
    ]);
    const back = decodeCheckpoint(
      encodeCheckpoint({
        sequence: 1,
        guarantee: 'exactly_once_v2',
        source,
        inputs: source,
        adopted: source,
      }),
    );
    expect([...back.source]).to.deep.equal([...source]);
  });

  it('reads a checkpoint without any position, as a task without records writes it', () => {
    expect([...decodeCheckpoint(encoded({ source: {} })).source]).to.deep.equal([]);
  });

  const CORRUPT: Readonly<Record<string, Buffer>> = {
    'nothing at all': Buffer.alloc(0),
    'bytes that are not text': Buffer.from([0xff, 0x00, 0xfe]),
    'half of a checkpoint': encoded({}).subarray(0, 20),
    'JSON null': Buffer.from('null'),
    'a number': Buffer.from('1'),
    'an array': Buffer.from('[]'),
    'a newer version': encoded({ version: 3 }),
    'no version': encoded({ version: undefined }),
    'a negative sequence': encoded({ sequence: -1 }),
    'a fractional sequence': encoded({ sequence: 1.5 }),
    'a sequence beyond exact integers': encoded({ sequence: 2 ** 53 }),
    'a sequence as text': encoded({ sequence: '4' }),
    'an unknown guarantee': encoded({ guarantee: 'at_most_once' }),
    'no positions': encoded({ source: undefined }),
    'null for positions': encoded({ source: null }),
    'a list of positions': encoded({ source: [5] }),
    'text for positions': encoded({ source: 'a' }),
    'a negative position': encoded({ source: { a: -1 } }),
    'a null position': encoded({ source: { a: null } }),
    'a position as text': encoded({ source: { a: '1' } }),
  };
  for (const [what, bytes] of Object.entries(CORRUPT)) {
    it(`refuses ${what}`, () => {
      expect(() => decodeCheckpoint(bytes)).to.throw(NotRetryableError, 'cannot be read');
    });
  }

  it('never answers for a changed byte with anything but a checkpoint or a NotRetryableError', () => {
    fc.assert(
      fc.property(checkpoints, fc.nat(), fc.nat(255), (checkpoint, place, byte) => {
        const bytes = encodeCheckpoint(checkpoint);
        bytes[place % bytes.length] = byte;
        try {
          for (const position of decodeCheckpoint(bytes).source.values()) expect(position).to.be.at.least(0);
        } catch (error) {
          expect(error).to.be.instanceOf(NotRetryableError);
        }
      }),
    );
  });

  it('reads a checkpoint of before there were other inputs than the source', () => {
    expect(decodeCheckpoint(encoded({})).inputs.size).to.equal(0);
  });
});

import { createHash } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { EVENT_ID_NAMESPACE, eventId, recordName, uuidV5 } from '../../../src/record/event-id.js';
import { saidWithoutGeneratedCode } from '../../support/generated-code.js';

/** RFC 9562 §5.5, word by word. */
const byTheBook = (name: string): string => {
  const bytes = createHash('sha1')
    .update(Buffer.from(EVENT_ID_NAMESPACE.replaceAll('-', ''), 'hex'))
    .update(name, 'utf8')
    .digest()
    .subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
};

describe('event id', () => {
  it('is a UUIDv5 of the record name, by RFC 9562', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 120, unit: 'grapheme' }), (name) => {
        expect(uuidV5(name)).to.equal(byTheBook(name));
      }),
    );
  });

  it('is the same for records of any place: one block of the hash and several, numbers of any length', () => {
    const offsets = fc.oneof(
      fc.maxSafeNat(),
      fc.nat({ max: 16 }).map((digits) => Math.min(10 ** digits, Number.MAX_SAFE_INTEGER)),
      fc.nat({ max: 15 }).map((digits) => 10 ** digits - 1),
    );
    const topics = fc.oneof(fc.stringMatching(/^[a-z0-9._-]{1,249}$/), fc.string({ unit: 'grapheme' }));
    fc.assert(
      fc.property(topics, fc.nat(), fc.array(offsets, { minLength: 1 }), (topic, partition, run) => {
        for (const offset of run)
          expect(eventId(topic, partition, offset)).to.equal(byTheBook(recordName(topic, partition, offset)));
      }),
      { numRuns: 500 },
    );
  });

  it('is the same when partitions come in turn, however many', () => {
    for (let turn = 0; turn < 2; turn++)
      for (let partition = 0; partition < 5_000; partition += 1)
        expect(eventId('user.events', partition, turn)).to.equal(
          byTheBook(recordName('user.events', partition, turn)),
        );
  });

  it('is the same for what is no offset', () => {
    for (const offset of [-1, -1001, 2 ** 60, 0.5])
      expect(eventId('user.events', 0, offset)).to.equal(byTheBook(`user.events-0-${offset}`));
  });

  it('is the same where no code may be made of text', () => {
    const said = saidWithoutGeneratedCode(
      'src/record/event-id.js',
      "console.log(module.eventId('user.events', 2, 1234));",
    );
    expect(said).to.deep.equal([`${eventId('user.events', 2, 1234)}\n`, '']);
  });

  it('stays what it is today: readers deduplicate by it', () => {
    expect(eventId('user.events', 2, 1234)).to.equal(byTheBook('user.events-2-1234'));
    expect(eventId('user.events', 2, 1234)).to.equal('1338074c-35f6-565f-9d94-bea9b80b5cf5');
  });

  it('differs for every other place', () => {
    fc.assert(
      fc.property(
        fc.tuple(fc.stringMatching(/^[a-z0-9._-]{1,20}$/), fc.nat(999), fc.nat()),
        fc.tuple(fc.stringMatching(/^[a-z0-9._-]{1,20}$/), fc.nat(999), fc.nat()),
        (one, other) => {
          expect(eventId(...one) === eventId(...other)).to.equal(one.join(' ') === other.join(' '));
        },
      ),
    );
  });

  it('is made of the name that is also the causation id', () => {
    expect(recordName('user.events', 0, 7)).to.equal('user.events-0-7');
    expect(uuidV5('user.events-0-7')).to.equal(eventId('user.events', 0, 7));
    for (const topic of ['', 'a-1', 't'.repeat(249), 't'.repeat(10_000)])
      for (const [partition, offset] of [
        [-1, -1],
        [3, 2 ** 53 - 1],
      ] as const)
        expect(recordName(topic, partition, offset)).to.equal(`${topic}-${partition}-${offset}`);
  });

  it('takes the longest name that Kafka allows and refuses what cannot be one', () => {
    expect(eventId('t'.repeat(249), 2 ** 31 - 1, Number.MAX_SAFE_INTEGER)).to.have.lengthOf(36);
    expect(() => uuidV5('x'.repeat(600))).to.throw(RangeError);
    expect(() => eventId('x'.repeat(600), 0, 0)).to.throw(RangeError);
  });
});

import { createHash } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { laneKeyOf, slotOf } from '../../../src/lanes/lane-log.js';
import { SlotFilter } from '../../../src/lanes/slot-filter.js';

const ID = { kind: 'source', topic: 'user.events', partition: 0, offset: 7 } as const;

const slotOfKey = (key: Buffer): string => slotOf(laneKeyOf(key, ID));

const keyBytes: fc.Arbitrary<Buffer> = fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes));

/** Well spread, and the same in every run. */
const uuidLike = (index: number): Buffer =>
  Buffer.from(createHash('sha1').update(String(index)).digest('hex').slice(0, 36));

describe('SlotFilter', () => {
  it('as a law: it never says no of a key that was added more often than removed', () => {
    const steps = fc.array(fc.record({ adds: fc.boolean(), key: fc.nat(30) }), { maxLength: 200 });
    fc.assert(
      fc.property(fc.array(keyBytes, { minLength: 31, maxLength: 31 }), steps, (keys, given) => {
        const filter = new SlotFilter();
        const counts = new Map<string, number>();
        for (const { adds, key: index } of given) {
          const slot = slotOfKey(keys[index] ?? Buffer.alloc(0));
          const count = counts.get(slot) ?? 0;
          if (!adds && count === 0) continue;
          if (adds) filter.add(slot);
          else filter.remove(slot);
          counts.set(slot, count + (adds ? 1 : -1));
        }
        for (const key of keys)
          if ((counts.get(slotOfKey(key)) ?? 0) > 0) expect(filter.mayHold(key)).to.equal(true);
        for (const [slot, count] of counts) for (let i = 0; i < count; i++) filter.remove(slot);
        for (const key of keys) expect(filter.mayHold(key)).to.equal(false);
      }),
    );
  });

  it('says no of most other keys', () => {
    const filter = new SlotFilter();
    for (let index = 0; index < 1_000; index++) filter.add(slotOfKey(uuidLike(index)));
    const others = Array.from({ length: 9_000 }, (_, index) => uuidLike(1_000 + index));
    expect(others.filter((key) => filter.mayHold(key)).length).to.be.lessThan(900);
  });

  it('counts no lane of a record without a key: nobody asks for it', () => {
    const filter = new SlotFilter();
    filter.add(slotOf(laneKeyOf(null, ID)));
    expect(filter.mayHold(Buffer.from('user.events-0-7'))).to.equal(false);
    filter.remove(slotOf(laneKeyOf(null, ID)));
    filter.add(slotOfKey(Buffer.alloc(0)));
    expect(filter.mayHold(Buffer.alloc(0))).to.equal(true);
  });
});

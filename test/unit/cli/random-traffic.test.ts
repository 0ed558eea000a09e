/** Random traffic is the same for the same seed, and as bad as it was asked to be. */
import { expect } from 'chai';
import fc from 'fast-check';
import { badKindAt, randomTraffic } from '../../../src/cli/events/random-traffic.js';
import type { Outgoing } from '../../../src/cli/events/outgoing.js';
import { BAD_KINDS } from '../../../topology/user-audit/bad-events.js';
import { userEventFormat } from '../../../topology/user-audit/user-event-publisher.js';

const FORMAT = userEventFormat('/test');

const take = (count: number, given: Partial<Parameters<typeof randomTraffic>[0]> = {}): Outgoing[] => {
  const next = randomTraffic({ seed: 7, users: 10, bad: 0.05, isSpring: false, ...given }, FORMAT);
  return Array.from({ length: count }, (_, i) => next(1_770_000_000_000 + i));
};

describe('random traffic', () => {
  it('is the same for the same seed and times, bytes and all', () => {
    expect(take(200)).to.deep.equal(take(200));
    expect(take(200)).not.to.deep.equal(take(200, { seed: 8 }));
  });

  it('has the good events that it would have without bad ones', () => {
    const pure = take(200, { bad: 0 });
    expect(pure.every(({ kind }) => kind === 'event')).to.equal(true);
    take(200).forEach((out, i) => {
      if (out.kind === 'event') expect(out).to.deep.equal(pure[i]);
    });
  });

  it('is bad in the share that was asked for, to one, from the first events on', () => {
    fc.assert(
      fc.property(
        fc.nat(4_000_000_000),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(2000),
        (seed, share, count) => {
          let bad = 0;
          for (let i = 0; i < count; i++) if (badKindAt(i, share, seed) !== null) bad += 1;
          expect(Math.abs(bad - share * count)).to.be.at.most(1);
        },
      ),
    );
    for (let seed = 0; seed < 50; seed++) {
      const bad = take(20, { seed }).filter(({ kind }) => kind === 'raw');
      expect(bad, `seed ${seed}`).to.have.lengthOf(1);
    }
  });

  it('is bad in every way, each as often as the others', () => {
    const counts = new Map<string, number>();
    for (const out of take(800)) if (out.kind === 'raw') counts.set(out.bad, (counts.get(out.bad) ?? 0) + 1);
    expect([...counts.keys()]).to.have.members([...BAD_KINDS]);
    for (const [kind, count] of counts) expect(count, kind).to.equal(10);
  });

  it('is wholly bad at 100 %', () => {
    expect(take(40, { bad: 1 }).every(({ kind }) => kind === 'raw')).to.equal(true);
  });

  it('is all of Spring when that is asked for', () => {
    for (const out of take(100, { isSpring: true })) {
      const headers = out.kind === 'event' ? FORMAT.headers(out.event) : out.raw.headers;
      expect(headers.map(({ name }) => name))
        .to.include('__TypeId__')
        .and.not.to.include('ce_type');
    }
  });
});

import { expect } from 'chai';
import fc from 'fast-check';
import { Lane } from '../../../src/lanes/lane.js';
import { LaneAges } from '../../../src/lanes/lane-ages.js';
import { laneKeyOf } from '../../../src/lanes/lane-log.js';
import { LaneRecord, ownedCopy } from '../../../src/lanes/lane-record.js';
import { freshHead } from '../../../src/lanes/lane-state.js';
import { sourceId } from '../../../src/lanes/record-id.js';
import { epochMs } from '../../../src/record/units.js';
import { consumed } from '../support/records.js';

const laneOf = (index: number): Lane => {
  const record = consumed(index, { key: `key-${index}` });
  const head = new LaneRecord(sourceId(record), ownedCopy(record));
  return new Lane(laneKeyOf(record.key, head.id), head, freshHead(epochMs(0)));
};

type Step =
  | { readonly kind: 'fails'; readonly lane: number; readonly at: number; readonly parked: boolean }
  | { readonly kind: 'next' | 'over'; readonly lane: number };

const lane = fc.nat(7);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('fails' as const), lane, at: fc.nat(50), parked: fc.boolean() }),
  fc.record({ kind: fc.constantFrom('next' as const, 'over' as const), lane }),
);

describe('LaneAges', () => {
  it('says what a walk over all lanes would say, whatever becomes of them', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const ages = new LaneAges();
        const lanes = new Map<number, Lane>();
        for (const each of steps) {
          const of = lanes.get(each.lane) ?? laneOf(each.lane);
          lanes.set(each.lane, of);
          if (each.kind === 'over') {
            ages.over(of);
            lanes.delete(each.lane);
            continue;
          }
          of.state =
            each.kind !== 'fails'
              ? freshHead(epochMs(0))
              : {
                  ...of.state,
                  status: each.parked ? 'parked' : 'retrying',
                  firstFailureAt: of.state.firstFailureAt ?? epochMs(each.at),
                };
          ages.changed(of);
          const states = [...lanes.values()].map(({ state }) => state);
          const failing = states.flatMap(({ firstFailureAt }) => firstFailureAt ?? []);
          expect(ages.oldestFailure).to.equal(failing.length === 0 ? undefined : Math.min(...failing));
          expect(ages.parked).to.equal(states.filter(({ status }) => status === 'parked').length);
        }
      }),
    );
  });

  it('stays small while one lane is stuck and others come and go', () => {
    const ages = new LaneAges();
    const stuck = laneOf(0);
    stuck.state = { ...stuck.state, firstFailureAt: epochMs(1) };
    ages.changed(stuck);
    for (let i = 1; i < 10_000; i++) {
      const of = laneOf(i);
      of.state = { ...of.state, firstFailureAt: epochMs(i + 1) };
      ages.changed(of);
      ages.over(of);
    }
    expect(ages.entries).to.be.lessThan(100);
    expect(ages.oldestFailure).to.equal(1);
  });
});

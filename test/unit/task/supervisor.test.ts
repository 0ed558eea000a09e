import { expect } from 'chai';
import fc from 'fast-check';
import { monotonicMs } from '../../../src/record/units.js';
import type { SessionEnd } from '../../../src/task/supervisor.js';
import { superviseSession } from '../../../src/task/supervisor.js';

const MINUTE_MS = 60_000;

const ends = (kind: SessionEnd['kind'], count: number, everyMs = 1000, from = 0): SessionEnd[] =>
  Array.from({ length: count }, (_, i) => ({ kind, at: monotonicMs(from + i * everyMs) }));

const delay = (given: readonly SessionEnd[]): number => {
  const decision = superviseSession(given, undefined);
  if (decision.kind === 'give-up') throw new Error(decision.why);
  return decision.delayMs;
};

const kind = (given: readonly SessionEnd[]): string => superviseSession(given, undefined).kind;

describe('superviseSession', () => {
  it('restarts after a single end of any kind', () => {
    for (const how of ['unreachable', 'fenced', 'failed'] as const)
      expect(kind(ends(how, 1))).to.equal('restart');
  });

  it('never ends the process because brokers are away, however long and often (P6)', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.integer({ min: 1, max: 30_000 }),
        (count, everyMs) => {
          expect(delay(ends('unreachable', count, everyMs))).to.be.within(1, 5000);
        },
      ),
    );
  });

  it('ends the process when it was fenced three times, and names INSTANCE_ID and its value', () => {
    expect(kind(ends('fenced', 2))).to.equal('restart');
    const given = superviseSession(ends('fenced', 3), 'pod-0');
    expect(given.kind === 'give-up' && given.why)
      .to.include('INSTANCE_ID')
      .and.to.include('pod-0');
    const unset = superviseSession(ends('fenced', 3), undefined);
    expect(unset.kind === 'give-up' && unset.why).to.include('INSTANCE_ID');
  });

  it('ends the process when its clients failed eight times', () => {
    expect(kind(ends('failed', 7))).to.equal('restart');
    expect(kind(ends('failed', 8))).to.equal('give-up');
  });

  it('forgets what is longer ago than ten minutes', () => {
    expect(kind(ends('fenced', 3, 6 * MINUTE_MS))).to.equal('restart');
    expect(kind(ends('failed', 50, 2 * MINUTE_MS))).to.equal('restart');
    expect(kind(ends('fenced', 3, 4 * MINUTE_MS))).to.equal('give-up');
  });

  it('counts kinds apart', () => {
    const mixed = [
      ...ends('fenced', 2),
      ...ends('failed', 7, 1000, 5000),
      ...ends('unreachable', 50, 100, 20_000),
    ];
    expect(kind(mixed)).to.equal('restart');
  });

  it('waits at first shortly, then longer, and never longer than half a minute', () => {
    const delays = [1, 2, 3, 4, 5, 6, 7].map((count) => delay(ends('failed', count)));
    delays.slice(1).forEach((ms, i) => expect(ms).to.be.greaterThan(delays[i] ?? 0));
    expect(delays[0]).to.be.within(1, 1000);
    expect(Math.max(...delays)).to.be.at.most(30_000);
  });

  it('starts again with a short wait after a long time without an end', () => {
    const quiet = [...ends('failed', 7), ...ends('failed', 1, 1, 60 * MINUTE_MS)];
    expect(delay(quiet)).to.equal(delay(ends('failed', 1)));
  });
});

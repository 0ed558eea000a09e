/** The measure of the broker test on latency: the longest chain of waits of a key, and nothing else. */
import { expect } from 'chai';
import type { Input } from '../../support/checker.js';
import { forcedTimeMs } from '../../support/forced-time.js';
import { cleanRun } from './clean-run.js';

describe('the time that delays force', () => {
  const [pattern] = cleanRun().inputs;
  if (pattern === undefined) throw new Error('no input');
  const at = (
    offset: number,
    key: string,
    arrivedMs: number,
    fails: number,
  ): Input & { arrivedMs: number; fails: number } => ({
    record: { ...pattern.record, key: Buffer.from(key) },
    place: { partition: 0, offset },
    arrivedMs,
    fails,
  });
  const forced = (inputs: readonly ReturnType<typeof at>[]): number =>
    forcedTimeMs(inputs, {
      arrivedAtMs: (input) => inputs.find((one) => one === input)?.arrivedMs ?? 0,
      fateOf: (input) => ({ kind: 'fails', calls: inputs.find((one) => one === input)?.fails ?? 0 }),
      tierDelaysMs: [1000, 2000],
      recordMs: 100,
    });

  it('is the time of the load where nothing fails', () => {
    expect(forced([at(0, 'a', 50, 0), at(1, 'b', 950, 0)])).to.equal(900);
  });

  it('adds up along a key, and not over keys', () => {
    const two = [at(0, 'a', 0, 1), at(1, 'b', 0, 1), at(2, 'a', 10, 2)];
    expect(forced(two)).to.equal(1100 + 1100 + 2100);
  });

  it('begins a chain anew where a record came after the one before had ended', () => {
    expect(forced([at(0, 'a', 0, 1), at(1, 'a', 5000, 1)])).to.equal(6100);
  });
});

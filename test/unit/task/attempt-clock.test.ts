import { expect } from 'chai';
import type { Clock } from '../../../src/ports/clock.js';
import { epochMs, monotonicMs } from '../../../src/record/units.js';
import { AttemptClock } from '../../../src/task/attempt-clock.js';

const TOPIC = 'user.events';
const START = 1_700_000_000_000;

/** A clock that counts how often it is read, and the attempts that were told. */
const bench = () => {
  let time = START;
  const seen = { readings: 0, took: [] as string[] };
  const clock: Clock = {
    now: () => {
      seen.readings += 1;
      return epochMs(time);
    },
    monotonic: () => monotonicMs(time),
    after: () => () => undefined,
  };
  const times = new AttemptClock(clock, (topic, tookMs) => seen.took.push(`${topic} ${tookMs}`));
  /** The times that attempts are told which take as long as given. */
  const run = (...tookMs: number[]): number[] =>
    tookMs.map((ms) => {
      const told = times.begin(TOPIC);
      time += ms;
      return told - START;
    });
  return { seen, times, run };
};

const quick = (count: number): number[] => Array<number>(count).fill(0);

describe('AttemptClock', () => {
  it('is read for one, two, four, eight, and then for sixteen attempts that take no millisecond', () => {
    const { run, seen } = bench();
    const readings = [1, 2, 4, 8, 16, 16, 16].map((count) => {
      run(...quick(count));
      return seen.readings;
    });
    expect(readings).to.deep.equal([1, 2, 3, 4, 5, 6, 7]);
    expect(seen.took).to.deep.equal([]);
  });

  it('is read for each of those that take a millisecond or more, which it tells', () => {
    const { run, seen, times } = bench();
    expect(run(1, 5, 3)).to.deep.equal([0, 1, 6]);
    times.pause();
    expect(seen.took).to.deep.equal(['1', '5', '3'].map((ms) => `${TOPIC} ${ms}`));
    expect(seen.readings).to.equal(4);
  });

  it('tells how long those took together that share a reading, and reads for each again', () => {
    const { run, seen } = bench();
    run(...quick(3));
    expect(run(0, 7, 0, 0)).to.deep.equal(quick(4));
    expect(run(2, 2)).to.deep.equal([7, 9]);
    run(0);
    expect(seen.took).to.deep.equal([7, 2, 2].map((ms) => `${TOPIC} ${ms}`));
  });

  it('is read again for what begins after a pause, however quick all before it were', () => {
    const { run, seen, times } = bench();
    run(...quick(40));
    times.pause();
    times.pause();
    const before = seen.readings;
    run(0);
    expect(seen.readings).to.equal(before + 1);
  });

  it('tells nothing of an attempt that goes on, and is read for the next one', () => {
    const { run, seen, times } = bench();
    for (let i = 0; i < 3; i += 1) {
      run(4);
      times.leave();
    }
    times.pause();
    expect([seen.took, seen.readings]).to.deep.equal([[], 3]);
  });

  it('tells of those before one that goes on, with which they share a reading', () => {
    const { run, seen, times } = bench();
    run(...quick(3));
    run(6, 0);
    times.leave();
    expect(seen.took).to.deep.equal([`${TOPIC} 6`]);
    run(0);
    expect(run(0)).to.deep.equal([6]);
    expect(seen.readings).to.equal(6);
  });
});

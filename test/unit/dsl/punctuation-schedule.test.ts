import { expect } from 'chai';
import { PunctuationSchedule } from '../../../src/dsl/nodes/punctuation-schedule.js';

const WALL = { type: 'wall-clock-time', intervalMs: 100, name: 'wall' } as const;
const STREAM = { type: 'stream-time', intervalMs: 100, name: 'stream' } as const;

describe('a punctuation by the wall clock', () => {
  it('is due after one interval, then after each', () => {
    const schedule = new PunctuationSchedule();
    schedule.add(WALL, 1000);
    expect(schedule.isDue(1099, -1)).to.equal(false);
    expect(schedule.dueInMs(1060)).to.equal(40);
    expect(schedule.take(1100, -1)?.timestampMs).to.equal(1100);
    expect(schedule.take(1150, -1)).to.equal(undefined);
    expect(schedule.isDue(1200, -1)).to.equal(true);
  });

  it('that was missed several times is run once, and keeps its rhythm', () => {
    const schedule = new PunctuationSchedule();
    schedule.add(WALL, 1000);
    expect(schedule.take(1450, -1)?.timestampMs).to.equal(1450);
    expect(schedule.take(1499, -1)).to.equal(undefined);
    expect(schedule.isDue(1500, -1)).to.equal(true);
  });
});

describe('a punctuation by stream time', () => {
  it('is due with the first record, then whenever stream time has passed an interval', () => {
    const schedule = new PunctuationSchedule();
    schedule.add(STREAM, 1000);
    expect(schedule.isDue(9999, -1)).to.equal(false);
    expect(schedule.take(9999, 250)?.timestampMs).to.equal(250);
    expect(schedule.isDue(9999, 299)).to.equal(false);
    expect(schedule.take(9999, 300)?.timestampMs).to.equal(300);
    expect(schedule.dueInMs(0)).to.equal(null);
  });
});

describe('punctuations', () => {
  it('come in the order of their times', () => {
    const schedule = new PunctuationSchedule<typeof WALL | (Omit<typeof WALL, 'name'> & { name: 'late' })>();
    schedule.add({ ...WALL, name: 'late' }, 1050);
    schedule.add(WALL, 1000);
    expect(
      [schedule.take(2000, -1), schedule.take(2000, -1)].map((due) => due?.scheduled.name),
    ).to.deep.equal(['wall', 'late']);
  });

  it('that are cancelled are not run any more', () => {
    const schedule = new PunctuationSchedule();
    const cancel = schedule.add(WALL, 1000);
    cancel();
    expect([schedule.isEmpty, schedule.isDue(9999, 9999)]).to.deep.equal([true, false]);
  });

  it('need an interval', () => {
    for (const intervalMs of [0, -1, Number.NaN, Infinity])
      expect(() => new PunctuationSchedule().add({ ...WALL, intervalMs }, 0)).to.throw(RangeError);
  });
});

import { expect } from 'chai';
import { gaugesOf } from '../../../src/service/gauges.js';
import type { StreamsStatus, TaskStatus } from '../../../src/streams-status.js';
import type { LaneStatus } from '../../../src/task/lane-status.js';

const NO_LANES: LaneStatus = {
  retrying: 0,
  parked: 0,
  followers: 0,
  bytes: 0,
  held: 0,
  oldestHeadAgeMs: null,
  nextDueInMs: null,
};

const task = (id: string, more: Partial<TaskStatus> = {}): TaskStatus => ({
  id,
  partition: 0,
  state: 'running',
  positions: {},
  sequence: 1,
  queued: 0,
  inFlight: 0,
  uncommitted: 0,
  paused: [],
  lanes: NO_LANES,
  stores: {},
  ...more,
});

const status = (tasks: readonly TaskStatus[], more: Partial<StreamsStatus> = {}): StreamsStatus => ({
  state: 'RUNNING',
  joined: true,
  msSincePoll: 1,
  pausedPartitions: 2,
  uncommitted: 7,
  breaker: 'closed',
  tasks,
  ...more,
});

describe('gaugesOf', () => {
  it('sums the lanes of all tasks, and shows the age of the oldest head of any', () => {
    const lanes = { retrying: 2, parked: 1, followers: 10, bytes: 100, held: 1, nextDueInMs: 5 };
    const { lanes: shown } = gaugesOf(
      status([
        task('0_0', { lanes: { ...lanes, oldestHeadAgeMs: 40 } }),
        task('0_1', { lanes: { ...lanes, oldestHeadAgeMs: 900 } }),
        task('0_2'),
      ]),
      [],
    );
    expect(shown).to.deep.equal({
      retrying: 4,
      parked: 2,
      followers: 20,
      bytes: 200,
      held: 2,
      oldestHeadAgeMs: 900,
    });
  });

  it('shows no lane and no age without a task', () => {
    expect(gaugesOf(status([]), []).lanes).to.deep.equal({
      retrying: 0,
      parked: 0,
      followers: 0,
      bytes: 0,
      held: 0,
      oldestHeadAgeMs: 0,
    });
  });

  it('counts a refused partition also while it is tried again', () => {
    const refused = { reason: 'offset-mismatch', message: 'why' };
    const gauges = gaugesOf(
      status([
        task('0_0', { state: 'refused', refused }),
        task('0_1', { state: 'restoring', refused, restore: { done: 3, total: 9 } }),
        task('0_2'),
      ]),
      [],
    );
    expect(gauges.refusedPartitions).to.equal(2);
    expect(gauges.tasks).to.deep.equal({ refused: 1, restoring: 1, running: 1 });
    expect(gauges.restoring).to.deep.equal([{ task: '0_1', done: 3, total: 9 }]);
  });

  it('shows the breaker, the credit in use, what is paused, and the lag it is given', () => {
    const lag = [{ topic: 'in', partition: 0, records: 4 }];
    expect(gaugesOf(status([], { breaker: 'open' }), lag)).to.include({
      breakerOpen: true,
      uncommittedRecords: 7,
      pausedPartitions: 2,
      lag,
    });
    expect(gaugesOf(status([]), lag).breakerOpen).to.equal(false);
  });
});

import { expect } from 'chai';
import type { GaugeSnapshot } from '../../../src/observability/gauges.js';
import type { Verdict } from '../../../src/observability/health.js';
import { gaugesOf as from } from '../../../src/service/gauges.js';
import type { StreamsStatus, TaskStatus } from '../../../src/streams-status.js';
import { NO_LANES, taskStatus as task } from '../../support/task-status.js';

const status = (tasks: readonly TaskStatus[], more: Partial<StreamsStatus> = {}): StreamsStatus => ({
  state: 'RUNNING',
  joined: true,
  msSincePoll: 1,
  msSinceCommit: undefined,
  pausedPartitions: 2,
  held: {},
  uncommitted: 7,
  breaker: 'closed',
  tasks,
  ...more,
});

const HEALTHY: Verdict = { ok: true, reasons: [], checks: [] };
const NOW = 1_000_000;

const gaugesOf = (of: StreamsStatus, lag: GaugeSnapshot['lag'] = []): GaugeSnapshot => {
  const health = { live: HEALTHY, ready: HEALTHY, started: HEALTHY };
  return from({ status: of, health, lag, maxUncommitted: 20_000, nowMs: NOW });
};

describe('gaugesOf', () => {
  it('sums the lanes of all tasks, and shows the age of the oldest head of any', () => {
    const lanes = { retrying: 2, parked: 1, followers: 10, bytes: 100, held: 1, nextDueInMs: 5 };
    const { lanes: shown } = gaugesOf(
      status([
        task('0_0', { lanes: { ...lanes, oldestHeadAgeMs: 40 } }),
        task('0_1', { lanes: { ...lanes, oldestHeadAgeMs: 900 } }),
        task('0_2'),
      ]),
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
    expect(gaugesOf(status([])).lanes).to.deep.equal({
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
        task('0_1', { state: 'restoring', refused, restoringForMs: 40, restore: { done: 3, total: 9 } }),
        task('0_2'),
      ]),
    );
    expect(gauges.refusedPartitions).to.equal(2);
    expect(gauges.tasks).to.deep.equal({ refused: 1, restoring: 1, running: 1 });
    expect(gauges.restoring).to.deep.equal([{ task: '0_1', ageMs: 40, progress: { done: 3, total: 9 } }]);
  });

  it('shows the breaker, the credit in use and its bound, what is paused and why, and how old all is', () => {
    const more = { breaker: 'open', held: { breaker: 2 }, msSinceCommit: 30 } as const;
    const gauges = gaugesOf(status([], more));
    expect(gauges).to.include({
      breakerOpen: true,
      uncommittedRecords: 7,
      maxUncommittedRecords: 20_000,
      pausedPartitions: 2,
      lastPollAgeMs: 1,
      lastCommitAgeMs: 30,
    });
    expect(gauges.held).to.deep.equal({ breaker: 2 });
    expect(gaugesOf(status([])).breakerOpen).to.equal(false);
    expect(gaugesOf(status([])).lastCommitAgeMs).to.equal(null);
  });

  it('shows the lag of what the tasks have, and of nothing that was given up or that nobody knows', () => {
    const sources = [{ topic: 'in', uncommittedSince: null, lastCommitted: null }];
    const mine = { topic: 'in', partition: 0, records: 4 };
    const lag = [
      mine,
      { topic: 'in', partition: 1, records: 5 },
      { topic: 'strange', partition: 0, records: 6 },
    ];
    expect(gaugesOf(status([task('0_0', { sources })]), lag).lag).to.deep.equal([mine]);
    expect(gaugesOf(status([]), lag).lag).to.deep.equal([]);
  });

  it('shows each task, without what runs among what is queued', () => {
    const lanes = { ...NO_LANES, retrying: 3, parked: 1, followers: 9 };
    const { perTask } = gaugesOf(
      status([task('0_0', { queued: 5, waiting: 3, inFlight: 2, uncommitted: 8, lanes })]),
    );
    expect(perTask).to.deep.equal([
      { task: '0_0', queued: 3, running: 2, uncommitted: 8, lanes: 4, followers: 9 },
    ]);
  });

  const cases = [
    { of: 'the oldest record that is taken', since: NOW - 70, last: NOW - 90, lag: 5, ageMs: 70 },
    { of: 'that also when nothing is known of the lag', since: NOW - 70, last: null, lag: null, ageMs: 70 },
    { of: 'the last one that was committed, when lag waits', since: null, last: NOW - 90, lag: 5, ageMs: 90 },
    {
      of: 'the assignment, when lag waits and nothing was committed',
      since: null,
      last: null,
      lag: 5,
      ageMs: 33,
    },
    { of: 'nothing, without lag', since: null, last: NOW - 90, lag: 0, ageMs: 0 },
    { of: 'nothing, of a record from the future', since: NOW + 10, last: null, lag: 5, ageMs: 0 },
    { of: 'what is not known', since: null, last: null, lag: null, ageMs: null },
  ];
  for (const { ageMs, lag, last, of, since } of cases)
    it(`shows as the oldest unprocessed age of a partition that of ${of}`, () => {
      const sources = [{ topic: 'in', uncommittedSince: since, lastCommitted: last }];
      const told = lag === null ? [] : [{ topic: 'in', partition: 0, records: lag }];
      const { oldestUnprocessed } = gaugesOf(status([task('0_0', { sources, assignedForMs: 33 })]), told);
      const expected = ageMs === null ? [] : [{ topic: 'in', partition: 0, ageMs }];
      expect(oldestUnprocessed).to.deep.equal(expected);
    });
});

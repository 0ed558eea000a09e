import { expect } from 'chai';
import { assess } from '../../../../src/observability/health.js';
import type { ServiceStatus } from '../../../../src/service/service-status.js';
import type { ProcessView } from '../../../../src/service/processes/processes-health.js';
import { mergeStatuses } from '../../../../src/service/processes/processes-status.js';
import type { TaskStatus } from '../../../../src/streams-status.js';
import { HEALTHY } from '../../../support/healthy.js';
import { taskStatus } from '../../../support/task-status.js';

const HEALTH = assess(HEALTHY);

const task = (partition: number): TaskStatus => taskStatus(`0_${partition}`, { partition });

const letter = (at: string) => ({
  at,
  id: `user.events-0-${at}`,
  reason: 'bad-json',
  retryable: false,
  attempts: 1,
  isNotice: false,
});

const status = (partitions: readonly number[], more: Partial<ServiceStatus> = {}): ServiceStatus => ({
  version: '1',
  application: 'app',
  startedAt: 'then',
  live: { ok: true, reasons: [] },
  ready: { ok: true, reasons: [] },
  state: 'RUNNING',
  joined: true,
  msSincePoll: 3,
  msSinceCommit: 40,
  pausedPartitions: 1,
  held: { credit: 1 },
  uncommitted: 5,
  breaker: 'closed',
  tasks: partitions.map(task),
  lag: partitions.map((partition) => ({ topic: 'user.events', partition, records: 10 })),
  stalls: [],
  laneHeads: [],
  deadLetters: [],
  ...more,
});

const view = (process: number, more: Partial<ProcessView> = {}): ProcessView => ({
  process,
  pid: 100 + process,
  phase: 'running',
  silentMs: 12.4,
  report: { state: 'RUNNING', health: HEALTH },
  hasStarted: true,
  lastEnd: null,
  startsInMs: null,
  ...more,
});

const COMMON = {
  version: '2',
  application: 'app',
  startedAt: 'now',
  state: 'RUNNING',
  health: HEALTH,
} as const;

describe('the status of several processes', () => {
  it('has all tasks, each with its process, and what they have together', () => {
    const merged = mergeStatuses(
      COMMON,
      [view(1), view(2)],
      new Map([
        [2, status([1, 3], { breaker: 'open', msSincePoll: 9, held: { credit: 2, bound: 1 } })],
        [1, status([0, 2])],
      ]),
    );
    expect(merged.tasks.map(({ id, process }) => [id, process])).to.deep.equal([
      ['0_0', 1],
      ['0_2', 1],
      ['0_1', 2],
      ['0_3', 2],
    ]);
    expect(merged.lag.map(({ partition }) => partition)).to.deep.equal([0, 2, 1, 3]);
    expect(merged).to.include({
      startedAt: 'now',
      state: 'RUNNING',
      joined: true,
      uncommitted: 10,
      pausedPartitions: 2,
      breaker: 'open',
      msSincePoll: 9,
      msSinceCommit: 40,
    });
    expect(merged.held).to.deep.equal({ credit: 3, bound: 1 });
  });

  it('has the newest dead letters of all, the newest first, and no more than one process has', () => {
    const many = (minute: number) =>
      Array.from({ length: 50 }, (_, i) => letter(`2026-01-01T00:${minute + i}:00Z`));
    const newest = letter('2026-01-02T00:00:00Z');
    const { deadLetters } = mergeStatuses(
      COMMON,
      [view(1), view(2)],
      new Map([
        [1, status([0], { deadLetters: [newest] })],
        [2, status([1], { deadLetters: many(10) })],
      ]),
    );
    expect(deadLetters).to.have.length(50);
    expect(deadLetters[0]).to.equal(newest);
    expect([...deadLetters].sort((a, b) => (a.at < b.at ? 1 : -1))).to.deep.equal(deadLetters);
  });

  it('tells which process did not answer and what became of it, and shows the others', () => {
    const waiting = view(2, {
      phase: 'waiting',
      pid: null,
      report: null,
      lastEnd: { code: null, signal: 'SIGKILL' },
      startsInMs: 900,
    });
    const merged = mergeStatuses(COMMON, [view(1), waiting], new Map([[1, status([0])]]));
    expect(merged.joined).to.equal(false);
    expect(merged.processes).to.deep.equal([
      {
        process: 1,
        pid: 101,
        phase: 'running',
        state: 'RUNNING',
        live: true,
        ready: true,
        silentMs: 12,
        lastEnd: null,
        answered: true,
      },
      {
        process: 2,
        pid: null,
        phase: 'waiting',
        state: null,
        live: false,
        ready: false,
        silentMs: 12,
        lastEnd: 'was ended by SIGKILL',
        answered: false,
      },
    ]);
    expect(merged.tasks).to.have.length(1);
  });
});

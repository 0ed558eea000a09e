/** The gauges of this process: what the engine says of itself at scrape time, and nothing of what is gone. */
import type { PauseReason } from '../ports/flow-control.js';
import { PAUSE_REASONS } from '../ports/flow-control.js';
import type { Health, StreamsState } from './health.js';
import { PROBES, STATES } from './health.js';
import type { LabelOf, NameOf } from './metric-table.js';
import type { ScrapedGauge } from './scraped-gauge.js';

/** What the gauges show, read from memory. */
export interface GaugeSnapshot {
  readonly state: StreamsState;
  /** Number of tasks by their state. */
  readonly tasks: Readonly<Record<string, number>>;
  readonly uncommittedRecords: number;
  readonly maxUncommittedRecords: number;
  readonly pausedPartitions: number;
  /** Number of partitions by why they are paused. */
  readonly held: Readonly<Partial<Record<PauseReason, number>>>;
  readonly refusedPartitions: number;
  readonly breakerOpen: boolean;
  readonly lanes: LaneGauges;
  readonly perTask: readonly TaskGauges[];
  /** State stores of the topology, all tasks together. */
  readonly stores: readonly { readonly store: string; readonly entries: number; readonly bytes: number }[];
  /** Tasks that restore. */
  readonly restoring: readonly {
    readonly task: string;
    readonly ageMs: number;
    /** Replayed records of the lane log; null: their number is not known yet. */
    readonly progress: { readonly done: number; readonly total: number } | null;
  }[];
  readonly lag: readonly { readonly topic: string; readonly partition: number; readonly records: number }[];
  readonly oldestUnprocessed: readonly {
    readonly topic: string;
    readonly partition: number;
    readonly ageMs: number;
  }[];
  /** Null: there is no poll loop. */
  readonly lastPollAgeMs: number | null;
  /** Null: there is no session. */
  readonly lastCommitAgeMs: number | null;
  readonly health: Health;
}

/** All lanes of the process together. */
export interface LaneGauges {
  readonly retrying: number;
  readonly parked: number;
  readonly followers: number;
  readonly bytes: number;
  /** Heads that wait for their due time. */
  readonly held: number;
  readonly oldestHeadAgeMs: number;
}

/** One task. */
export interface TaskGauges {
  readonly task: string;
  readonly queued: number;
  readonly running: number;
  readonly uncommitted: number;
  readonly lanes: number;
  readonly followers: number;
}

export type GaugeMaker = <Name extends NameOf<'gauge'>>(name: Name) => ScrapedGauge<LabelOf<Name>>;

/** What is shown of a snapshot: called once a scrape, when the gauges are empty. */
export const createGauges = (gauge: GaugeMaker): ((snapshot: GaugeSnapshot) => void) => {
  const state = gauge('state');
  const tasks = gauge('tasks');
  const uncommitted = gauge('uncommitted_records');
  const maxUncommitted = gauge('max_uncommitted_records');
  const queued = gauge('queued_records');
  const running = gauge('running_attempts');
  const paused = gauge('paused_partitions');
  const heldPartitions = gauge('held_partitions');
  const refused = gauge('refused_partitions');
  const restoreProgress = gauge('restore_progress_ratio');
  const restoreAge = gauge('restore_age_seconds');
  const taskQueued = gauge('task_queued_records');
  const taskRunning = gauge('task_running_attempts');
  const taskUncommitted = gauge('task_uncommitted_records');
  const taskLanes = gauge('task_lanes');
  const taskFollowers = gauge('task_lane_followers');
  const lanes = gauge('lanes');
  const followers = gauge('lane_followers');
  const bytes = gauge('lane_bytes');
  const oldestHeadAge = gauge('lane_oldest_head_age_seconds');
  const held = gauge('held_retries');
  const breakerOpen = gauge('breaker_open');
  const storeEntries = gauge('store_entries');
  const storeBytes = gauge('store_bytes');
  const lag = gauge('partition_lag');
  const oldestUnprocessed = gauge('oldest_unprocessed_age_seconds');
  const lastPollAge = gauge('last_poll_age_seconds');
  const lastCommitAge = gauge('last_commit_age_seconds');
  const health = gauge('health');
  const failedChecks = gauge('failed_checks');

  const showTasks = (of: readonly TaskGauges[]): void => {
    let [allQueued, allRunning] = [0, 0];
    for (const each of of) {
      const labels = { task: each.task };
      taskQueued.show(each.queued, labels);
      taskRunning.show(each.running, labels);
      taskUncommitted.show(each.uncommitted, labels);
      taskLanes.show(each.lanes, labels);
      taskFollowers.show(each.followers, labels);
      allQueued += each.queued;
      allRunning += each.running;
    }
    queued.show(allQueued, {});
    running.show(allRunning, {});
  };

  const showLanes = (of: LaneGauges): void => {
    lanes.show(of.retrying, { status: 'retrying' });
    lanes.show(of.parked, { status: 'parked' });
    followers.show(of.followers, {});
    bytes.show(of.bytes, {});
    oldestHeadAge.show(of.oldestHeadAgeMs / 1000, {});
    held.show(of.held, {});
  };

  const showRestores = (of: GaugeSnapshot['restoring']): void => {
    for (const { ageMs, progress, task } of of) {
      restoreAge.show(ageMs / 1000, { task });
      if (progress === null) continue;
      const { done, total } = progress;
      restoreProgress.show(total > 0 ? Math.min(done / total, 1) : 1, { task });
    }
  };

  const showHealth = (of: Health): void => {
    for (const probe of PROBES) {
      health.show(of[probe].ok ? 1 : 0, { probe });
      for (const { name, ok } of of[probe].checks) failedChecks.show(ok ? 0 : 1, { probe, check: name });
    }
  };

  const showPartitions = (of: GaugeSnapshot): void => {
    paused.show(of.pausedPartitions, {});
    for (const reason of PAUSE_REASONS) heldPartitions.show(of.held[reason] ?? 0, { reason });
    refused.show(of.refusedPartitions, {});
    for (const { partition, records, topic } of of.lag)
      lag.show(records, { topic, partition: String(partition) });
    for (const { ageMs, partition, topic } of of.oldestUnprocessed)
      oldestUnprocessed.show(ageMs / 1000, { topic, partition: String(partition) });
  };

  return (snapshot) => {
    for (const each of STATES) state.show(each === snapshot.state ? 1 : 0, { state: each });
    for (const [name, count] of Object.entries(snapshot.tasks)) tasks.show(count, { state: name });
    uncommitted.show(snapshot.uncommittedRecords, {});
    maxUncommitted.show(snapshot.maxUncommittedRecords, {});
    for (const { store, entries, bytes: held } of snapshot.stores) {
      storeEntries.show(entries, { store });
      storeBytes.show(held, { store });
    }
    showTasks(snapshot.perTask);
    showLanes(snapshot.lanes);
    showPartitions(snapshot);
    showRestores(snapshot.restoring);
    breakerOpen.show(snapshot.breakerOpen ? 1 : 0, {});
    if (snapshot.lastPollAgeMs !== null) lastPollAge.show(snapshot.lastPollAgeMs / 1000, {});
    if (snapshot.lastCommitAgeMs !== null) lastCommitAge.show(snapshot.lastCommitAgeMs / 1000, {});
    showHealth(snapshot.health);
  };
};

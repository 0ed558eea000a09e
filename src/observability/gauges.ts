/** The gauges of this process: what the engine says of itself at scrape time, and nothing of what is gone. */
import type { Gauge } from 'prom-client';
import type { StreamsState } from './health.js';
import { STATES } from './health.js';
import type { LabelOf, NameOf } from './metric-table.js';

/** What the gauges show, read from memory. */
export interface GaugeSnapshot {
  readonly state: StreamsState;
  /** Number of tasks by their state. */
  readonly tasks: Readonly<Record<string, number>>;
  readonly uncommittedRecords: number;
  readonly pausedPartitions: number;
  readonly refusedPartitions: number;
  readonly breakerOpen: boolean;
  readonly lanes: LaneGauges;
  /** State stores of the topology, all tasks together. */
  readonly stores: readonly { readonly store: string; readonly entries: number; readonly bytes: number }[];
  /** Replayed records of the lane log, of tasks that restore. */
  readonly restoring: readonly {
    readonly task: string;
    readonly done: number;
    readonly total: number;
  }[];
  readonly lag: readonly { readonly topic: string; readonly partition: number; readonly records: number }[];
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

export type GaugeMaker = <Name extends NameOf<'gauge'>>(name: Name) => Gauge<LabelOf<Name>>;

export interface Gauges {
  /** Takes away what was shown. */
  reset(): void;
  show(snapshot: GaugeSnapshot): void;
}

export const createGauges = (gauge: GaugeMaker): Gauges => {
  const state = gauge('state');
  const tasks = gauge('tasks');
  const uncommitted = gauge('uncommitted_records');
  const paused = gauge('paused_partitions');
  const refused = gauge('refused_partitions');
  const restoreProgress = gauge('restore_progress_ratio');
  const lanes = gauge('lanes');
  const followers = gauge('lane_followers');
  const bytes = gauge('lane_bytes');
  const oldestHeadAge = gauge('lane_oldest_head_age_seconds');
  const held = gauge('held_retries');
  const breakerOpen = gauge('breaker_open');
  const storeEntries = gauge('store_entries');
  const storeBytes = gauge('store_bytes');
  const lag = gauge('partition_lag');
  // prettier-ignore
  const all = [state, tasks, uncommitted, paused, refused, restoreProgress, lanes, followers, bytes,
    oldestHeadAge, held, breakerOpen, storeEntries, storeBytes, lag];

  const showLanes = (of: LaneGauges): void => {
    lanes.set({ status: 'retrying' }, of.retrying);
    lanes.set({ status: 'parked' }, of.parked);
    followers.set(of.followers);
    bytes.set(of.bytes);
    oldestHeadAge.set(of.oldestHeadAgeMs / 1000);
    held.set(of.held);
  };

  return {
    reset: () => {
      for (const each of all) each.reset();
    },
    show: (snapshot) => {
      for (const each of STATES) state.set({ state: each }, each === snapshot.state ? 1 : 0);
      for (const [name, count] of Object.entries(snapshot.tasks)) tasks.set({ state: name }, count);
      for (const { store, entries, bytes: held } of snapshot.stores) {
        storeEntries.set({ store }, entries);
        storeBytes.set({ store }, held);
      }
      uncommitted.set(snapshot.uncommittedRecords);
      paused.set(snapshot.pausedPartitions);
      refused.set(snapshot.refusedPartitions);
      for (const { task, done, total } of snapshot.restoring) {
        restoreProgress.set({ task }, total > 0 ? Math.min(done / total, 1) : 1);
      }
      showLanes(snapshot.lanes);
      breakerOpen.set(snapshot.breakerOpen ? 1 : 0);
      for (const { topic, partition, records } of snapshot.lag) {
        lag.set({ topic, partition: String(partition) }, records);
      }
    },
  };
};

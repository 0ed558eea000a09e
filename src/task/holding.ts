/** One assigned partition number of a sub-topology, and the task that currently stands for it. */
import type { Clock } from '../ports/clock.js';
import { sleep } from '../ports/nap.js';
import type { TopicPartition } from '../ports/topic-partition.js';
import type { MonotonicMs } from '../record/units.js';
import type { LaneFeed } from './lane-feed.js';
import type { Task } from './task.js';

const CLOSE_PATIENCE_MS = 5000;

export interface RefusedWhy {
  readonly reason: string;
  /** What was found and what the operator can do. */
  readonly message: string;
}

export class Holding {
  /** Aborted when the task is dropped: its restore ends. */
  readonly life = new AbortController();
  refused: RefusedWhy | undefined;
  /** Entries of the lane log that were replayed, of how many, while it restores. */
  progress: { readonly done: number; readonly total: number } | undefined;
  feed: LaneFeed | undefined;
  cancelRetry: (() => void) | undefined;
  #isLeaving = false;

  constructor(
    readonly task: Task,
    readonly partitions: readonly TopicPartition[],
    /** When its restore was first begun, and when its partitions were assigned: earlier when others stood for them before. */
    readonly began: { readonly at: MonotonicMs; readonly assignedAt: MonotonicMs },
    /** Why the task before it was refused: this one tries again, and nobody waits for it (P6). */
    readonly refusedBefore?: RefusedWhy,
  ) {}

  /** Also between two tries, when the first one failed for now. */
  get isRestoring(): boolean {
    const { state } = this.task;
    return state === 'restoring' || (state === 'refused' && this.refused === undefined);
  }

  /** Restoring for the first time: the process is not ready until it is done. */
  get isAwaited(): boolean {
    return this.isRestoring && this.refusedBefore === undefined;
  }

  /** Its partitions are being given up: no other task may begin in its place, or it would outlive them. */
  get isLeaving(): boolean {
    return this.#isLeaving;
  }

  leave(): void {
    this.#isLeaving = true;
    this.cancelRetry?.();
    if (this.task.state !== 'running') this.life.abort(new Error(`Task ${this.task.id} was revoked`));
  }

  get isOver(): boolean {
    return this.life.signal.aborted;
  }

  /**
   * Nothing of the task goes on; the partitions stay where they are. Waits for its processors to close,
   * but not for ever: others wait behind it. Rejects when one fails to.
   */
  async drop(clock: Clock): Promise<void> {
    this.life.abort(new Error(`Task ${this.task.id} was dropped`));
    this.feed?.stop();
    this.cancelRetry?.();
    const done = new AbortController();
    const late = sleep(clock, CLOSE_PATIENCE_MS, done.signal).then(() => {
      if (!done.signal.aborted)
        throw new Error(`its processors did not close within ${CLOSE_PATIENCE_MS} ms`);
    });
    await Promise.race([this.task.close().finally(() => done.abort()), late]);
  }
}

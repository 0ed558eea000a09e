/** One assigned partition number of a sub-topology, and the task that currently stands for it. */
import type { TopicPartition } from '../ports/topic-partition.js';
import type { Task } from './task.js';

export interface RefusedWhy {
  readonly reason: string;
  /** What was found and what the operator can do. */
  readonly message: string;
}

export class Holding {
  /** Aborted when the task is dropped: its restore ends. */
  readonly life = new AbortController();
  refused: RefusedWhy | undefined;
  cancelRetry: (() => void) | undefined;

  constructor(
    readonly task: Task,
    readonly partitions: readonly TopicPartition[],
  ) {}

  get isOver(): boolean {
    return this.life.signal.aborted;
  }

  /** Nothing of the task goes on; the partitions stay where they are. */
  async drop(): Promise<void> {
    this.life.abort(new Error(`Task ${this.task.id} was dropped`));
    this.cancelRetry?.();
    await this.task.close();
  }
}

/**
 * Brings a task from its creation to running (DESIGN §6, acquire): processors, topics, the lane log, the
 * position in the source, and then, between two polls, its other inputs. What it rejects with says whether
 * the partition is refused or the restore begun again: that is its caller's matter.
 */
import type { RestoredLanes } from '../lanes/lane-log-image.js';
import type { Clock } from '../ports/clock.js';
import type { SourceConsumer } from '../ports/consumer.js';
import type { Intake, Pauses } from '../ports/flow-control.js';
import { partitionName } from '../ports/topic-partition.js';
import type { CommitOffset, Partition } from '../record/units.js';
import type { Acquired, Acquisition } from '../state/acquire.js';
import { PartitionRefused } from '../state/acquire.js';
import type { BreakerView } from './breaker-desk.js';
import type { Holding } from './holding.js';
import type { LaneFeedParts } from './lane-feed.js';
import { LaneFeed } from './lane-feed.js';
import type { TaskFactory } from './task-factory.js';
import { TaskImage } from './task-image.js';
import type { Task } from './task.js';

export interface TaskRestorerParts extends LaneFeedParts {
  readonly factory: TaskFactory;
  readonly consumer: SourceConsumer;
  readonly acquisition: Acquisition;
  readonly intake: Intake;
  readonly pauses: Pauses;
  readonly breaker: BreakerView;
  readonly clock: Clock;
  /** Extends internal topics when a source has grown; resolves when partition `p` can be processed. */
  readonly topicsReady: (sources: readonly string[], p: Partition) => Promise<void>;
  /** Pauses the task's partitions if what it restored is too much already. */
  readonly regulate: (task: Task) => void;
}

/** Records of the changelog between two words to the listener. */
const TELL_EVERY = 1000;

export class TaskRestorer {
  constructor(private readonly parts: TaskRestorerParts) {}

  /** Resolves when the task will run with the next poll. Rejects with PartitionRefused or a KafkaError. */
  async restore(holding: Holding): Promise<void> {
    const { acquisition, consumer, factory, intake, topicsReady } = this.parts;
    const { task, life } = holding;
    await task.restore();
    await topicsReady(task.sources, task.partition);
    const image = new TaskImage(task.partition, task.stores);
    const start = await acquisition.acquire({
      partition: task.partition,
      sources: task.sources,
      laneLog: factory.laneLogOf(task.sources),
      beside: factory.besideLaneLog(task.sources),
      image,
      onProgress: (done, total) => this.#progress(holding, done, total),
      signal: life.signal,
    });
    factory.restoreListener?.onRestoreEnd?.(task.id, holding.progress?.total ?? 0);
    holding.progress = undefined;
    this.#tell(task, start);
    const restored = this.#restored(task, image, start.readAgainFrom);
    for (const partition of holding.partitions) {
      const offset = start.positions.get(partition.topic);
      if (offset !== undefined) await consumer.seek({ ...partition, offset });
    }
    life.signal.throwIfAborted();
    task.ledger.restore(start);
    intake.between((nextPoll) => {
      if (holding.isOver || task.state !== 'restoring') return;
      this.#run(holding, start, restored, nextPoll);
    });
  }

  #progress(holding: Holding, done: number, total: number): void {
    const listener = this.parts.factory.restoreListener;
    const { id } = holding.task;
    if (holding.progress === undefined) listener?.onRestoreStart?.(id, total);
    else if (Math.floor(done / TELL_EVERY) > Math.floor(holding.progress.done / TELL_EVERY))
      listener?.onBatchRestored?.(id, done, total);
    holding.progress = { done, total };
  }

  /** What an operator must know of where it starts. */
  #tell(task: Task, { gaps, lostLog, newlyAdopted }: Acquired): void {
    const { logger } = this.parts;
    const { partition } = task;
    if (lostLog.length > 0)
      logger.error(
        { task: task.id, topics: lostLog },
        'the lane log is gone, and is given up: what waited in its lanes is lost',
      );
    for (const { topic, from, to } of gaps)
      logger.error(
        { partition: partitionName({ topic, partition }), from, to, count: to - from },
        'source records were deleted before they were read',
      );
    for (const { topic, from, to } of newlyAdopted)
      logger.warn(
        { partition: partitionName({ topic, partition }), from, to },
        'the offset was reset from outside and is adopted; lanes stay',
      );
  }

  #restored(task: Task, image: TaskImage, unfenced: ReadonlyMap<string, CommitOffset> | null): RestoredLanes {
    const { clock, logger } = this.parts;
    try {
      const restored = image.lanes.restored(clock.now(), unfenced);
      const { orphans } = restored;
      if (orphans > 0)
        logger.warn(
          { task: task.id, lanes: orphans },
          'records of the lane log had no lane: their lanes are due now',
        );
      const { strangers } = task.stores;
      if (strangers.length > 0)
        logger.warn(
          { task: task.id, stores: strangers },
          'the topology has no such stores: what the changelog has of them stays',
        );
      const { lanes, records } = restored.strays;
      if (lanes.length > 0 || records.length > 0)
        logger.warn(
          { task: task.id, lanes: lanes.length, records: records.length },
          'the lane log has writes of a commit that was not finished, or of a process that was put out: not taken',
        );
      return restored;
    } catch (cause) {
      throw new PartitionRefused('corrupt-lane-log', (cause as Error).message, { cause });
    }
  }

  #run(holding: Holding, start: Acquired, restored: RestoredLanes, nextPoll: number): void {
    const { breaker, factory, logger, pauses, regulate } = this.parts;
    const { task } = holding;
    holding.feed = new LaneFeed(task, this.parts);
    task.enter(start.positions, restored, nextPoll);
    const positions = Object.fromEntries(start.positions);
    const lanes = restored.lanes.length;
    const stores = task.stores.isEmpty ? {} : { entries: task.stores.entries };
    logger.info({ task: task.id, sequence: start.sequence, positions, lanes, ...stores }, 'task is running');
    task.wake();
    holding.feed.start(factory.inputsOf(task.sources), start.inputs);
    regulate(task);
    for (const partition of holding.partitions) pauses.clear(partition, 'restoring');
    breaker.look();
  }
}

/**
 * What one partition's lane log says now: its lanes, what became of commands, and how far the task has read
 * the commands topic. It is read from its start once and goes on from there. Committed records only.
 */
import type { Lane } from '../../lanes/lane.js';
import { LaneLogImage } from '../../lanes/lane-log-image.js';
import type { CommandOutcome } from '../../lanes/command.js';
import type { ClusterAdmin } from '../../ports/cluster.js';
import type { CommitOffset, EpochMs, Partition } from '../../record/units.js';
import { commitOffset } from '../../record/units.js';
import { CHECKPOINT_KEY, decodeCheckpoint } from '../../state/checkpoint.js';
import type { LogReader } from '../../state/log-reader.js';
import { isStoreLogKey } from '../../state/store-log.js';
import type { Site } from './site.js';

export interface LaneLogSource {
  readonly admin: Pick<ClusterAdmin, 'watermarks'>;
  readonly reader: Pick<LogReader, 'replay'>;
}

export interface PartitionLanes {
  readonly lanes: readonly Lane[];
  /** By the command's offset. */
  readonly outcomes: ReadonlyMap<number, CommandOutcome>;
}

/** What a task would read again is shown as well: it is there. */
const NOTHING_READ_AGAIN: ReadonlyMap<string, CommitOffset> = new Map();

export class LaneLogView {
  readonly #image: LaneLogImage;
  #position: number | null = null;
  #commandsPosition = 0;
  #isFenced = true;
  #entries = 0;

  constructor(
    readonly site: Site,
    readonly partition: Partition,
    private readonly source: LaneLogSource,
  ) {
    this.#image = new LaneLogImage(partition);
  }

  /** Entries read so far. */
  get entries(): number {
    return this.#entries;
  }

  /** The next command that the task will read, as of its last commit; 0 before it has read any. */
  get commandsPosition(): number {
    return this.#commandsPosition;
  }

  /** Takes in everything that is committed by now. Rejects when `signal` is aborted, and with a KafkaError. */
  async catchUp(signal: AbortSignal): Promise<void> {
    const of = { topic: this.site.laneLog, partition: this.partition };
    const { low, high } = await this.source.admin.watermarks(of);
    const from = commitOffset(Math.max(low, this.#position ?? low));
    await this.source.reader.replay(of, from, high, (key, value) => this.#apply(key, value), signal);
    this.#position = Math.max(from, high);
  }

  /** Throws NotRetryableError when the log cannot be what a task wrote. */
  read(nowMs: EpochMs): PartitionLanes {
    return this.#image.restored(nowMs, this.#isFenced ? null : NOTHING_READ_AGAIN);
  }

  #apply(key: Buffer | null, value: Buffer | null): void {
    if (key === null) return;
    this.#entries += 1;
    if (isStoreLogKey(key)) return;
    if (!key.equals(CHECKPOINT_KEY)) this.#image.apply(key, value);
    else if (value !== null) {
      const { guarantee, inputs } = decodeCheckpoint(value);
      this.#commandsPosition = inputs.get(this.site.commands) ?? 0;
      this.#isFenced = guarantee !== 'at_least_once';
    }
  }
}

/**
 * How much may be taken in. Pure arithmetic over what the tasks hold: records taken and not yet
 * committed, and their bytes. The process total is shared out evenly, so that one partition that stands
 * still cannot eat the credit of the others (review F18), and a dropped task returns its credit simply
 * by not being counted any more.
 *
 * A partition is paused at its share less two batches, because a batch may consist of its records alone and
 * the next one is under way before the last is counted: so the total is never exceeded. It resumes at half
 * of that, so that it does not flutter. A share of fewer than four records cannot be kept to that exactly.
 */
import type { AdmissionControl, AdmissionVerdict, Load } from '../ports/flow-control.js';

export interface AdmissionSettings {
  /** Records, all partitions together. */
  readonly maxUncommitted: number;
  /** Bytes that one partition may hold. */
  readonly taskMaxBufferBytes: number;
}

const MAX_BATCH = 1000;
/** What records are thought to weigh before any was seen, in bytes: the first batch is small. */
const FIRST_RECORD_BYTES = 65_536;

export class Admission implements AdmissionControl {
  #partitions = 1;
  #recordBytes = FIRST_RECORD_BYTES;

  constructor(private readonly settings: AdmissionSettings) {}

  share(partitions: number): void {
    this.#partitions = Math.max(1, partitions);
  }

  /** What one batch weighed; large records make the next batches small at once, small ones let them grow slowly. */
  observe(records: number, bytes: number): void {
    if (records === 0) return;
    const mean = bytes / records;
    this.#recordBytes = mean > this.#recordBytes ? mean : this.#recordBytes * 0.9 + mean * 0.1;
  }

  /** Records to ask for in one poll: never more than any partition that is not paused may still take. */
  get batchSize(): number {
    const byBytes = Math.floor(this.settings.taskMaxBufferBytes / 4 / Math.max(1, this.#recordBytes));
    return Math.max(1, Math.min(this.#largestBatch, byBytes));
  }

  records(load: Load): AdmissionVerdict {
    return verdict(load.uncommitted, Math.max(1, this.#shareRecords - 2 * this.#largestBatch));
  }

  bytes(load: Load): AdmissionVerdict {
    return verdict(load.uncommittedBytes, this.settings.taskMaxBufferBytes / 2);
  }

  get #largestBatch(): number {
    return Math.max(1, Math.min(MAX_BATCH, Math.floor(this.#shareRecords / 4)));
  }

  get #shareRecords(): number {
    return Math.max(1, Math.floor(this.settings.maxUncommitted / this.#partitions));
  }
}

const verdict = (held: number, pauseAt: number): AdmissionVerdict => {
  if (held >= pauseAt) return 'pause';
  return held <= pauseAt / 2 ? 'resume' : 'keep';
};

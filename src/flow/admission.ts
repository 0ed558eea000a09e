/**
 * How much may be taken in. Pure arithmetic over what the tasks hold: records taken and not yet committed, and their
 * bytes. A dropped task returns its credit simply by not being counted any more.
 *
 * A quarter of the process total is shared out evenly, so that partitions that stand still cannot eat the credit of the
 * others (review F18). The rest is a pool for whoever is ahead: records come in runs of one partition, and one
 * that is paused throws away what the client has fetched of it. It is so large that one busy partition alone comes to
 * wait for a commit (see `demand`) before it would be paused for its number of records.
 * A partition is paused two batches before its own part, what it has of the pool and what is free of it are used up,
 * because a batch may consist of its records alone and the next one is under way before the last is counted: so the
 * total is never exceeded. What it has of the pool and has not decided no commit gives back: that counts twice, so that one
 * whose handlers hang leaves half of the pool to the others. It resumes at half of that, so that it does not flutter. One
 * record a partition cannot be kept to exactly.
 */
import type { AdmissionControl, AdmissionVerdict, Load } from '../ports/flow-control.js';

export interface AdmissionSettings {
  /** Records, all partitions together. */
  readonly maxUncommitted: number;
  /** Bytes that one partition may hold. */
  readonly taskMaxBufferBytes: number;
}

const MAX_BATCH = 1000;
/** Two batches of one record: with less, whoever has nothing could still be given more than its own. */
const LEAST_OWN = 2;
/** Of the process total: two more batches of one partition, which has the whole pool, do not pause it. */
const FULL_PART = 0.6;
/** Of the process total: what is shared out. */
const OWN_PART = 0.25;
/** What records are thought to weigh before any was seen, in bytes: the first batch is small. */
const FIRST_RECORD_BYTES = 65_536;

export class Admission implements AdmissionControl {
  #partitions = 1;
  /** Of the pool. */
  #free: number;
  #recordBytes = FIRST_RECORD_BYTES;
  /** Of all that is held: what the next commits will return. */
  #decided = 0;

  constructor(private readonly settings: AdmissionSettings) {
    this.#free = this.#pool;
  }

  balance(partitions: number, loads: Iterable<Load>): AdmissionVerdict {
    this.#partitions = Math.max(1, partitions);
    const own = this.#own;
    let beyond = 0;
    let total = 0;
    this.#decided = 0;
    for (const { decided, uncommitted } of loads) {
      total += uncommitted;
      this.#decided += decided;
      if (uncommitted > own) beyond += uncommitted - own;
    }
    this.#free = Math.max(0, this.#pool - beyond);
    return verdict(total, this.settings.maxUncommitted / 2);
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

  /** The same, or 0: so much is decided that it is better to wait for a commit than to take more. */
  get demand(): number {
    return this.#decided >= FULL_PART * this.settings.maxUncommitted ? 0 : this.batchSize;
  }

  records({ decided, uncommitted }: Load): AdmissionVerdict {
    const own = this.#own;
    const ofPool = Math.min(this.#pool, this.#free + Math.min(decided, Math.max(0, uncommitted - own)));
    return verdict(uncommitted, Math.max(1, own + ofPool - 2 * this.#largestBatch));
  }

  bytes(load: Load): AdmissionVerdict {
    return verdict(load.uncommittedBytes, this.settings.taskMaxBufferBytes / 2);
  }

  get #largestBatch(): number {
    return Math.max(1, Math.min(MAX_BATCH, Math.floor(Math.max(this.#own, this.#free) / 4)));
  }

  /** What nobody else can take from a partition. */
  get #own(): number {
    const share = this.settings.maxUncommitted / this.#partitions;
    const least = Math.min(LEAST_OWN, Math.max(1, Math.floor(share)));
    return Math.max(least, Math.floor(share * OWN_PART));
  }

  get #pool(): number {
    return Math.max(0, this.settings.maxUncommitted - this.#own * this.#partitions);
  }
}

const verdict = (held: number, pauseAt: number): AdmissionVerdict => {
  if (held >= pauseAt) return 'pause';
  return held <= pauseAt / 2 ? 'resume' : 'keep';
};

/**
 * The effects of a unit of work into the write-set and the task's stores: all or none, and none that its topic would
 * refuse. Memory and write-set change in one synchronous step, so that memory is what log and write-sets say (I8).
 */
import type { Effects, RecordRun, StoreChange, TaskProcessor } from '../dsl/execution.js';
import type { ProcessingFailure } from '../record/record-error.js';
import { NotRetryableError } from '../record/record-error.js';
import { exceeds, HEADER_BUDGET_BYTES } from '../record/record-size.js';
import { producedOf, type OutputRecord } from '../record/output-record.js';
import type { EpochMs } from '../record/units.js';
import { encodeStreamTime, STREAM_TIME_KEY, storeLogKey } from '../state/store-log.js';
import type { TaskStores } from '../state/task-stores.js';
import type { Outcome } from './queue-entry.js';
import type { TaskLedger } from './task-ledger.js';
import type { Sharing } from './sharing.js';

export interface EffectsLimits {
  readonly maxMessageBytes: number;
  readonly laneLog: string;
  readonly sharing: Sharing;
}

export const isEffects = (of: Effects | ProcessingFailure): of is Effects => 'outputs' in of;

/** For effects that wait: a text that was put together keeps its parts, bytes are one block. */
export const asKept = (effects: Effects): Effects => {
  if (!effects.outputs.some(({ value }) => typeof value === 'string')) return effects;
  const { changes, isDropped, outputs, reads } = effects;
  return { outputs: outputs.map(producedOf), changes, isDropped, reads };
};

export class EffectsWriter {
  constructor(
    private readonly ledger: TaskLedger,
    private readonly stores: TaskStores,
    private readonly processor: Pick<TaskProcessor, 'outputRefused' | 'punctuations'>,
    private readonly limits: EffectsLimits,
  ) {}

  /** What of them is to be written, or why they cannot be: then the record has failed. `run` null: a punctuation's. */
  accept(run: RecordRun | null, effects: Effects): Effects | ProcessingFailure {
    const { laneLog, maxMessageBytes } = this.limits;
    for (const change of effects.changes)
      if (this.#isTooLarge(change)) return tooLarge(laneLog, maxMessageBytes);
    if (!hasAnyAbove(effects.outputs, maxMessageBytes)) return effects;
    const outputs: OutputRecord[] = [];
    for (const output of effects.outputs) {
      if (!exceeds(output, maxMessageBytes)) {
        outputs.push(output);
        continue;
      }
      const refused = tooLarge(output.topic, maxMessageBytes);
      const failure = run === null ? refused : this.processor.outputRefused(run, output.topic, refused);
      if (failure !== undefined) return failure;
    }
    const { changes, isDropped, reads } = effects;
    return { outputs, changes, isDropped, reads };
  }

  /**
   * What the record has read has been changed since by another one: two keys with different bytes can be one key of a
   * store. It must be run again.
   */
  isStale(outcome: Outcome | undefined): boolean {
    if (this.limits.sharing !== 'key' || outcome?.kind !== 'effects') return false;
    return outcome.effects.reads.some(({ store, key, value }) => this.stores.store(store).get(key) !== value);
  }

  /** `timestamp`: of the record that has them; null: a punctuation's, which moves no stream time. */
  write({ changes, outputs }: Effects, timestamp: EpochMs | null): void {
    const { open } = this.ledger;
    for (const output of outputs) {
      open.add(output);
      open.tallies.output(output.topic);
    }
    for (const change of changes) {
      this.stores.apply(change);
      const key = storeLogKey(change.store, change.key);
      if (change.value === null) open.remove(key);
      else open.append(key, change.value);
    }
    if (timestamp === null || timestamp <= this.stores.streamTimeMs || !this.#keepsStreamTime) return;
    this.stores.streamTimeMs = timestamp;
    open.append(STREAM_TIME_KEY, encodeStreamTime(timestamp));
  }

  get #keepsStreamTime(): boolean {
    return !this.stores.isEmpty || !this.processor.punctuations.isEmpty;
  }

  #isTooLarge({ store, key, value }: StoreChange): boolean {
    const bytes = store.length + key.length + (value?.length ?? 0) + FRAME_BYTES;
    return bytes > this.limits.maxMessageBytes + HEADER_BUDGET_BYTES;
  }
}

/** A loop: it is asked for every record. */
const hasAnyAbove = (outputs: readonly OutputRecord[], limitBytes: number): boolean => {
  for (const output of outputs) if (exceeds(output, limitBytes)) return true;
  return false;
};

/** Of a changelog record, about. */
const FRAME_BYTES = 256;

const tooLarge = (topic: string, maxMessageBytes: number): NotRetryableError =>
  new NotRetryableError(
    'output-too-large',
    `An output to ${topic} is larger than MAX_MESSAGE_BYTES (${maxMessageBytes})`,
  );

/** One source record of a simulated run, and what is committed of it. */
import type { ConsumedRecord } from '../../src/record/record.js';
import { placeOf } from '../../src/record/record.js';
import { recordName } from '../../src/record/event-id.js';
import type { Payload } from './behaviour.js';
import { payloadOf } from './behaviour.js';
import type { TaskFacts } from './task-facts.js';

export class RecordFacts {
  /** `topic-partition@offset`. */
  readonly place: string;
  /** `topic-partition-offset`. */
  readonly name: string;
  readonly key: string | null;
  readonly payload: Payload;
  /** How often each output is there, by its index. */
  readonly outputs: number[] = [];
  /** Dead letters that are its end: all, those that a command made, those of a full lane. */
  letters = 0;
  skipped = 0;
  laneFull = 0;
  /** Its entries in lanes, as it came from the source or redriven. */
  inLanes = 0;
  /** Commands that name it, and redrives of it that were done. */
  releasesAsked = 0;
  skipsAsked = 0;
  redrivesAsked = 0;
  redriven = 0;

  constructor(
    readonly at: ConsumedRecord,
    readonly task: TaskFacts,
  ) {
    this.place = placeOf(at);
    this.name = recordName(at.topic, at.partition, at.offset);
    this.key = at.key?.toString() ?? null;
    this.payload = payloadOf(at.value);
  }

  /** Nothing of its own keeps it from leaving at once. */
  get isClean(): boolean {
    if (this.payload.kind !== 'event') return false;
    const { behaviour } = this.payload;
    return behaviour.kind === 'filtered' || (behaviour.kind === 'normal' && behaviour.failures.length === 0);
  }

  get topic(): string {
    return this.at.topic;
  }

  get partition(): number {
    return this.at.partition;
  }

  get offset(): number {
    return this.at.offset;
  }

  /** Whether these are its bytes. */
  isSameAs(key: Buffer | null, value: Buffer | null): boolean {
    return isSame(this.at.key, key) && isSame(this.at.value, value);
  }
}

const isSame = (one: Buffer | null, other: Buffer | null): boolean =>
  one === null || other === null ? one === other : one.equals(other);

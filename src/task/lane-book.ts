/**
 * What the lanes of a task write into its open write-set: lane entries, followers, retry records, dead
 * letters. It knows which lanes have a retry record on its way: those get their arm when the transaction
 * that writes it begins, memory and record together (review F6).
 * Throws Unwritable for what can never be written; the task stops then, and nothing of it is committed.
 */
import type { Lane } from '../lanes/lane.js';
import { encodeLane, followerKey, laneLogKey } from '../lanes/lane-log.js';
import type { LaneRecord } from '../lanes/lane-record.js';
import type { LaneFailure, LaneState } from '../lanes/lane-state.js';
import { retryRecord } from '../lanes/retry-record.js';
import type { Clock } from '../ports/clock.js';
import type { MessageOutcome } from '../ports/telemetry.js';
import type { DeadLetterMark } from '../record/dead-letter.js';
import type { FailureReason, ProcessingFailure } from '../record/record-error.js';
import { NotRetryableError, RetryableError } from '../record/record-error.js';
import { HEADER_BUDGET_BYTES, sizeOnWire } from '../record/record-size.js';
import type { ProducedRecord } from '../record/record.js';
import { placeOf } from '../record/record.js';
import type { RetryTier } from '../record/retry-tier.js';
import type { Partition } from '../record/units.js';
import type { Stamping } from '../state/changelog-writes.js';
import type { DeadLetters } from './dead-letters.js';
import type { TaskLedger } from './task-ledger.js';
import { Unwritable } from './unwritable.js';

export interface LaneTopics {
  readonly partition: Partition;
  readonly laneLog: string;
  readonly retryTopicOf: (tier: RetryTier) => string;
  /** Of sources and outputs; internal topics take the header budget more. */
  readonly maxMessageBytes: number;
}

export class LaneBook {
  /** Lanes whose retry record is in a write-set that was not taken yet, and which of their records it is. */
  readonly #toBeArmed = new Map<Lane, object>();

  constructor(
    private readonly topics: LaneTopics,
    private readonly ledger: TaskLedger,
    private readonly letters: DeadLetters,
    private readonly clock: Clock,
  ) {}

  /** What is written until the next call belongs together. */
  beginDecision(): void {
    this.ledger.beginDecision();
  }

  /** It has a retry record, written or on its way. */
  isArmed(lane: Lane): boolean {
    return lane.arm !== null || this.#toBeArmed.has(lane);
  }

  /** Whatever retry record there is of it means nothing any more. */
  disarm(lane: Lane): void {
    lane.arm = null;
    this.#toBeArmed.delete(lane);
  }

  /** The lane's entry as it is now; with a tier its retry record too. */
  write(lane: Lane, retryOn: RetryTier | null): void {
    const { maxMessageBytes, partition, retryTopicOf } = this.topics;
    const { open } = this.ledger;
    const { head, key, state } = lane;
    if (retryOn === null) {
      open.put(laneLogKey(key), () => ({
        value: encodeLane({ state, head: head.name, arm: null }),
        trigger: null,
      }));
      return;
    }
    const mine = {};
    this.#toBeArmed.set(lane, mine);
    open.tallies.retry(head.record.topic, retryOn.name, state.failure?.reason ?? 'processing');
    const triggerBytes = (head.record.key?.length ?? 0) + (head.record.value?.length ?? 0);
    const stamped: Stamping = (stamp) => {
      const arm = stamp();
      if (this.#toBeArmed.get(lane) === mine) {
        this.#toBeArmed.delete(lane);
        lane.arm = arm;
      }
      const place = { topic: retryTopicOf(retryOn), partition, maxMessageBytes };
      return {
        value: encodeLane({ state, head: head.name, arm }),
        trigger: retryRecord(head, state, arm, place),
      };
    };
    open.put(laneLogKey(key), stamped, triggerBytes);
  }

  /** The lane is over. */
  end({ key }: Pick<Lane, 'key'>): void {
    this.ledger.open.remove(laneLogKey(key));
  }

  /** A record begins to wait in a lane: nothing else keeps it and its place. */
  follow(of: LaneRecord): void {
    const { key, value, bytes } = this.#entryOf(of);
    if (bytes > this.#limitBytes) {
      throw new Unwritable(
        'lane-record-too-large',
        `${placeOf(of.record)} must wait in a lane and has ${bytes} bytes there, ${this.topics.laneLog} takes ${this.#limitBytes}. Raise MAX_MESSAGE_BYTES and the topic's max.message.bytes; until then its partition stands still and nothing is dropped.`,
      );
    }
    this.ledger.open.append(key, value);
  }

  /** A lane can take it. */
  fits(of: LaneRecord): boolean {
    return this.#entryOf(of).bytes <= this.#limitBytes;
  }

  /** A record has left its lane. */
  leave({ id }: Pick<LaneRecord, 'id'>): void {
    this.ledger.open.remove(followerKey(id));
  }

  /** A record of a lane has come to its end. `type` as the topology noted it. */
  count({ record }: LaneRecord, type: string, outcome: MessageOutcome): void {
    this.ledger.open.tallies.message(record.topic, type, outcome, record.timestamp);
  }

  deadLetter(of: LaneRecord, state: LaneState, reason: FailureReason, mark?: DeadLetterMark): void {
    const { open } = this.ledger;
    open.add(this.#letter(of, state, reason, mark));
    open.tallies.deadLetter(of.record.topic, {
      id: of.name,
      reason,
      retryable: state.failure?.retryable ?? false,
      attempts: state.attempts,
      isNotice: mark !== undefined && 'state' in mark && mark.state === 'parked',
    });
  }

  /** It can be written as a dead letter. */
  fitsDeadLetters(of: LaneRecord, state: LaneState, reason: FailureReason, mark?: DeadLetterMark): boolean {
    try {
      this.#letter(of, state, reason, mark);
      return true;
    } catch (error) {
      if (error instanceof Unwritable) return false;
      throw error;
    }
  }

  #letter(of: LaneRecord, state: LaneState, reason: FailureReason, mark?: DeadLetterMark): ProducedRecord {
    return this.letters.letterFor(of.record, {
      id: of.name,
      error: errorOf(state.failure, reason),
      reason,
      attempts: state.attempts,
      firstFailureAt: state.firstFailureAt ?? this.clock.now(),
      ...(mark === undefined ? {} : { mark }),
    });
  }

  get #limitBytes(): number {
    return this.topics.maxMessageBytes + HEADER_BUDGET_BYTES;
  }

  #entryOf({ encoded: value, id }: LaneRecord) {
    const { laneLog, partition } = this.topics;
    const key = followerKey(id);
    return { key, value, bytes: sizeOnWire({ topic: laneLog, partition, key, value, headers: [] }) };
  }
}

const WITHOUT_FAILURE: Readonly<Record<string, string>> = {
  skipped: 'An operator skipped it',
  'lane-full': 'The head of its lane is parked, and the lane was full',
};

const errorOf = (failure: LaneFailure | null, reason: FailureReason): ProcessingFailure => {
  if (failure === null) return new NotRetryableError(reason, WITHOUT_FAILURE[reason] ?? reason);
  return failure.retryable
    ? new RetryableError(failure.reason, failure.message)
    : new NotRetryableError(failure.reason, failure.message);
};

/**
 * The books of a task: what it has taken, decided and committed. It is the task's side of a commit
 * (CommitSource): write-sets in the order of decision, the last one open, the first ones with the
 * commit loop. A set is closed at a size that a transaction can flush well within its time, between two decisions.
 *
 * Invariants: the sequence grows by one per committed unit and is reused after an abort (I6); a write-set
 * that was aborted comes again, unchanged, before newer effects (I11); once closed, nothing of it is committed.
 */
import type { CommitSource, CommitUnit } from '../ports/commit.js';
import type { Clock } from '../ports/clock.js';
import type { Telemetry } from '../ports/telemetry.js';
import type { TopicPartitionOffset } from '../ports/topic-partition.js';
import type { RecordBuffer } from '../record/record-list.js';
import type { CommitOffset, MonotonicMs, Partition, TaskId } from '../record/units.js';
import { commitOffset } from '../record/units.js';
import type { Acquired } from '../state/acquire.js';
import type { Checkpoint } from '../state/checkpoint.js';
import { CHECKPOINT_KEY, encodeCheckpoint } from '../state/checkpoint.js';
import { WriteSet } from '../state/write-set.js';

export interface LedgerSettings {
  readonly laneLog: string;
  readonly guarantee: Checkpoint['guarantee'];
  /** Their positions are committed to the group; those of other inputs stand in the checkpoint only (review F4). */
  readonly sources: readonly string[];
  /** An empty list for outputs. */
  readonly buffer: () => RecordBuffer;
}

export type LedgerStart = Pick<Acquired, 'sequence' | 'positions' | 'inputs' | 'adopted' | 'checkpointDue'>;

/** What one commit of a task may hold, in bytes of keys and values written. */
const SET_BYTES = 8_000_000;

/** A write-set with the commit loop, and what the task comes to once it is committed. */
interface TakenSet {
  readonly set: WriteSet;
  readonly sequence: number;
  readonly positions: Map<string, CommitOffset>;
}

export class TaskLedger implements CommitSource {
  #open: WriteSet;
  /** Full or aborted, the oldest first; they go before the open one. */
  #closedSets: WriteSet[] = [];
  /** With the commit loop, the oldest first. */
  #inFlight: TakenSet[] = [];
  /** By source topic: of the last record that was committed. */
  readonly #lastTimestamps = new Map<string, number>();
  #taken = 0;
  #takenBytes = 0;
  #sequence = 0;
  #positions = new Map<string, CommitOffset>();
  #adopted: ReadonlyMap<string, CommitOffset> = new Map();
  #lost = false;
  #closed = false;
  #committedAt: MonotonicMs;

  constructor(
    readonly name: TaskId,
    private readonly partition: Partition,
    private readonly settings: LedgerSettings,
    private readonly clock: Clock,
    private readonly telemetry: Telemetry,
  ) {
    this.#open = this.#newSet();
    this.#committedAt = clock.monotonic();
  }

  /** What is decided now goes here. */
  get open(): WriteSet {
    return this.#open;
  }

  /**
   * One decision begins: all of it goes into one write-set, however large it is. Cut anywhere else, outputs would
   * be committed without the position that says so, and come again after a crash between the two commits.
   */
  beginDecision(): void {
    if (this.#open.bytes < SET_BYTES) return;
    this.#closedSets.push(this.#open);
    this.#open = this.#newSet();
  }

  /** Source records taken and not yet committed. */
  get uncommitted(): number {
    return this.#taken;
  }

  /** Of these, the ones that are decided. */
  get decided(): number {
    let decided = 0;
    for (const set of this.#uncommittedSets()) decided += set.decided;
    return decided;
  }

  get uncommittedBytes(): number {
    return this.#takenBytes;
  }

  /** Of the last committed checkpoint. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Committed positions, by topic: sources and other inputs. */
  get positions(): ReadonlyMap<string, CommitOffset> {
    return this.#positions;
  }

  /** The oldest timestamp of a topic's records that are decided and not committed; undefined: there is none. */
  oldestDecided(topic: string): number | undefined {
    for (const set of this.#uncommittedSets()) {
      const oldest = set.passed.get(topic)?.oldest ?? Number.POSITIVE_INFINITY;
      if (oldest < Number.POSITIVE_INFINITY) return oldest;
    }
    return undefined;
  }

  /** The timestamp of a topic's last record that was committed, since the task began. */
  lastCommitted(topic: string): number | undefined {
    return this.#lastTimestamps.get(topic);
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Its position passed something that is no record, and nothing that would be committed tells so. */
  get hasPassedRecords(): boolean {
    return this.#open.isEmpty && this.#open.positions.size > 0;
  }

  msSinceCommit(): number {
    return this.clock.monotonic() - this.#committedAt;
  }

  /** Where the task starts. */
  restore({ sequence, positions, inputs, adopted, checkpointDue }: LedgerStart): void {
    // Without a fence two owners can write on at once. As far as their clocks agree to the time that a take-over
    // takes, they never have the same sequence for two different positions.
    this.#sequence =
      this.settings.guarantee === 'at_least_once' ? Math.max(sequence, this.clock.now()) : sequence;
    this.#positions = new Map([...positions, ...inputs]);
    this.#adopted = adopted;
    this.#committedAt = this.clock.monotonic();
    this.#open.checkpointDue = checkpointDue;
  }

  take(bytes: number): void {
    this.#taken += 1;
    this.#takenBytes += bytes;
  }

  /** The partition is another's by now: what is being committed must not pass. */
  markLost(): void {
    this.#lost = true;
  }

  close(): void {
    this.#closed = true;
    this.#taken = 0;
    this.#takenBytes = 0;
    this.#open = this.#newSet();
    this.#closedSets = [];
    this.#inFlight = [];
  }

  isDirty(): boolean {
    return !this.#closed && !this.#lost && (this.#closedSets.length > 0 || !this.#open.isEmpty);
  }

  /** Null: all is committed, or never will be; else the commit that it waits for. */
  get step(): string | null {
    if (this.#closed || this.#lost || (this.#inFlight.length === 0 && !this.isDirty())) return null;
    return `${this.#sequence + 1}`;
  }

  get dueBytes(): number {
    return (this.#closedSets[0] ?? this.#open).bytes;
  }

  takeUnit(): CommitUnit {
    const set = this.#takeOldest();
    const before = this.#inFlight.at(-1) ?? { sequence: this.#sequence, positions: this.#positions };
    const sequence = before.sequence + 1;
    const positions = new Map([...before.positions, ...set.positions]);
    const taken = { set, sequence, positions };
    this.#inFlight.push(taken);
    const { partition } = this;
    const { laneLog, guarantee, sources } = this.settings;
    const source = new Map([...positions].filter(([topic]) => sources.includes(topic)));
    const inputs = new Map([...positions].filter(([topic]) => !sources.includes(topic)));
    const offsets: TopicPartitionOffset[] = [...source].map(([topic, offset]) => ({
      topic,
      partition,
      offset,
    }));
    offsets.push({ topic: laneLog, partition, offset: commitOffset(sequence) });
    return {
      ...set.seal(sequence, { topic: laneLog, partition }),
      checkpoint: {
        topic: laneLog,
        partition,
        key: CHECKPOINT_KEY,
        value: encodeCheckpoint({ sequence, guarantee, source, inputs, adopted: this.#adopted }),
        headers: [],
      },
      offsets,
      isLost: () => this.#lost || this.#closed,
      settle: (outcome) => {
        if (outcome === 'committed') this.#committed(taken);
        else this.#aborted(taken);
      },
    };
  }

  *#uncommittedSets(): Iterable<WriteSet> {
    for (const { set } of this.#inFlight) yield set;
    yield* this.#closedSets;
    yield this.#open;
  }

  #newSet(): WriteSet {
    return new WriteSet(this.settings.buffer());
  }

  #takeOldest(): WriteSet {
    const closed = this.#closedSets.shift();
    if (closed !== undefined) return closed;
    const open = this.#open;
    this.#open = this.#newSet();
    return open;
  }

  #committed(taken: TakenSet): void {
    const { set, sequence, positions } = taken;
    set.tell(this.telemetry, this.clock.now());
    set.release();
    if (this.#closed) return;
    inTurn(this.#inFlight.shift(), taken);
    this.#sequence = sequence;
    this.#positions = positions;
    this.#committedAt = this.clock.monotonic();
    this.#taken -= set.decided;
    this.#takenBytes -= set.decidedBytes;
    for (const [topic, { last }] of set.passed) if (last >= 0) this.#lastTimestamps.set(topic, last);
  }

  #aborted(taken: TakenSet): void {
    if (this.#closed) return;
    inTurn(this.#inFlight.pop(), taken);
    this.#closedSets.unshift(taken.set);
  }
}

const inTurn = (next: TakenSet | undefined, settled: TakenSet): void => {
  if (next !== settled) throw new Error('Units are settled out of turn: effects would change their order.');
};

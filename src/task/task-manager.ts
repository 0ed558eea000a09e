/**
 * The tasks of this process: makes one for each partition number that is assigned, brings it through
 * acquire to running, hands it its records, and lets it go. Trouble of one partition stays with it.
 * It answers no rebalance callback and commits nothing by itself: the session does, in the right order.
 */
import type { CommitSource } from '../ports/commit.js';
import type { AdmissionControl, AdmissionVerdict, PauseReason } from '../ports/flow-control.js';
import { isKafkaError } from '../ports/kafka-error.js';
import { AuthorError } from '../record/author-error.js';
import type { RecordBatch } from '../ports/record-batch.js';
import type { TopicPartition } from '../ports/topic-partition.js';
import { partitionName } from '../ports/topic-partition.js';
import { PartitionRefused } from '../state/acquire.js';
import type { Probed } from './breaker-desk.js';
import type { RefusedWhy } from './holding.js';
import { Holding } from './holding.js';
import { ProbedTask } from './probed-task.js';
import type { TaskRestorerParts } from './task-restorer.js';
import { TaskRestorer } from './task-restorer.js';
import type { Task } from './task.js';

export interface TaskManagerParts extends Omit<TaskRestorerParts, 'regulate'> {
  readonly admission: AdmissionControl;
  /** Much is waiting to be committed. */
  readonly hasten: () => void;
}

const REFUSED_RETRY_MS = 30_000;
const RESTORE_AGAIN_MS = 1000;
const OF_A_TASK = [
  'credit',
  'bound',
  'breaker',
  'draining',
  'refused',
] as const satisfies readonly PauseReason[];
/** An idle task writes a checkpoint once a day, so that its committed offsets do not expire (review F4). */
const IDLE_CHECKPOINT_MS = 86_400_000;

export class TaskManager {
  readonly #assigned = new Map<string, TopicPartition>();
  readonly #holdings = new Map<string, Holding>();
  readonly #byPartition = new Map<string, Holding>();

  /** As the patrol has found them. */
  readonly #logEnds = new Map<string, number>();

  readonly #restorer: TaskRestorer;

  constructor(private readonly parts: TaskManagerParts) {
    this.#restorer = new TaskRestorer({ ...parts, regulate: (task) => this.regulate(task) });
  }

  get holdings(): readonly Holding[] {
    return [...this.#holdings.values()];
  }

  /** What the commit loop commits. */
  *ledgers(): Generator<CommitSource> {
    for (const { task } of this.#holdings.values()) yield task.ledger;
  }

  /** What the circuit breaker may probe and hold. */
  *probed(): Generator<Probed> {
    for (const holding of this.#holdings.values())
      if (holding.task.state === 'running') yield new ProbedTask(holding, this.parts.pauses);
  }

  logEnd(of: TopicPartition): number | undefined {
    return this.#logEnds.get(partitionName(of));
  }

  get uncommitted(): number {
    let sum = 0;
    for (const { task } of this.#holdings.values()) sum += task.ledger.uncommitted;
    return sum;
  }

  /** The partitions were assigned just now, paused. Tasks whose source topics are all here start to restore. */
  assigned(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) {
      this.#assigned.set(partitionName(partition), partition);
      this.parts.pauses.assigned(partition);
    }
    this.balance();
    for (const number of new Set(partitions.map((of) => of.partition))) {
      for (const sources of this.parts.factory.sourcesBySubtopology) {
        const mine = sources.flatMap((topic) => this.#assigned.get(`${topic}-${number}`) ?? []);
        if (mine.length === sources.length && mine.some((of) => partitions.includes(of)))
          this.#begin(mine, sources);
      }
    }
  }

  /** What a revocation ends: intake and restores stop now, running tasks may still be drained. */
  startLeaving(partitions: readonly TopicPartition[]): readonly Holding[] {
    const leaving = new Set(partitions.flatMap((of) => this.#byPartition.get(partitionName(of)) ?? []));
    for (const holding of leaving) {
      for (const partition of holding.partitions) this.parts.pauses.set(partition, 'draining');
      holding.leave();
    }
    return [...leaving];
  }

  async drop(holdings: readonly Holding[]): Promise<void> {
    for (const holding of holdings) {
      if (this.#holdings.get(holding.task.id) === holding) this.#holdings.delete(holding.task.id);
      for (const partition of holding.partitions) this.#byPartition.delete(partitionName(partition));
    }
    await Promise.all(holdings.map((holding) => this.#drop(holding)));
  }

  /** The partitions are not this process's any more. */
  revoked(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) {
      this.#assigned.delete(partitionName(partition));
      this.parts.pauses.revoked(partition);
      this.#logEnds.delete(partitionName(partition));
    }
    this.balance();
  }

  /** What one task holds changes what the others may: no event of theirs would tell. */
  balance(): void {
    const verdict = this.parts.admission.balance(
      this.#assigned.size,
      this.holdings.map(({ task }) => task.ledger),
    );
    if (verdict === 'pause') this.parts.hasten();
    for (const { task } of this.#holdings.values()) this.regulate(task);
  }

  /** Splits a batch into runs of one partition each. */
  offer(batch: RecordBatch, poll: number): void {
    let bytes = 0;
    let from = 0;
    for (let i = 0; i < batch.length; i++) {
      bytes += batch.bytes(i);
      const ends =
        i + 1 === batch.length ||
        batch.partition(i + 1) !== batch.partition(i) ||
        batch.topic(i + 1) !== batch.topic(i);
      if (!ends) continue;
      this.#byPartition.get(`${batch.topic(i)}-${batch.partition(i)}`)?.task.offer(batch, from, i + 1, poll);
      from = i + 1;
    }
    for (const end of batch.ends) this.#byPartition.get(partitionName(end))?.task.reachEnd(end, poll);
    this.parts.admission.observe(batch.length, bytes);
    this.balance();
  }

  /** Pauses and resumes by what the task holds. */
  regulate(task: Task): void {
    const holding = this.#holdings.get(task.id);
    if (holding?.task !== task) return;
    const { admission, pauses } = this.parts;
    const verdicts = [
      ['credit', admission.records(task.ledger)],
      ['bound', stricter(admission.bytes(task.ledger), task.lanes.bounds.verdict)],
    ] as const;
    for (const [reason, verdict] of verdicts) {
      for (const partition of holding.partitions) {
        if (verdict === 'pause') pauses.set(partition, reason);
        else if (verdict === 'resume') pauses.clear(partition, reason);
      }
    }
  }

  /** The task can go no further; it is tried again from its last commit after a while. */
  refuse(task: Task, why: RefusedWhy): void {
    const holding = this.#holdings.get(task.id);
    if (holding?.task !== task || holding.refused !== undefined) return;
    const { logger, pauses } = this.parts;
    logger.error(
      { task: task.id, reason: why.reason },
      `partition refused, tried again in 30 s: ${why.message}`,
    );
    holding.refused = why;
    for (const partition of holding.partitions) pauses.set(partition, 'refused');
    this.#abandon(holding, why.message, REFUSED_RETRY_MS);
  }

  /** An error handler has said `fail`: the session ends. */
  fail(task: Task, error: Error): void {
    void task.close().catch((cause: unknown) => this.#closeFailed(task, cause));
    this.parts.failed(error);
  }

  /** The client does not read the partition any more: its position is not in the log. */
  positionLost(of: TopicPartition, message: string): void {
    const task = this.#byPartition.get(partitionName(of))?.task;
    if (task !== undefined) this.refuse(task, { reason: 'below-log-start', message });
  }

  /**
   * Looks after what no event tells of: an idle task's daily checkpoint, its position behind control
   * records at the end (else retention would leave it below the log's start), a position that fell
   * out of the log (the published binding swallows that error when it comes amid records), and the end of the
   * log of a partition that is paused: the client does not look.
   */
  async patrol(watermarks: TaskManagerParts['watermarks']): Promise<void> {
    for (const { task, partitions } of this.holdings) {
      if (task.state !== 'running') continue;
      if (task.ledger.hasPassedRecords || task.ledger.msSinceCommit() > IDLE_CHECKPOINT_MS) {
        task.ledger.open.checkpointDue = true;
      }
      for (const partition of partitions) {
        const next = task.nextOffset(partition.topic);
        const isFetched = this.parts.pauses.reasonsOf(partition).length === 0;
        if (next === undefined || (task.queued > 0 && isFetched)) continue;
        const { low: start, high } = await watermarks(partition);
        this.#logEnds.set(partitionName(partition), high);
        if (start <= next || task.queued > 0 || task.nextOffset(partition.topic) !== next) continue;
        const message = `${partitionName(partition)} is to be read from ${next}, but its log now starts at ${start}`;
        this.refuse(task, { reason: 'below-log-start', message });
      }
    }
  }

  /** `before`: whose partitions they were, in this session. */
  #begin(partitions: readonly TopicPartition[], sources: readonly string[], before?: Holding): void {
    const [first] = partitions;
    if (first === undefined) return;
    const task = this.parts.factory.make(first.partition, sources);
    const now = this.parts.clock.monotonic();
    // One that is begun again because a broker was late has been restoring since the first try.
    const at = before?.refused === undefined ? (before?.began.at ?? now) : now;
    const began = { at, assignedAt: before?.began.assignedAt ?? now };
    const holding = new Holding(task, partitions, began, before?.refused ?? before?.refusedBefore);
    this.#holdings.set(task.id, holding);
    for (const partition of partitions) {
      this.#byPartition.set(partitionName(partition), holding);
      this.parts.pauses.set(partition, 'restoring');
      // A new task holds nothing: whatever its predecessor was paused for is over.
      for (const reason of OF_A_TASK) this.parts.pauses.clear(partition, reason);
    }
    void this.#restore(holding);
  }

  async #restore(holding: Holding): Promise<void> {
    try {
      await this.#restorer.restore(holding);
    } catch (error) {
      if (!holding.isOver) this.#restoreFailed(holding, error);
    }
  }

  #restoreFailed(holding: Holding, error: unknown): void {
    const { task } = holding;
    if (error instanceof PartitionRefused)
      this.refuse(task, { reason: error.reason, message: error.message });
    else if (!isKafkaError(error)) {
      const message = error instanceof Error ? error.message : String(error);
      this.refuse(task, { reason: 'restore-failed', message });
    } else if (error.kind === 'fatal' || error.kind === 'fenced') this.parts.failed(error);
    else if (error.kind === 'retriable') {
      this.parts.logger.warn({ task: task.id, err: error }, 'a restore is begun again');
      this.#abandon(holding, error.message, RESTORE_AGAIN_MS);
    } else this.refuse(task, { reason: 'restore-failed', message: error.message });
  }

  /** Ends the task where it stands; a new one takes its place after a while. */
  #abandon(holding: Holding, why: string, againAfterMs: number): void {
    const { task } = holding;
    holding.life.abort(new Error(why));
    holding.feed?.stop();
    void task.close('refused').catch((error: unknown) => this.#closeFailed(task, error));
    if (holding.isLeaving) return;
    holding.cancelRetry = this.parts.clock.after(againAfterMs, () => {
      if (this.#holdings.get(task.id) === holding) this.#begin(holding.partitions, task.sources, holding);
    });
  }

  async #drop(holding: Holding): Promise<void> {
    try {
      await holding.drop(this.parts.clock);
    } catch (error) {
      this.#closeFailed(holding.task, error);
    }
  }

  #closeFailed(task: Task, error: unknown): void {
    const err = new AuthorError('close', error);
    this.parts.logger.warn({ task: task.id, err }, 'a processor failed to close');
  }
}

const STRICTNESS = ['resume', 'keep', 'pause'] as const satisfies readonly AdmissionVerdict[];

const stricter = (one: AdmissionVerdict, other: AdmissionVerdict): AdmissionVerdict =>
  STRICTNESS.indexOf(one) > STRICTNESS.indexOf(other) ? one : other;

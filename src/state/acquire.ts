/**
 * Acquires one partition number for a task (DESIGN §6, acquire steps 2 to 5): reads committed offsets,
 * then the lane log's end, then the lane log, and lets `decideStart` judge. The order of the reads is
 * the proof: the end is taken after the stable offsets, read uncommitted, so that nothing which those
 * offsets include can lie beyond it.
 */
import type { CommitOffset, Partition } from '../record/units.js';
import type { Clock } from '../ports/clock.js';
import { sleep } from '../ports/nap.js';
import type { ClusterAdmin } from '../ports/cluster.js';
import type { SourceConsumer } from '../ports/consumer.js';
import { isKafkaError } from '../ports/kafka-error.js';
import type { Logger } from '../ports/logger.js';
import type { Checkpoint } from './checkpoint.js';
import { CHECKPOINT_KEY, decodeCheckpoint } from './checkpoint.js';
import type { LogReader } from './log-reader.js';
import type { Refusal, SourceEvidence, StartEvidence, StartRules, StartVerdict } from './start-position.js';
import { decideStart } from './start-position.js';
import { Turnstile } from './turnstile.js';

export interface AcquireRequest {
  readonly partition: Partition;
  readonly sources: readonly string[];
  readonly laneLog: string;
  /** Its other internal topics: a lane log that is gone shows in them. */
  readonly beside: readonly string[];
  /** What the task keeps in its changelog; whole once `acquire` has resolved. */
  readonly image: ChangelogImage;
  /** Offsets of the changelog that were replayed, of how many. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Aborted when the task is dropped: every wait ends and `acquire` rejects. */
  readonly signal: AbortSignal;
}

/** What a changelog is replayed into. What it throws refuses the partition. */
export interface ChangelogImage {
  /** A replay begins, perhaps not the first. */
  clear(): void;
  apply(key: Buffer, value: Buffer | null): void;
}

export interface AcquireSettings extends StartRules {
  /** Two readings of the same disagreement, this far apart, refuse the partition. At least a heartbeat. */
  readonly disagreementPauseMs: number;
  /** A replay that waits longer (a hanging transaction on the lane log) refuses the partition. */
  readonly replayTimeoutMs: number;
}

export type Acquired = Extract<StartVerdict, { kind: 'start' }>;

/** The partition cannot be processed as things are; nothing of it was touched. */
export class PartitionRefused extends Error {
  override readonly name = 'PartitionRefused';
  constructor(
    readonly reason: Refusal['reason'] | 'restore-timeout' | 'corrupt-lane-log',
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

const COMMITTED_TIMEOUT_MS = 5000;
const RETRY_PAUSE_MS = 500;
const TELL_EVERY_MS = 10_000;
const CALLS_AT_ONCE = 4;

export class Acquisition {
  /** A call holds a native thread while it waits: many at once would keep polls and commits waiting. */
  readonly #calls = new Turnstile(CALLS_AT_ONCE);

  constructor(
    private readonly consumer: SourceConsumer,
    private readonly admin: ClusterAdmin,
    private readonly reader: LogReader,
    private readonly clock: Clock,
    private readonly settings: AcquireSettings,
    private readonly logger: Logger,
  ) {}

  /** Where to start. Rejects with PartitionRefused, or with `signal.reason` once that is aborted. */
  async acquire(request: AcquireRequest): Promise<Acquired> {
    let before: { readonly pair: string; readonly at: number } | undefined;
    for (;;) {
      const evidence = await this.#read(request);
      const verdict = decideStart(evidence, this.settings);
      if (verdict.kind === 'start') return verdict;
      if (verdict.kind === 'refuse')
        throw new PartitionRefused(verdict.refusal.reason, verdict.refusal.message);
      // An evicted process can read an old pair while its successor commits: only a pair that stays proves a fault.
      const pair = JSON.stringify([
        evidence.sequence,
        evidence.sources.map((s) => s.committed),
        verdict.refusal,
      ]);
      const now = this.clock.monotonic();
      const stays = before?.pair === pair && now - before.at >= this.settings.disagreementPauseMs;
      if (stays) throw new PartitionRefused(verdict.refusal.reason, verdict.refusal.message);
      if (before?.pair !== pair) before = { pair, at: now };
      this.logger.warn(
        { partition: request.partition, reason: verdict.refusal.reason },
        'lane log and offsets disagree, reading again',
      );
      await this.#pause(this.settings.disagreementPauseMs, request.signal);
    }
  }

  async #read(request: AcquireRequest): Promise<StartEvidence> {
    const { partition, sources, laneLog, signal } = request;
    const asked = [...sources, laneLog].map((topic) => ({ topic, partition }));
    const committed = await this.#insist(
      signal,
      `stable committed offsets of ${laneLog}-${partition}, if need be for the end of a former owner's transaction`,
      () => this.consumer.committed(asked, COMMITTED_TIMEOUT_MS),
    );
    const log = await this.#insist(signal, `the end of ${laneLog}-${partition}`, () =>
      this.admin.watermarks({ topic: laneLog, partition }),
    );
    const checkpoint = await this.#replay(request, log.low, log.high);
    const evidence: SourceEvidence[] = [];
    for (const [i, topic] of sources.entries()) {
      const watermarks = await this.#insist(signal, `the ends of ${topic}-${partition}`, () =>
        this.admin.watermarks({ topic, partition }),
      );
      evidence.push({ topic, committed: committed[i] ?? null, watermarks });
    }
    const sequence = committed[sources.length] ?? null;
    // Kafka drops the offsets of a topic that is deleted: the sequence is gone with its log, and only the
    // group's offset of the source tells this start from a first one (review F15).
    // A log that was written to was not deleted: a first transaction of its task was aborted.
    const isDoubtful =
      checkpoint === null &&
      sequence === null &&
      log.high === 0 &&
      evidence.some((source) => source.committed !== null);
    const traces = isDoubtful ? await this.#traces(request) : [];
    return { sources: evidence, sequence, checkpoint, traces };
  }

  async #traces({ beside, partition, signal }: AcquireRequest): Promise<readonly string[]> {
    const traces: string[] = [];
    for (const topic of beside) {
      const { high } = await this.#insist(signal, `the end of ${topic}-${partition}`, () =>
        this.admin.watermarks({ topic, partition }),
      );
      if (high > 0) traces.push(topic);
    }
    return traces;
  }

  async #replay(request: AcquireRequest, from: CommitOffset, end: CommitOffset): Promise<Checkpoint | null> {
    const { laneLog, partition, signal, image } = request;
    image.clear();
    let found: Checkpoint | null = null;
    const timeout = new AbortController();
    const cancel = this.clock.after(this.settings.replayTimeoutMs, () => timeout.abort());
    try {
      await this.reader.replay(
        { topic: laneLog, partition },
        from,
        end,
        (key, value, next) => {
          request.onProgress?.(next - from, end - from);
          if (key === null) return;
          if (!key.equals(CHECKPOINT_KEY)) image.apply(key, value);
          else if (value !== null) found = decodeCheckpoint(value);
        },
        AbortSignal.any([signal, timeout.signal]),
      );
      return found;
    } catch (cause) {
      if (signal.aborted) throw cause;
      if (timeout.signal.aborted) {
        const message = `The lane log ${laneLog}-${partition} could not be read to offset ${end} within ${this.settings.replayTimeoutMs} ms. A transaction may be hanging on it: see kafka-transactions.sh find-hanging.`;
        throw new PartitionRefused('restore-timeout', message, { cause });
      }
      if (isKafkaError(cause)) throw cause;
      const message = `The lane log ${laneLog}-${partition} cannot be understood: ${(cause as Error).message}`;
      throw new PartitionRefused('corrupt-lane-log', message, { cause });
    } finally {
      cancel();
    }
  }

  /** Repeats a call until it answers, and says from time to time what it waits for. Ends at once on `signal`. */
  async #insist<T>(signal: AbortSignal, what: string, call: () => Promise<T>): Promise<T> {
    const began = this.clock.monotonic();
    let toldAt = began;
    for (;;) {
      signal.throwIfAborted();
      try {
        return await untilAborted(this.#calls.pass(call), signal);
      } catch (error) {
        if (signal.aborted || !isKafkaError(error) || error.kind !== 'retriable') throw error;
        const now = this.clock.monotonic();
        if (now - toldAt >= TELL_EVERY_MS) {
          toldAt = now;
          const waitedMs = Math.round(now - began);
          this.logger.warn({ waitedMs, err: error }, `a restore waits for ${what}`);
        }
        await this.#pause(RETRY_PAUSE_MS, signal);
      }
    }
  }

  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    await sleep(this.clock, ms, signal);
    signal.throwIfAborted();
  }
}

/** Settles as `work` does, or rejects as soon as the signal is aborted; `work` then goes on unheard. */
const untilAborted = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    const aborted = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', aborted, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted));
  });

/** Twice the transaction time-out: by then the coordinator has ended what a dead peer left open. */
export const replayTimeoutFor = (transactionTimeoutMs: number): number => 2 * transactionTimeoutMs + 10_000;

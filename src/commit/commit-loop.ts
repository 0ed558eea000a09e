/**
 * The one commit loop of a process: every `commitIntervalMs`, or sooner when much waits, it commits what the
 * tasks have decided, while they go on deciding. It begins only when something is dirty and nobody waits at the
 * gate, never spins on errors, and after two aborts for the same reason commits task by task, so that the one whose
 * effects are refused stops alone (review F14). What is little is sent ahead of its time; the commit then brings what
 * was decided since, and ends the transaction.
 */
import { Observable } from 'rxjs';
import type { Clock } from '../ports/clock.js';
import { Nap } from '../ports/nap.js';
import type { KafkaError } from '../ports/kafka-error.js';
import type { CommitOutcome, Telemetry } from '../ports/telemetry.js';
import type { CommitResult, CommitSource, CommitUnit } from '../ports/commit.js';
import type { MonotonicMs } from '../record/units.js';
import type { Committer } from './committer.js';
import { CommitPace } from './commit-pace.js';
import type { Gate } from './gate.js';

export type CommitReport =
  | { readonly kind: 'committed'; readonly units: number }
  | { readonly kind: 'aborted'; readonly cause: KafkaError | 'lost' }
  /** This source's effects are refused although others' are taken: it must stop. */
  | { readonly kind: 'source-refused'; readonly source: CommitSource; readonly cause: KafkaError }
  /** The session is over: its tasks must be dropped, its clients made anew. */
  | { readonly kind: 'session-over'; readonly outcome: 'unknown' | 'fatal'; readonly cause: KafkaError };

export interface CommitLoopSettings {
  readonly commitIntervalMs: number;
}

const ABORTS_BEFORE_ISOLATION = 2;
/** Keys and values of one transaction, all tasks together. */
const TRANSACTION_BYTES = 32_000_000;
/** What may be sent ahead: with more, the brokers' work for each partition is not what a commit waits for. */
const AHEAD_BYTES = 1_000_000;
/** The first wait after an abort; doubled for each that follows for the same reason, until a rebalance explains it. */
const FIRST_BACKOFF_MS = 250;
const LONGEST_BACKOFF_MS = 5000;

export class CommitLoop {
  #aborted = 0;
  /** In a row, for the same reason. */
  #aborts = 0;
  /** Sources that were refused: they commit alone until one such commit succeeds, so that others do not wait for them. */
  readonly #suspects = new Set<string>();
  #abortCode: number | undefined;
  #over = false;
  #committedAt: MonotonicMs;
  /** The source with which the next cycle begins. */
  #leftOut: string | undefined;
  /** Sent ahead for the cycle under way. */
  #ahead: readonly CommitUnit[] = [];
  readonly #backingOff: Nap;
  readonly #pace: CommitPace;
  #listener: ((report: CommitReport) => void) | undefined;

  constructor(
    private readonly committer: Committer,
    private readonly gate: Gate,
    private readonly tasks: { ledgers(): Iterable<CommitSource> },
    private readonly clock: Clock,
    settings: CommitLoopSettings,
    private readonly telemetry: Telemetry,
  ) {
    this.#committedAt = clock.monotonic();
    this.#backingOff = new Nap(clock);
    this.#pace = new CommitPace(clock, settings.commitIntervalMs);
    gate.onAsked(() => this.#pace.release());
  }

  /** Since the last commit that succeeded; before the first one, since the loop was made. */
  msSinceCommit(): number {
    return this.clock.monotonic() - this.#committedAt;
  }

  /** Commits that were aborted in order: the brokers do not take them, and nothing hangs. */
  get aborted(): number {
    return this.#aborted;
  }

  /** Runs the loop while subscribed. Also what `commitNow` brings about is reported here. */
  readonly reports$ = new Observable<CommitReport>((subscriber) => {
    const stop = new AbortController();
    this.#listener = (report) => {
      subscriber.next(report);
    };
    void this.#run(stop.signal).then(
      () => subscriber.complete(),
      (error: unknown) => subscriber.error(error),
    );
    return () => {
      stop.abort();
      this.#listener = undefined;
    };
  });

  /** A rebalance event came: an abort for a fenced member is explained, so its back-off ends. */
  rebalanced(): void {
    this.#backingOff.wake();
  }

  /** Much waits to be committed: the next cycle need not wait for the whole interval. */
  hasten(): void {
    this.#pace.hasten();
  }

  /**
   * One cycle at once, for a caller that has the gate. Undefined when nothing was dirty, or when the
   * session is over and nothing may be committed any more.
   */
  async commitNow(): Promise<CommitResult | undefined> {
    if (this.#over) return undefined;
    const dirty = this.#dirty();
    if (dirty.length === 0 && this.#ahead.length === 0) return undefined;
    if (this.#aborts >= ABORTS_BEFORE_ISOLATION) return this.#oneByOne(dirty, false);
    const trusted = dirty.filter((source) => !this.#suspects.has(source.name));
    const suspects = dirty.filter((source) => this.#suspects.has(source.name));
    const isDue = trusted.length > 0 || this.#ahead.length > 0;
    const result = isDue ? await this.#cycle(this.#fitting(trusted)) : undefined;
    if (suspects.length === 0 || (result !== undefined && result.kind !== 'committed')) return result;
    return this.#oneByOne(suspects, result !== undefined);
  }

  /** As many as one transaction can flush well within its time; who is left out comes first the next time. */
  #fitting(sources: readonly CommitSource[]): readonly CommitSource[] {
    const from = Math.max(
      0,
      sources.findIndex(({ name }) => name === this.#leftOut),
    );
    const fitting: CommitSource[] = [];
    let bytes = 0;
    this.#leftOut = undefined;
    for (let i = 0; i < sources.length; i++) {
      const source = sources[(from + i) % sources.length];
      if (source === undefined) break;
      bytes += source.dueBytes;
      if (fitting.length > 0 && bytes > TRANSACTION_BYTES) {
        this.#leftOut = source.name;
        break;
      }
      fitting.push(source);
    }
    return fitting;
  }

  #dirty(): CommitSource[] {
    return [...this.tasks.ledgers()].filter((source) => source.isDirty());
  }

  async #run(stop: AbortSignal): Promise<void> {
    let dueAt: MonotonicMs | undefined;
    while (!stop.aborted && !this.#over) {
      const result = (await this.#aheadOf(dueAt, stop)) ?? (await this.#onTime(dueAt, stop));
      if (result?.kind === 'aborted') await this.#backOff(result.cause, stop);
      dueAt = await this.#pace.rest(stop);
    }
  }

  /** One cycle when it is due; undefined: now. Undefined when it was not begun. */
  async #onTime(dueAt: MonotonicMs | undefined, stop: AbortSignal): Promise<CommitResult | undefined> {
    if (dueAt !== undefined) await this.#pace.untilDue(dueAt, stop);
    if (stop.aborted) return undefined;
    this.#pace.begin();
    return this.#alone(() => this.commitNow());
  }

  /**
   * One cycle that begins before it is due, if there is anything to send ahead: it holds the gate until its time has come,
   * or somebody waits. Undefined when it was not begun.
   */
  async #aheadOf(dueAt: MonotonicMs | undefined, stop: AbortSignal): Promise<CommitResult | undefined> {
    if (dueAt === undefined || this.#fitAhead().length === 0) return undefined;
    return this.#alone(async () => {
      const failed = await this.#sendAhead();
      if (failed !== undefined || this.#ahead.length === 0) return failed;
      if (!this.gate.contended) await this.#pace.hold(dueAt, stop);
      this.#pace.begin();
      return this.commitNow();
    });
  }

  /** Only if nobody waits at the gate. */
  async #alone(cycle: () => Promise<CommitResult | undefined>): Promise<CommitResult | undefined> {
    if (this.gate.contended) return undefined;
    return this.gate.run(async () => (this.gate.contended ? undefined : cycle()));
  }

  /**
   * What may be sent ahead: nothing when it is much, or when something was refused lately. So no unit is ever ahead
   * of a cycle that goes task by task.
   */
  #fitAhead(): readonly CommitSource[] {
    if (this.committer.sendAhead === undefined || this.#aborts > 0 || this.#suspects.size > 0) return [];
    const dirty = this.#dirty();
    const bytes = dirty.reduce((sum, { dueBytes }) => sum + dueBytes, 0);
    return bytes > AHEAD_BYTES ? [] : dirty;
  }

  /** Undefined: nothing of it has failed. */
  async #sendAhead(): Promise<CommitResult | undefined> {
    const began = this.clock.monotonic();
    const units = this.#fitAhead().map((source) => source.takeUnit());
    if (units.length === 0) return undefined;
    const failed = await this.committer.sendAhead?.(units);
    if (failed === undefined) this.#ahead = units;
    else this.#settle(units, failed, began);
    return failed;
  }

  async #oneByOne(dirty: readonly CommitSource[], othersPassed: boolean): Promise<CommitResult> {
    const aborted: { source: CommitSource; cause: KafkaError }[] = [];
    let last: CommitResult = { kind: 'committed' };
    let somePassed = othersPassed;
    for (const source of dirty) {
      const result = await this.#cycle([source]);
      if (result.kind === 'unknown' || result.kind === 'fatal') return result;
      if (result.kind === 'committed') {
        somePassed = true;
        this.#suspects.delete(source.name);
      } else if (result.cause !== 'lost') {
        aborted.push({ source, cause: result.cause });
        last = result;
      }
    }
    for (const { source, cause } of aborted) {
      if (!somePassed && !cause.permanent && cause.kind !== 'unusable') continue;
      this.#suspects.add(source.name);
      this.#report({ kind: 'source-refused', source, cause });
    }
    return last;
  }

  async #cycle(dirty: readonly CommitSource[]): Promise<CommitResult> {
    const began = this.clock.monotonic();
    const units = dirty.map((source) => source.takeUnit());
    const result = await this.committer.commit(units, this.#ahead);
    const all = [...this.#ahead, ...units];
    this.#ahead = [];
    this.#settle(all, result, began);
    return result;
  }

  #settle(units: readonly CommitUnit[], result: CommitResult, began: MonotonicMs): void {
    this.telemetry.commit(OUTCOMES[result.kind], this.clock.monotonic() - began);
    switch (result.kind) {
      case 'committed':
        this.#aborts = 0;
        this.#committedAt = this.clock.monotonic();
        for (const unit of units) unit.settle('committed');
        this.#report({ kind: 'committed', units: units.length });
        break;
      case 'aborted':
        this.#count(result.cause);
        this.#aborted += 1;
        for (const unit of units.toReversed()) unit.settle('aborted');
        this.#report(result);
        break;
      case 'unknown':
      case 'fatal':
        this.#over = true;
        this.#report({ kind: 'session-over', outcome: result.kind, cause: result.cause });
    }
  }

  #count(cause: KafkaError | 'lost'): void {
    const code = cause === 'lost' ? undefined : cause.code;
    const again = code !== undefined && code === this.#abortCode;
    this.#aborts = again ? this.#aborts + 1 : 1;
    this.#abortCode = code;
  }

  #report(report: CommitReport): void {
    this.#listener?.(report);
  }

  async #backOff(cause: KafkaError | 'lost', stop: AbortSignal): Promise<void> {
    const doubled = FIRST_BACKOFF_MS * 2 ** Math.min(this.#aborts - 1, 10);
    const pauseMs =
      cause === 'lost' || cause.permanent ? FIRST_BACKOFF_MS : Math.min(doubled, LONGEST_BACKOFF_MS);
    await this.#backingOff.sleep(pauseMs, stop);
  }
}

const OUTCOMES = {
  committed: 'committed',
  aborted: 'aborted',
  unknown: 'unknown',
  fatal: 'fatal',
} as const satisfies Record<CommitResult['kind'], CommitOutcome>;

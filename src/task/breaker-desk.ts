/**
 * The circuit breaker of a process at work: hears how runs end, holds intake back while it is open, and picks
 * the probes (DESIGN §6, circuit breaker): the record that has waited longest in a queue, else a head that is
 * due. One probe at a time.
 *
 * Some records fail by themselves, whatever the dependency does, and with an error that may be retried. Such
 * a one must not be the only probe for ever, or nothing would ever run again (found by the simulation, I12):
 * - probes take turns: a record that has failed goes behind those that have not, a task behind the others;
 * - intake is held only while there is a record to probe that has not failed as a probe; else it goes on
 *   until there is one (review F19);
 * - the failure of a record that has failed as a probe before is its own, and counts, when another probe has
 *   succeeded since, or when for long there has been no other to ask. In an outage neither happens.
 */
import { CircuitBreaker } from '../lanes/circuit-breaker.js';
import type { BreakerSettings } from '../lanes/circuit-breaker.js';
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import type { EpochMs, MonotonicMs } from '../record/units.js';

/** What a task asks. */
export interface BreakerView {
  readonly isOpen: boolean;
  /** The first run of a record ended. `ok`: with no failure that may be retried. */
  firstRun(ok: boolean): void;
  /** `of` ended as a probe. True: it failed, and the failure is its own and counts. */
  probeEnded(of: object, ok: boolean): boolean;
  /** A probe ended without an answer: it was dropped with its task. */
  abandoned(): void;
  /** It has not failed as a probe since the breaker opened. */
  isFresh(of: object): boolean;
  /** Something may have come that can be probed. */
  look(): void;
}

/** What it asks of a task. */
export interface Probed {
  /** When the oldest record was read that could be started and is fresh; undefined: there is none. */
  readonly waitingSince: EpochMs | undefined;
  /** A head is due that is fresh. */
  readonly hasFreshHead: boolean;
  /** There is something to start, fresh or not. */
  readonly hasAny: boolean;
  /** When it probed last. */
  readonly probedAt: MonotonicMs | undefined;
  /** Starts one of them. False: it could not. */
  probe(at: MonotonicMs): boolean;
  /** The breaker has opened or closed. */
  breakerChanged(): void;
  /** Intake of its partitions waits for the breaker, or does not. */
  hold(isHeld: boolean): void;
}

interface FailedProbe {
  /** In which opening of the breaker, and after how many successes. */
  readonly opening: number;
  readonly successes: number;
}

const LOOK_AGAIN_MS = 1000;
/** Windows of the breaker without a fresh record to ask, after which a failure speaks of its record alone. */
const ALONE_WINDOWS = 6;

export class BreakerDesk implements BreakerView {
  readonly #breaker: CircuitBreaker;
  #isProbing = false;
  #cancelTimer: (() => void) | undefined;
  #opening = 0;
  /** First runs that the breaker has not been told of: a clock is not asked for each. */
  #succeeded = 0;
  /** Of probes, in all. */
  #successes = 0;
  /** When there was a fresh record to probe for the last time, or the breaker opened. */
  #freshAt: MonotonicMs;
  readonly #failed = new WeakMap<object, FailedProbe>();

  constructor(
    private readonly settings: BreakerSettings,
    private readonly tasks: () => Iterable<Probed>,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {
    this.#breaker = new CircuitBreaker(settings);
    this.#freshAt = clock.monotonic();
  }

  get isOpen(): boolean {
    return this.#breaker.state === 'open';
  }

  firstRun(ok: boolean): void {
    if (this.isOpen) return;
    if (ok && !this.#breaker.hasFailures) {
      this.#succeeded += 1;
      return;
    }
    this.#tellSucceeded();
    this.#breaker.firstRun(ok, this.clock.monotonic());
    if (this.isOpen) this.#changed();
  }

  probeEnded(of: object, ok: boolean): boolean {
    this.#isProbing = false;
    const isOwn = !ok && this.#isItsOwn(of);
    if (ok) this.#successes += 1;
    else this.#failed.set(of, { opening: this.#opening, successes: this.#successes });
    this.#breaker.probeEnded(ok, this.clock.monotonic());
    if (this.isOpen) this.#lookSoon();
    else this.#changed();
    return isOwn;
  }

  abandoned(): void {
    this.#isProbing = false;
    this.#lookSoon();
  }

  isFresh(of: object): boolean {
    return this.#failed.get(of)?.opening !== this.#opening;
  }

  look(): void {
    this.#tellSucceeded();
    if (this.isOpen && !this.#isProbing && this.#cancelTimer === undefined) this.#lookSoon();
  }

  stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #tellSucceeded(): void {
    if (this.#succeeded === 0) return;
    this.#breaker.firstRunsSucceeded(this.#succeeded, this.clock.monotonic());
    this.#succeeded = 0;
  }

  #isItsOwn(of: object): boolean {
    const before = this.#failed.get(of);
    if (before?.opening !== this.#opening) return false;
    const aloneMs = this.clock.monotonic() - this.#freshAt;
    return before.successes < this.#successes || aloneMs >= ALONE_WINDOWS * this.settings.windowMs;
  }

  #changed(): void {
    if (this.isOpen) {
      this.#opening += 1;
      this.#freshAt = this.clock.monotonic();
      this.logger.warn({}, 'circuit breaker open: intake waits until what fails answers again');
    } else this.logger.info({}, 'circuit breaker closed');
    this.stop();
    for (const task of this.tasks()) {
      task.hold(this.isOpen);
      task.breakerChanged();
    }
    if (this.isOpen) this.#lookSoon();
  }

  /** Not inside the message of a task that tells how its run ended. */
  #lookSoon(): void {
    this.#lookIn(Math.max(0, this.#breaker.nextProbeAt - this.clock.monotonic()));
  }

  #lookIn(ms: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.clock.after(ms, () => {
      this.#cancelTimer = undefined;
      this.#probe();
    });
  }

  #probe(): void {
    if (!this.isOpen || this.#isProbing) return;
    const now = this.clock.monotonic();
    const tasks = [...this.tasks()];
    // Told that it ended while it is started when its handler is synchronous.
    this.#isProbing = true;
    const isStarted = inOrder(tasks).some((task) => task.probe(now));
    if (!isStarted) this.#isProbing = false;
    if (!this.isOpen) return;
    const isFreshThere = tasks.some((task) => task.waitingSince !== undefined || task.hasFreshHead);
    if (isFreshThere) this.#freshAt = now;
    for (const task of tasks) task.hold(isFreshThere);
    if (!isStarted && tasks.some((task) => task.hasAny)) this.#lookIn(LOOK_AGAIN_MS);
  }
}

/** Fresh records first, the oldest before the others; then fresh heads; then the task that has not probed for longest. */
const inOrder = (tasks: readonly Probed[]): readonly Probed[] => {
  const rank = ({ waitingSince, hasFreshHead }: Probed): number =>
    waitingSince ?? (hasFreshHead ? Number.MAX_VALUE : Number.POSITIVE_INFINITY);
  const turn = ({ probedAt }: Probed): number => probedAt ?? -1;
  return tasks
    .filter((task) => task.hasAny)
    .map((task) => ({ task, rank: rank(task), turn: turn(task) }))
    .sort((one, other) => (one.rank === other.rank ? one.turn - other.turn : one.rank - other.rank))
    .map(({ task }) => task);
};

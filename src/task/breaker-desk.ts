/**
 * The circuit breaker of a process at work: hears how runs end, holds intake back while it is open, and picks
 * the probes (DESIGN §6, circuit breaker): the records at the front of the queues, the longest waiting
 * first, then heads that are due. One probe at a time.
 *
 * A record that fails whatever its dependency does must not keep the breaker open for ever. So no record is
 * probed twice before every other one was (the round); when all of them failed, intake goes on until there is
 * another one, and the next probe counts as an attempt, so that such a record comes to its end as it would
 * without a breaker (found by the simulation: see DECISIONS.md). While there is nothing to probe intake goes
 * on as well: else an outage that left nothing behind would never be over (review F19).
 */
import { CircuitBreaker } from '../lanes/circuit-breaker.js';
import type { BreakerSettings } from '../lanes/circuit-breaker.js';
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import type { EpochMs } from '../record/units.js';

/** What a task asks. */
export interface BreakerView {
  readonly isOpen: boolean;
  /** The first run of a record ended. `ok`: with no failure that may be retried. */
  firstRun(ok: boolean): void;
  probeEnded(ok: boolean): void;
  /** A probe ended without an answer: it was dropped with its task. */
  abandoned(): void;
  /** Something may have come that can be probed. */
  look(): void;
}

/** Which record may be probed, and whether its failure counts as an attempt. */
export interface ProbePick {
  skips(record: string): boolean;
  readonly counts: boolean;
}

/** What it asks of a task. */
export interface Probed {
  /** When the oldest record that could be started was read; undefined: there is none. */
  readonly waitingSince: EpochMs | undefined;
  readonly hasDueHead: boolean;
  /** Starts a record of the queue, or a head; its name, or undefined when it could not. */
  probe(from: 'queue' | 'heads', pick: ProbePick): string | undefined;
  /** The breaker has opened or closed. */
  breakerChanged(): void;
  /** Intake of its partitions waits for the breaker, or does not. */
  hold(isHeld: boolean): void;
}

const LOOK_AGAIN_MS = 1000;

export class BreakerDesk implements BreakerView {
  readonly #breaker: CircuitBreaker;
  /** Records that were probed in this round. */
  readonly #round = new Set<string>();
  #isProbing = false;
  #cancelTimer: (() => void) | undefined;

  constructor(
    settings: BreakerSettings,
    private readonly tasks: () => Iterable<Probed>,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {
    this.#breaker = new CircuitBreaker(settings);
  }

  get isOpen(): boolean {
    return this.#breaker.state === 'open';
  }

  firstRun(ok: boolean): void {
    if (this.isOpen) return;
    this.#breaker.firstRun(ok, this.clock.monotonic());
    if (this.isOpen) this.#changed();
  }

  probeEnded(ok: boolean): void {
    this.#isProbing = false;
    this.#breaker.probeEnded(ok, this.clock.monotonic());
    if (this.isOpen) this.#lookSoon();
    else this.#changed();
  }

  abandoned(): void {
    this.#isProbing = false;
    if (this.isOpen) this.#lookSoon();
  }

  look(): void {
    if (this.isOpen && !this.#isProbing && this.#cancelTimer === undefined) this.#lookSoon();
  }

  stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #changed(): void {
    if (this.isOpen)
      this.logger.warn({}, 'circuit breaker open: intake waits until what fails answers again');
    else this.logger.info({}, 'circuit breaker closed');
    this.stop();
    this.#round.clear();
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
    const tasks = [...this.tasks()].sort((one, other) => rank(one) - rank(other));
    // Told that it ended while it is started when its handler is synchronous.
    this.#isProbing = true;
    const isNew = this.#start(tasks, { skips: (record) => this.#round.has(record), counts: false });
    const isStarted = isNew || this.#startAgain(tasks);
    if (!isStarted) this.#isProbing = false;
    if (!this.isOpen) return;
    const isAnyThere = tasks.some((task) => task.waitingSince !== undefined || task.hasDueHead);
    for (const task of tasks) task.hold(isNew || (!isStarted && isAnyThere));
    if (!isStarted && isAnyThere) this.#lookIn(LOOK_AGAIN_MS);
  }

  /** Every record that there is has failed in this round: a new one begins, with a probe that counts. */
  #startAgain(tasks: readonly Probed[]): boolean {
    this.#round.clear();
    return this.#start(tasks, { skips: () => false, counts: true });
  }

  #start(tasks: readonly Probed[], pick: ProbePick): boolean {
    for (const from of ['queue', 'heads'] as const) {
      for (const task of tasks) {
        const record = task.probe(from, pick);
        if (record === undefined) continue;
        this.#round.add(record);
        return true;
      }
    }
    return false;
  }
}

const rank = ({ waitingSince }: Probed): number => waitingSince ?? Number.POSITIVE_INFINITY;

/**
 * The circuit breaker of a process at work: hears how runs end, holds intake back while it is open, and picks
 * the probes (DESIGN §6, circuit breaker): the record at the front of the queue that has waited longest, else
 * a head that is due. One probe at a time.
 *
 * While it is open and there is nothing to probe, intake goes on until there is: else an outage that left
 * nothing behind would never be over (review F19).
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

/** What it asks of a task. */
export interface Probed {
  /** When the oldest record that could be started was read; undefined: there is none. */
  readonly waitingSince: EpochMs | undefined;
  readonly hasDueHead: boolean;
  /** Starts one of them. False: it could not. */
  probe(): boolean;
  /** The breaker has opened or closed. */
  breakerChanged(): void;
  /** Intake of its partitions waits for the breaker, or does not. */
  hold(isHeld: boolean): void;
}

export class BreakerDesk implements BreakerView {
  readonly #breaker: CircuitBreaker;
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
    this.#lookSoon();
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
    const tasks = [...this.tasks()];
    // Told that it ended while it is started when its handler is synchronous.
    this.#isProbing = true;
    const isStarted = inOrder(tasks).some((task) => task.probe());
    if (!isStarted) this.#isProbing = false;
    if (!this.isOpen) return;
    const isAnyThere = isStarted || tasks.some((task) => task.waitingSince !== undefined || task.hasDueHead);
    for (const task of tasks) task.hold(isAnyThere);
    if (!isStarted && isAnyThere) this.#lookIn(LOOK_AGAIN_MS);
  }
}

const LOOK_AGAIN_MS = 1000;

/** Waiting records first, the oldest before the others; then heads. */
const inOrder = (tasks: readonly Probed[]): readonly Probed[] => {
  const rank = ({ waitingSince }: Probed): number => waitingSince ?? Number.POSITIVE_INFINITY;
  return tasks
    .filter((task) => task.waitingSince !== undefined || task.hasDueHead)
    .sort((one, other) => rank(one) - rank(other));
};

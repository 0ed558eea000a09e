/**
 * Drives a simulated run: lets every promise settle, fires the next virtual timer, and so on. All chance
 * and all latency of a run come from its seed, so the same seed replays the same run step by step.
 * A run that cannot reach what it waits for ends with an error that names the seed. The code under test
 * must take its time from `clock`: a real timer, immediate or socket would not be waited for.
 */
import { monotonicMs } from '../record/units.js';
import { Random } from './random.js';
import { Settling } from './settling.js';
import { VirtualClock } from './virtual-clock.js';

export interface RunLimits {
  /** Virtual timers fired at most. */
  readonly maxSteps?: number;
  readonly maxVirtualMs?: number;
}

const DEFAULT_LIMITS = { maxSteps: 1_000_000, maxVirtualMs: 3_600_000 } as const;
/** The events that an error message shows. */
const KEPT_EVENTS = 40;

export class SimulationStalled extends Error {
  override readonly name = 'SimulationStalled';
}

export class Scheduler {
  readonly random: Random;
  readonly #settling = new Settling();
  readonly #lastEvents: { readonly atMs: number; readonly event: string }[] = [];
  #events = 0;
  #hash = 0x811c9dc5;
  #running = false;

  constructor(
    readonly seed: number,
    readonly clock: VirtualClock = new VirtualClock(),
  ) {
    this.random = new Random(seed);
  }

  /** Runs `then` after a random delay of [fromMs, toMs]. Returns its cancellation. */
  later(fromMs: number, toMs: number, then: () => void): () => void {
    return this.clock.after(fromMs + this.random.next() * (toMs - fromMs), then);
  }

  /** Notes what happened. Two runs are the same when their traces are. */
  note(event: string): void {
    const atMs = this.clock.monotonic();
    // Microseconds, as an integer of 32 bits.
    let hash = Math.imul(this.#hash ^ (Math.round(atMs * 1000) | 0), 0x01000193);
    for (let at = 0; at < event.length; at++) hash = Math.imul(hash ^ event.charCodeAt(at), 0x01000193);
    this.#hash = hash >>> 0;
    this.#events += 1;
    this.#lastEvents.push({ atMs, event });
    if (this.#lastEvents.length > KEPT_EVENTS) this.#lastEvents.shift();
  }

  /** A fingerprint of every event so far (FNV-1a), with their number. */
  get trace(): string {
    return `${this.#events}:${this.#hash.toString(16).padStart(8, '0')}`;
  }

  get lastEvents(): readonly string[] {
    return this.#lastEvents.map(({ atMs, event }) => `${atMs.toFixed(3)} ${event}`);
  }

  /** Runs until `until` holds; it is asked after every step, when nothing but timers is left to happen. */
  async run(until: () => boolean, limits: RunLimits = {}): Promise<void> {
    if (this.#running) throw new Error('A run of this scheduler is under way: await it first.');
    this.#running = true;
    try {
      await this.#run(until, { ...DEFAULT_LIMITS, ...limits });
    } finally {
      this.#running = false;
    }
  }

  /** Runs until the promise has settled, and answers as it does. */
  async complete<T>(promise: Promise<T>, limits?: RunLimits): Promise<T> {
    let done = false;
    const mark = (): void => {
      done = true;
    };
    promise.then(mark, mark);
    await this.run(() => done, limits);
    return promise;
  }

  /** Lets the given virtual time pass. */
  async advance(byMs: number): Promise<void> {
    const endMs = this.clock.monotonic() + byMs;
    await this.run(() => (this.clock.nextAt() ?? Infinity) > endMs, { maxVirtualMs: byMs });
    this.clock.moveTo(monotonicMs(endMs));
  }

  async #run(until: () => boolean, limits: Required<RunLimits>): Promise<void> {
    const endMs = this.clock.monotonic() + limits.maxVirtualMs;
    for (let steps = 0; ; steps++) {
      await this.#settling.settled();
      if (until()) return;
      if (steps >= limits.maxSteps) throw this.#stalled(`${steps} steps were not enough`);
      const nextAt = this.clock.nextAt();
      if (nextAt === null) throw this.#stalled('nothing is left to happen');
      if (nextAt > endMs) throw this.#stalled(`${limits.maxVirtualMs} ms of virtual time were not enough`);
      this.clock.fireNext();
    }
  }

  #stalled(why: string): SimulationStalled {
    const at = `seed ${this.seed}, ${this.clock.monotonic().toFixed(0)} ms`;
    return new SimulationStalled(
      `The run did not reach its end: ${why} (${at}). Last events:\n${this.lastEvents.join('\n')}`,
    );
  }
}

/**
 * What the probes are told: looks every second at how far the engine has come, and keeps what only the service
 * knows, such as that it has started. From memory; looks at no lane and no record, so that a probe costs next to nothing.
 */
import type { ClusterView } from './cluster-view.js';
import type { Health } from '../observability/health.js';
import { assess } from '../observability/health.js';
import type { Stall } from '../observability/progress-watch.js';
import { ProgressWatch } from '../observability/progress-watch.js';
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import { toldOf } from '../record/author-error.js';
import type { EngineSteps } from '../ports/progress.js';
import type { Streams } from '../streams.js';

const LOOK_MS = 1_000;

export interface HealthDeskParts {
  readonly streams: Pick<Streams, 'state' | 'steps'>;
  readonly view: Pick<ClusterView, 'brokersUp' | 'isSteadyMember' | 'steps'>;
  readonly stallLimitMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class HealthDesk {
  readonly #watch: ProgressWatch;
  #startedUp = false;
  #fatal: string | null = null;
  #cancel: () => void = () => undefined;
  /** Since the poll loop turned, as far as it was looked at: a process that was frozen is not blamed for it. */
  #pollAgeMs = 0;
  /** Those that were told of. */
  #told: ReadonlySet<string> = new Set();

  constructor(private readonly parts: HealthDeskParts) {
    this.#watch = new ProgressWatch(parts.stallLimitMs);
  }

  /** Schemas are compiled, and the first session is open. */
  startedUp(): void {
    this.#startedUp = true;
  }

  /** The streams gave up: nothing of this process mends that. */
  failed(error: unknown): void {
    // Whoever asks a probe is told no more than the log is: no text of an author's error.
    this.#fatal = toldOf(error);
  }

  /** Looks again and again until stopped. */
  watch(): void {
    this.#look();
    this.#cancel = this.parts.clock.after(LOOK_MS, () => this.watch());
  }

  stop(): void {
    this.#cancel();
  }

  get health(): Health {
    const { streams, view } = this.parts;
    const { joined, msSincePoll, restoring } = this.#look();
    const { state } = streams;
    return assess({
      state,
      lastPollAgeMs: state === 'PENDING_SHUTDOWN' || msSincePoll === undefined ? null : this.#pollAgeMs,
      joined: joined || view.isSteadyMember,
      restoringTasks: restoring,
      brokersUp: view.brokersUp,
      producerUsable: msSincePoll !== undefined,
      fatal: this.#fatal,
      stalls: this.stalls,
      startedUp: this.#startedUp,
    });
  }

  get stalls(): readonly Stall[] {
    return this.#watch.stalls;
  }

  #look(): EngineSteps {
    const { clock, logger, streams, view } = this.parts;
    const steps = streams.steps();
    const stepMs = this.#watch.look(clock.monotonic(), steps, view.steps(steps.session));
    this.#pollAgeMs = Math.min(steps.msSincePoll ?? 0, this.#pollAgeMs + stepMs);
    const now = new Map(this.stalls.map((stall) => [`${stall.task ?? ''} ${stall.what}`, stall]));
    for (const [name, { forMs, task, what }] of now)
      if (!this.#told.has(name)) logger.error({ task, forMs }, `not live: ${what}`);
    this.#told = new Set(now.keys());
    return steps;
  }
}

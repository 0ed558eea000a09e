/** What the parts of a simulated broker share: its clock (held while it is down), chance, topics, trace. */
import type { GatedClock } from './gated-clock.js';
import type { Random } from './random.js';
import type { TopicCatalog } from './topic-catalog.js';

/** A span of virtual milliseconds from which delays are drawn. */
export type DelayMs = readonly [fromMs: number, toMs: number];

export interface BrokerContext {
  readonly clock: GatedClock;
  readonly random: Random;
  readonly catalog: TopicCatalog;
  /** Between a transaction's decision and each of its markers. */
  readonly markerDelayMs: DelayMs;
  /** Runs after a random delay; later still when the broker is down then. */
  later(delay: DelayMs, then: () => void): void;
  note(event: string): void;
}

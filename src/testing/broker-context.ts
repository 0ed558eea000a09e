/** What the parts of a simulated broker share: its clock (held while it is down), chance, topics, trace. */
import type { GatedClock } from './gated-clock.js';
import type { Random } from './random.js';
import type { TopicCatalog } from './topic-catalog.js';

/** A span of virtual milliseconds from which delays are drawn. */
export type DelayMs = readonly [fromMs: number, toMs: number];

/**
 * How long calls and answers take. `random`: as the seed draws it, and whatever a client may do or not do is
 * drawn too. `none`: no time, and nothing is left to chance; only waits of a millisecond and more are kept, at
 * their shortest, so that who asks again and again does not do so for ever at one instant.
 */
export type Latency = 'random' | 'none';

export const drawDelayMs = ([fromMs, toMs]: DelayMs, random: Random, latency: Latency): number =>
  latency === 'none' ? Math.floor(fromMs) : fromMs + random.next() * (toMs - fromMs);

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

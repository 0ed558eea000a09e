/**
 * The tiers of retry topics: which delay follows which. Pure. A tier is named by its delay, and lanes store
 * the delay and not its place in the list, so that changed settings move no lane to another delay.
 */
import type { RetryTier } from '../record/retry-tier.js';

export class Tiers {
  /** By rising delay. */
  constructor(readonly all: readonly RetryTier[]) {}

  has(delayMs: number): boolean {
    return this.all.some((tier) => tier.delayMs === delayMs);
  }

  /**
   * The tier after the delay `lastMs` (null: none was waited for yet), or null when there is none. With
   * `Retry-After`: the first later one that is long enough, else the last.
   */
  after(lastMs: number | null, retryAfterMs = 0): RetryTier | null {
    const later = this.all.filter((tier) => tier.delayMs > (lastMs ?? 0));
    return later.find((tier) => tier.delayMs >= retryAfterMs) ?? later.at(-1) ?? null;
  }

  /** The shortest that is long enough, else the longest; null without tiers. */
  atLeast(ms: number): RetryTier | null {
    return this.all.find((tier) => tier.delayMs >= ms) ?? this.all.at(-1) ?? null;
  }
}

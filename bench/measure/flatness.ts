/** Whether memory grows: a straight line through the samples of the last four fifths. Pure. */
import { median, slopeOf } from './statistics.js';

export interface MemorySample {
  readonly atMs: number;
  readonly rssBytes: number;
}

export interface Flatness {
  readonly bytesPerSecond: number;
  readonly medianBytes: number;
  /** Growth over ten minutes, as a share of the median. */
  readonly growthIn10Min: number;
  readonly flat: boolean;
}

/** Buffers and the heap have grown to their size by then. */
const SKIPPED = 0.2;
const TEN_MINUTES_S = 600;
const FLAT_BELOW = 0.05;

/** At least two samples. */
export const flatnessOf = (samples: readonly MemorySample[]): Flatness => {
  const first = samples[0]?.atMs ?? 0;
  const last = samples.at(-1)?.atMs ?? 0;
  const from = first + (last - first) * SKIPPED;
  const counted = samples.filter(({ atMs }) => atMs >= from);
  const bytesPerSecond = slopeOf(counted.map(({ atMs, rssBytes }) => [atMs / 1000, rssBytes] as const));
  const medianBytes = median(counted.map(({ rssBytes }) => rssBytes));
  const growthIn10Min = (bytesPerSecond * TEN_MINUTES_S) / medianBytes;
  return { bytesPerSecond, medianBytes, growthIn10Min, flat: growthIn10Min < FLAT_BELOW };
};

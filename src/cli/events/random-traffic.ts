/**
 * Random traffic: sample events, a share of them spoiled. Pure: the same seed and times give the same. The
 * share is kept exactly, spread evenly over time, and over the kinds of what can be wrong.
 */
import { BAD_KINDS, spoiled, type BadKind } from '../../../topology/user-audit/bad-events.js';
import { sampleEvents } from '../../../topology/user-audit/sample-events.js';
import type { PublishedUserEvent } from '../../../topology/user-audit/user-event-publisher.js';
import type { EventFormat } from '../../publisher/event-publisher.js';
import type { Outgoing } from './outgoing.js';

export interface Traffic {
  readonly seed: number;
  readonly users: number;
  /** 0 to 1. */
  readonly bad: number;
  readonly isSpring: boolean;
}

/** A part of a step in [0, 1), and a kind to begin with, of every seed its own. */
const offsetOf = (seed: number): number => ((seed * 0.618_033_988_749_895) % 1) / 2 + 0.5;

/** Which kind of bad the event of this number is; null: it is good. Of `count` events share × count are bad, ±1. */
export const badKindAt = (index: number, share: number, seed: number): BadKind | null => {
  const before = Math.floor(index * share + offsetOf(seed));
  const now = Math.floor((index + 1) * share + offsetOf(seed));
  if (now <= before) return null;
  return BAD_KINDS[(now + seed) % BAD_KINDS.length] ?? null;
};

export const randomTraffic = (
  { seed, users, bad, isSpring }: Traffic,
  format: EventFormat<PublishedUserEvent>,
): ((timeMs: number) => Outgoing) => {
  const next = sampleEvents({ seed, users });
  let index = 0;
  return (timeMs) => {
    const sample = next(timeMs);
    const event = isSpring ? { ...sample, spring: true } : sample;
    const kind = badKindAt(index++, bad, seed);
    return kind === null
      ? { kind: 'event', event }
      : { kind: 'raw', bad: kind, raw: spoiled(event, kind, format) };
  };
};

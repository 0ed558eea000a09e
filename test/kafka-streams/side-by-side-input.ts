/**
 * The input of side-by-side.ts: seeded, in phases. Within a phase the topics are not read together by any task,
 * so that what comes out does not turn on the order in which topics are read.
 */
import { Random } from '../../src/testing/random.js';
import type { InputName } from './side-by-side-topics.js';

export interface InputRecord {
  readonly input: InputName;
  readonly key: string;
  readonly value: string | null;
  readonly timestamp: number;
}

const KEYS = 12;
const EVENTS = 900;
const ORDERS = 120;
const CHANGES = 200;
/** A multiple of every window's advance, so that the same seed has the same windows whenever it runs. */
const ALIGNMENT_MS = 20_000;
const STEP_MS = 150;

/** The base of all timestamps: recent, so that no broker deletes or refuses them. */
export const baseTimestamp = (nowMs: number): number =>
  Math.floor((nowMs - 600_000) / ALIGNMENT_MS) * ALIGNMENT_MS;

/** Most are in order, some late within a grace period of 5 s and a window of 10 s, some too late for both. */
const lateness = (random: Random): number => {
  if (random.chance(0.65)) return 0;
  return random.chance(0.7) ? random.between(1, 6_000) : random.between(6_000, 30_000);
};

const series = (
  input: InputName,
  count: number,
  random: Random,
  startMs: number,
  nullShare: number,
): readonly InputRecord[] =>
  Array.from({ length: count }, (_, at) => ({
    input,
    key: `key-${random.below(KEYS)}`,
    value: random.chance(nullShare) ? null : String(random.below(1_000)),
    timestamp: startMs + at * STEP_MS - lateness(random),
  }));

/** Each phase is to be processed before the next one is written. */
export const phasesOf = (seed: number, baseMs: number): readonly (readonly InputRecord[])[] => {
  const random = new Random(seed);
  const startMs = baseMs + 60_000;
  const users = (at: number, nullShare: number): readonly InputRecord[] =>
    series('users', 40, random.fork(), startMs + at, nullShare);
  const orders = (at: number): readonly InputRecord[] =>
    series('orders', ORDERS, random.fork(), startMs + at, 0);
  return [
    users(0, 0.1),
    [
      ...orders(10_000),
      ...series('events', EVENTS, random.fork(), startMs, 0),
      ...series('changes', CHANGES, random.fork(), startMs, 0.15),
    ],
    // Older than orders that are there: a join takes what the table holds now.
    users(5_000, 0.4),
    [...orders(20_000), ...series('events', EVENTS, random.fork(), startMs + EVENTS * STEP_MS, 0)],
  ];
};

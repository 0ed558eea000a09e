/**
 * What a simulated record makes its handler do. It is written in the record's value, so every process and
 * every attempt does the same. Pure.
 */
import type { Random } from '../../src/testing/random.js';

export type Behaviour =
  | {
      readonly kind: 'normal';
      readonly outputs: number;
      /** Null: the handler is synchronous. */
      readonly latencyMs: number | null;
      /** How each of the first attempts fails; attempts after them succeed. */
      readonly failures: readonly Failure[];
    }
  | { readonly kind: 'rejected'; readonly latencyMs: number | null }
  | { readonly kind: 'filtered' }
  | { readonly kind: 'too-large' };

export interface Failure {
  /**
   * `throws`: an error that may be retried. `hangs`: goes on until its signal is aborted. `deaf`: ignores its
   * signal and answers, as if all were well, soon after its time-out (`late`) or after the grace (`too-late`).
   */
  readonly how: 'throws' | 'hangs' | 'deaf-late' | 'deaf-too-late';
  /** What the dependency asks for when it throws. */
  readonly retryAfterMs: number | null;
}

export type Payload =
  /** The bytes are no JSON. */
  | { readonly kind: 'broken' }
  | { readonly kind: 'null' }
  | { readonly kind: 'event'; readonly behaviour: Behaviour };

export const REJECTED = 'rejected-by-handler';

/** What a record of this payload has in its value. */
export const encodePayload = (payload: Payload, key: string | null, index: number): Buffer | null => {
  if (payload.kind === 'null') return null;
  if (payload.kind === 'broken') return Buffer.from(`{"key":"${key ?? ''}","index":${index}, broken`);
  return Buffer.from(JSON.stringify({ key, index, behaviour: payload.behaviour }));
};

export const payloadOf = (value: Buffer | null): Payload => {
  if (value === null) return { kind: 'null' };
  try {
    return { kind: 'event', behaviour: (JSON.parse(value.toString()) as EventValue).behaviour };
  } catch {
    return { kind: 'broken' };
  }
};

export interface EventValue {
  readonly key: string | null;
  readonly index: number;
  readonly behaviour: Behaviour;
}

export interface PayloadWeights {
  /** Longest latency of a handler that is well, in ms; below the attempt's time-out. */
  readonly longestMs: number;
  readonly asyncShare: number;
  readonly failureShare: number;
  /** Of those that fail whatever is done. */
  readonly poisonShare: number;
  /** Of all, before that: what the output topic refuses. */
  readonly tooLargeShare: number;
  /** Delays that a dependency may ask for. */
  readonly retryAfterMs: readonly number[];
}

export const randomPayload = (random: Random, weights: PayloadWeights): Payload => {
  const draw = random.next() / weights.poisonShare;
  if (draw < 0.03) return { kind: 'null' };
  if (draw < 0.06) return { kind: 'broken' };
  return { kind: 'event', behaviour: randomBehaviour(random, draw, weights) };
};

const randomBehaviour = (random: Random, draw: number, weights: PayloadWeights): Behaviour => {
  const latencyMs = random.chance(weights.asyncShare) ? random.between(0, weights.longestMs) : null;
  if (draw < 0.1) return { kind: 'rejected', latencyMs };
  if (draw < 0.15) return { kind: 'filtered' };
  if (draw < 0.15 + weights.tooLargeShare) return { kind: 'too-large' };
  const failures = random.chance(weights.failureShare) ? randomFailures(random, weights) : [];
  return { kind: 'normal', outputs: random.pick([0, 1, 1, 1, 2, 3]), latencyMs, failures };
};

const randomFailures = (random: Random, { retryAfterMs }: PayloadWeights): readonly Failure[] => {
  const how = random.pick<Failure['how']>([
    'throws',
    'throws',
    'throws',
    'throws',
    'hangs',
    'deaf-late',
    'deaf-too-late',
  ]);
  // Some outlast every tier.
  const count = random.pick([1, 1, 1, 2, 2, 3, 3, 4, 5, 12]);
  const asks = random.chance(0.3);
  return Array.from({ length: count }, () => ({
    how,
    retryAfterMs: how === 'throws' && asks && retryAfterMs.length > 0 ? random.pick(retryAfterMs) : null,
  }));
};

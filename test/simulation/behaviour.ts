/**
 * What a simulated record makes its handler do, and what must become of it: the reference model that the
 * engine is held against. Behaviour is written in the record's value, so every process and every attempt
 * does the same. Pure.
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

/**
 * `throws`: an error that may be retried. `hangs`: goes on until its signal is aborted. `deaf`: ignores its
 * signal and answers, as if all were well, soon after its time-out (`late`) or after the grace (`too-late`).
 */
export type Failure = 'throws' | 'hangs' | 'deaf-late' | 'deaf-too-late';

export type Payload =
  /** The bytes are no JSON. */
  | { readonly kind: 'broken' }
  | { readonly kind: 'null' }
  | { readonly kind: 'event'; readonly behaviour: Behaviour };

export type Expected =
  | { readonly kind: 'outputs'; readonly count: number }
  | { readonly kind: 'dead-letter'; readonly reason: string };

export const REJECTED = 'rejected-by-handler';

/** The reference model. */
export const expectedOf = (payload: Payload, retryImmediate: number): Expected => {
  if (payload.kind === 'null') return { kind: 'dead-letter', reason: 'null-value' };
  if (payload.kind === 'broken') return { kind: 'dead-letter', reason: 'deserialization' };
  const { behaviour } = payload;
  if (behaviour.kind === 'filtered') return { kind: 'outputs', count: 0 };
  if (behaviour.kind === 'rejected') return { kind: 'dead-letter', reason: REJECTED };
  if (behaviour.kind === 'too-large') return { kind: 'dead-letter', reason: 'output-too-large' };
  return behaviour.failures.length > retryImmediate
    ? { kind: 'dead-letter', reason: 'retries-exhausted' }
    : { kind: 'outputs', count: behaviour.outputs };
};

/** What a record of this payload has in its value. */
export const encodePayload = (payload: Payload, key: string | null, index: number): Buffer | null => {
  if (payload.kind === 'null') return null;
  if (payload.kind === 'broken') return Buffer.from(`{"key":"${key ?? ''}","index":${index}, broken`);
  return Buffer.from(JSON.stringify({ key, index, behaviour: payload.behaviour }));
};

export interface EventValue {
  readonly key: string | null;
  readonly index: number;
  readonly behaviour: Behaviour;
}

export interface PayloadWeights {
  /** Longest latency of a handler that is well, in ms; far below the attempt's time-out. */
  readonly longestMs: number;
  readonly asyncShare: number;
  readonly failureShare: number;
}

export const randomPayload = (random: Random, weights: PayloadWeights): Payload => {
  const draw = random.next();
  if (draw < 0.03) return { kind: 'null' };
  if (draw < 0.06) return { kind: 'broken' };
  return { kind: 'event', behaviour: randomBehaviour(random, draw, weights) };
};

const randomBehaviour = (random: Random, draw: number, weights: PayloadWeights): Behaviour => {
  const latencyMs = random.chance(weights.asyncShare) ? random.between(0, weights.longestMs) : null;
  if (draw < 0.1) return { kind: 'rejected', latencyMs };
  if (draw < 0.15) return { kind: 'filtered' };
  if (draw < 0.17) return { kind: 'too-large' };
  const failures: Failure[] = [];
  if (random.chance(weights.failureShare)) {
    const count = random.pick([1, 1, 1, 2, 2, 3, 9]);
    const how = random.pick<Failure>(['throws', 'throws', 'throws', 'hangs', 'deaf-late', 'deaf-too-late']);
    while (failures.length < count) failures.push(how);
  }
  return { kind: 'normal', outputs: random.pick([0, 1, 1, 1, 2, 3]), latencyMs, failures };
};

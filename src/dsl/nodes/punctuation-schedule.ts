/**
 * When the punctuations of a task are due, as Kafka Streams has it: by stream time from 0 on, so that the first run
 * comes with the first record; by the wall clock from now on, so that it comes after one interval. A time that was
 * missed several times over is made up for once. Pure: time is an argument.
 */
import type { PunctuationType } from '../processor.js';

export interface Scheduled {
  readonly type: PunctuationType;
  readonly intervalMs: number;
}

interface Entry extends Scheduled {
  nextMs: number;
}

export class PunctuationSchedule<T extends Scheduled> {
  readonly #entries: (T & Entry)[] = [];

  /** Returns its cancellation. Throws RangeError for an interval below a millisecond. */
  add(scheduled: T, nowMs: number): () => void {
    const { intervalMs, type } = scheduled;
    if (!Number.isFinite(intervalMs) || intervalMs < 1)
      throw new RangeError(`a punctuation needs an interval of at least a millisecond, not ${intervalMs}`);
    const entry = { ...scheduled, nextMs: type === 'stream-time' ? 0 : nowMs + intervalMs };
    this.#entries.push(entry);
    return () => {
      const at = this.#entries.indexOf(entry);
      if (at >= 0) this.#entries.splice(at, 1);
    };
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  isDue(nowMs: number, streamTimeMs: number): boolean {
    return this.#entries.some((entry) => isDue(entry, nowMs, streamTimeMs));
  }

  /** The one that has been due longest, and the time that it is given; it is due again after its interval. */
  take(
    nowMs: number,
    streamTimeMs: number,
  ): { readonly scheduled: T; readonly timestampMs: number } | undefined {
    const due = this.#entries.filter((entry) => isDue(entry, nowMs, streamTimeMs));
    const [first] = due.sort((one, other) => one.nextMs - other.nextMs);
    if (first === undefined) return undefined;
    const timestampMs = first.type === 'stream-time' ? streamTimeMs : nowMs;
    const missed = Math.floor((timestampMs - first.nextMs) / first.intervalMs);
    first.nextMs += (missed + 1) * first.intervalMs;
    return { scheduled: first, timestampMs };
  }

  /** Until the next one by the wall clock; null: none. */
  dueInMs(nowMs: number): number | null {
    let least: number | null = null;
    for (const { type, nextMs } of this.#entries)
      if (type === 'wall-clock-time') least = Math.min(least ?? Infinity, Math.max(0, nextMs - nowMs));
    return least;
  }
}

const isDue = ({ nextMs, type }: Entry, nowMs: number, streamTimeMs: number): boolean =>
  type === 'stream-time' ? streamTimeMs >= 0 && nextMs <= streamTimeMs : nextMs <= nowMs;

/**
 * Which span was the first of a record that failed, so that its later attempts can point at it. Kept from its first
 * failure to its success, by the place of the record; bounded, the oldest are forgotten first. In memory only: after a
 * restart a record's attempts have what they came with in common, and its place.
 */
import type { SpanMark } from '../ports/tracing.js';

const KEPT = 10_000;

export class FirstAttempts {
  readonly #marks = new Map<string, SpanMark>();

  constructor(private readonly kept = KEPT) {}

  of(place: string): SpanMark | undefined {
    return this.#marks.get(place);
  }

  failed(place: string, mark: SpanMark): void {
    if (this.#marks.has(place)) return;
    this.#marks.set(place, mark);
    if (this.#marks.size <= this.kept) return;
    for (const oldest of this.#marks.keys()) {
      this.#marks.delete(oldest);
      return;
    }
  }

  succeeded(place: string): void {
    if (this.#marks.size > 0) this.#marks.delete(place);
  }
}

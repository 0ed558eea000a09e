/**
 * Windows of equal size on the clock of the records: tumbling, one after the other, or hopping, overlapping. They
 * begin at multiples of their advance since 1970. Immutable; sizes in milliseconds, checked when the topology is built.
 */
export class TimeWindows {
  private constructor(
    readonly sizeMs: number,
    readonly advanceMs: number,
    readonly graceMs: number,
  ) {}

  /** A record whose window has ended by stream time is dropped. */
  static ofSizeWithNoGrace(sizeMs: number): TimeWindows {
    return new TimeWindows(sizeMs, sizeMs, 0);
  }

  /** A record is taken until stream time is `afterWindowEndMs` past the end of its window. */
  static ofSizeAndGrace(sizeMs: number, afterWindowEndMs: number): TimeWindows {
    return new TimeWindows(sizeMs, sizeMs, afterWindowEndMs);
  }

  /** Hopping: a window begins every `advanceMs`, which is at most the size. */
  advanceBy(advanceMs: number): TimeWindows {
    return new TimeWindows(this.sizeMs, advanceMs, this.graceMs);
  }
}

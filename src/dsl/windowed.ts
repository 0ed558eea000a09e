/** A key together with the window of time it was put into: the key of a table of windows. */

/** From `start` (included) to `end` (not included), milliseconds since 1970. */
export interface Window {
  readonly start: number;
  readonly end: number;
}

export interface Windowed<K> {
  readonly key: K;
  readonly window: Window;
}

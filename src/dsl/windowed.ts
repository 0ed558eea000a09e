/** The key of a window's result. */

export interface Windowed<K> {
  readonly key: K;
  readonly window: Window;
}

/** Milliseconds since 1970; the start is in the window, the end is not. */
export interface Window {
  readonly start: number;
  readonly end: number;
}

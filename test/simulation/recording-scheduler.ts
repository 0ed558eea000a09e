/** A scheduler that keeps every event, for the history of a seed that fails. */
import { Scheduler } from '../../src/testing/scheduler.js';

export class RecordingScheduler extends Scheduler {
  readonly #events: { readonly atMs: number; readonly event: string }[] = [];

  get history(): readonly string[] {
    return this.#events.map(({ atMs, event }) => `${atMs.toFixed(1).padStart(10)} ${event}`);
  }

  override note(event: string): void {
    super.note(event);
    this.#events.push({ atMs: this.clock.monotonic(), event });
  }
}

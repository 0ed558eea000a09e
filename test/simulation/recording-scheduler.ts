/** A scheduler that keeps every event, for the history of a seed that fails. */
import { Scheduler } from '../../src/testing/scheduler.js';

export class RecordingScheduler extends Scheduler {
  readonly history: string[] = [];

  override note(event: string): void {
    super.note(event);
    this.history.push(`${this.clock.monotonic().toFixed(1).padStart(10)} ${event}`);
  }
}

/** What the parts of one task share. Each is made once per task, and belongs to it alone. */
import type { Attempts } from './attempts.js';
import type { EffectsWriter } from './effects-writer.js';
import type { HeadLine } from './head-line.js';
import type { LaneKeeper } from './lane-keeper.js';
import type { EntryOwner, QueueEntry } from './queue-entry.js';
import type { Sharing } from './sharing.js';
import type { Slots } from './slots.js';
import type { TaskHost } from './task-host.js';
import type { TaskLedger } from './task-ledger.js';

export interface TaskParts {
  readonly owner: EntryOwner;
  readonly host: Pick<TaskHost, 'clock' | 'settings' | 'breaker'> & { loadChanged(): void };
  readonly ledger: TaskLedger;
  readonly attempts: Attempts;
  readonly slots: Slots;
  readonly lanes: LaneKeeper;
  readonly heads: HeadLine;
  readonly effects: EffectsWriter;
  readonly sharing: Sharing;
  /** It runs before anything else starts. */
  isPunctuationDue(this: void): boolean;
  /** It takes and starts; false while it drains, and when it is over. */
  isRunning(): boolean;
  /** A lane holds the key, or a command does and the record has not begun: it is not started from the queue. */
  isHeld(this: void, entry: QueueEntry): boolean;
  /** False: the key is not held. Cheap. */
  mayBeHeld(this: void, key: Buffer | null): boolean;
  /** A source record of the slot has left its queue, or does not run after all: a command may wait for it. */
  settled(this: void, slot: string): void;
  /** A timer has run out: the task looks at what may start. */
  ring(this: void): void;
}

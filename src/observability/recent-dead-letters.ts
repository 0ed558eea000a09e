/**
 * The last dead letters of this process, for the status page: told by the engine once they are committed, kept
 * in memory, bounded, gone with the process. Which and why; never what was in them.
 */
import type { DeadLetterNote } from '../ports/telemetry.js';
import { TOLD_DEAD_LETTERS } from '../ports/telemetry.js';
import { headerSafe } from '../record/dead-letter.js';

export interface RecentDeadLetter extends DeadLetterNote {
  /** When it was committed, ISO 8601. */
  readonly at: string;
}

/** A topology's own reasons can be of any length. */
const REASON_LENGTH = 100;

export class RecentDeadLetters {
  #letters: RecentDeadLetter[] = [];

  constructor(private readonly now: () => number) {}

  /** As the engine tells them: the oldest first. */
  note(letters: readonly DeadLetterNote[]): void {
    const at = new Date(this.now()).toISOString();
    const told = letters.map((letter) => ({
      ...letter,
      reason: headerSafe(letter.reason, REASON_LENGTH),
      at,
    }));
    this.#letters = [...this.#letters, ...told].slice(-TOLD_DEAD_LETTERS);
  }

  /** The newest first. */
  get newestFirst(): readonly RecentDeadLetter[] {
    return this.#letters.toReversed();
  }
}

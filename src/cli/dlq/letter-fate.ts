/** What became of a dead letter after it was written, as the lane logs say. Pure. */
import type { CommandOutcome } from '../../lanes/command.js';
import type { Letter } from './letter.js';
import type { LocatedLane } from '../lanes/located-lane.js';

export interface Fate extends CommandOutcome {
  /** Of the command that did it. */
  readonly commandOffset: number;
}

/** The clocks of a broker and of those who write differ. */
const CLOCK_SLACK_MS = 10_000;

const nameOf = (partition: number, offset: number): string => `${partition}-${offset}`;

export class LetterFates {
  readonly #outcomes = new Map<string, Fate[]>();
  readonly #heads: ReadonlyMap<string, LocatedLane>;

  constructor(lanes: readonly LocatedLane[]) {
    this.#heads = new Map(lanes.map((one) => [one.lane.head.name, one]));
  }

  add(partition: number, outcomes: ReadonlyMap<number, CommandOutcome>): void {
    for (const [commandOffset, outcome] of outcomes) {
      if (outcome.deadLetter === null) continue;
      const name = nameOf(partition, outcome.deadLetter);
      const known = this.#outcomes.get(name);
      if (known === undefined) this.#outcomes.set(name, [{ ...outcome, commandOffset }]);
      else known.push({ ...outcome, commandOffset });
    }
  }

  /** Every command that named it, in their order; outcomes are kept for the commands' retention. */
  of({ id }: Pick<Letter, 'id'>): readonly Fate[] {
    const found = this.#outcomes.get(nameOf(id.partition, id.offset)) ?? [];
    return [...found].sort((a, b) => a.commandOffset - b.commandOffset);
  }

  /** The command that has settled it. */
  settled(letter: Pick<Letter, 'id'>): Fate | null {
    const done = this.of(letter).filter(
      ({ command, outcome }) => outcome === 'done' && (command === 'redrive' || command === 'dismiss'),
    );
    return done.at(-1) ?? null;
  }

  /** The lane that a notice speaks of, while its record is at the head. */
  laneOf({ at, state, recordId }: Pick<Letter, 'at' | 'state' | 'recordId'>): LocatedLane | null {
    if (state !== 'parked' || recordId === null) return null;
    const found = this.#heads.get(recordId);
    // A record that was redriven can be parked again: its first notice is not of this lane.
    const isOfBefore = at + CLOCK_SLACK_MS < (found?.lane.state.firstFailureAt ?? 0);
    return found === undefined || isOfBefore ? null : found;
  }

  /** It was sent back to its lane, which is done once. */
  redriven(letter: Pick<Letter, 'id'>): Fate | null {
    return (
      this.of(letter).find(({ command, outcome }) => command === 'redrive' && outcome === 'done') ?? null
    );
  }

  /** In one word or two: what an operator has to know first. */
  wordFor(letter: Letter): string {
    const settled = this.settled(letter);
    if (settled !== null) return settled.command === 'redrive' ? 'redriven' : 'dismissed';
    if (letter.state !== 'parked') return letter.state ?? '-';
    const lane = this.laneOf(letter);
    return lane === null ? 'was parked' : lane.lane.state.status === 'parked' ? 'parked' : 'released';
  }
}

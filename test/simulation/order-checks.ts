/**
 * I1: in each log, the first occurrences of a key's outputs, and of its dead letters, are in source order. Under
 * at_least_once a record can come to an end of each kind: only the first is its first occurrence, also when it is the
 * success of a record without outputs, of which no log tells.
 * `order`: where nothing failed and nothing was slow, a whole source partition's are.
 */
import type { DeadLetter } from './dead-letter.js';
import type { Journal, Output } from './journal.js';
import type { Observations } from './observations.js';
import type { RecordFacts } from './record-facts.js';

interface Last {
  readonly facts: RecordFacts;
  readonly index: number;
}

/** Longer than any run: no lane is opened for being slow. */
const NEVER_MS = 3_000_000;

export class OrderChecks {
  readonly #last = new Map<string, Last>();
  readonly #seen = new Set<string>();
  /** What a record came to first. */
  readonly #ends = new Map<string, 'output' | 'letter'>();
  readonly #isExact: boolean;
  readonly #isInOrder: boolean;

  constructor(
    readonly journal: Journal,
    readonly observations: Observations,
  ) {
    const { guarantee, versions } = journal.scenario;
    this.#isExact = guarantee === 'exactly_once_v2';
    this.#isInOrder =
      this.#isExact &&
      versions.every(
        ({ emissionPatienceMs, maxInFlight, ordering }) =>
          emissionPatienceMs > NEVER_MS || maxInFlight === 1 || ordering === 'partition',
      );
  }

  /** In the order in which they were appended: of both ends of a record the first one counts. */
  came(outputs: readonly Output[], letters: readonly DeadLetter[]): void {
    const { times } = this.journal;
    const looks = [
      ...outputs.map((output) => ({ atMs: times.of(output.at), look: () => this.#output(output) })),
      ...letters.map((letter) => ({ atMs: times.of(letter.at), look: () => this.#letter(letter) })),
    ];
    for (const { look } of looks.sort((one, other) => one.atMs - other.atMs)) look();
  }

  #output({ at, facts, value }: Output): void {
    // A record that was redriven comes out at its new place (first deliveries only).
    if (facts.redrivesAsked > 0 || this.#isRepeat(facts, 'output')) return;
    const log = `${at.topic}-${at.partition} of ${facts.topic}-${facts.partition}`;
    this.#entry(log, `output of ${at.topic}`, facts, value.index);
  }

  #letter({ at, id, isNotice, isRedriven, reason, task }: DeadLetter): void {
    const facts = this.journal.named(task, id);
    // Followers of a full lane leave while their head stays.
    if (facts === undefined || isRedriven || reason === 'lane-full') return;
    if (!isNotice && (this.#isRepeat(facts, 'letter') || this.#hasEndedUnseen(facts, at))) return;
    const log = `${at.topic}-${at.partition} of ${facts.topic}-${facts.partition}`;
    if (isNotice) this.#entry(`${log}, notices`, 'notice', facts, 0);
    else this.#entry(log, 'letter', facts, 0);
  }

  #isRepeat({ place }: RecordFacts, kind: 'output' | 'letter'): boolean {
    const first = this.#ends.get(place);
    if (first === undefined) this.#ends.set(place, kind);
    return !this.#isExact && first !== undefined && first !== kind;
  }

  #hasEndedUnseen({ payload, place }: RecordFacts, letter: DeadLetter['at']): boolean {
    if (this.#isExact || payload.kind !== 'event' || payload.behaviour.kind !== 'normal') return false;
    const { journal, observations } = this;
    return payload.behaviour.outputs === 0 && observations.hasSucceeded(place, journal.times.of(letter));
  }

  #entry(log: string, kind: string, facts: RecordFacts, index: number): void {
    // A repeated entry is a matter of I2; under at_least_once only first occurrences have an order, and a repeat may
    // lie in another partition of the output.
    const where = this.#isExact ? log : kind;
    const again = this.#seen.size === this.#seen.add(`${where} ${facts.place} ${index}`).size;
    if (again) return;
    if (facts.key !== null) this.#next(`${log} ${facts.key}`, facts, index, 'I1');
    if (this.#isInOrder && !this.journal.isUnclean(facts) && !this.observations.hasFailed(facts))
      this.#next(log, facts, index, 'order');
  }

  #next(log: string, facts: RecordFacts, index: number, invariant: 'I1' | 'order'): void {
    const before = this.#last.get(log);
    const isLater =
      before === undefined ||
      facts.offset > before.facts.offset ||
      (facts.offset === before.facts.offset && index > before.index);
    if (isLater) this.#last.set(log, { facts, index });
    else
      this.journal.violations.add(
        invariant,
        `${facts.place} (output ${index}) came after ${before.facts.place} (output ${before.index}) in ${log}`,
        [facts.place, before.facts.place],
      );
  }
}

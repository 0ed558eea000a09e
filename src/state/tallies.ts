/** What a write-set counts for the metrics, told once it is committed and never before. */
import type {
  CommandName,
  CommandOutcome,
  DeadLetterNote,
  MessageOutcome,
  Telemetry,
} from '../ports/telemetry.js';
import { TOLD_DEAD_LETTERS } from '../ports/telemetry.js';

type Counts<Path extends string> = Map<Path, number>;

type CountsByType = Map<string, { processed: number; dropped: number; deadLetters: number }>;
const newCounts = (): CountsByType => new Map();

/** Label values are joined; none of them holds a NUL. */
const SEPARATOR = '\0';

const add = <Path extends string>(counts: Counts<Path>, path: Path): void => {
  counts.set(path, (counts.get(path) ?? 0) + 1);
};

export class Tallies {
  /** By topic, then by type: asked for every record. */
  readonly #messages = new Map<string, CountsByType>();
  readonly #deadLetters: Counts<string> = new Map();
  readonly #lastLetters: DeadLetterNote[] = [];
  readonly #retries: Counts<string> = new Map();
  readonly #commands: Counts<string> = new Map();
  readonly #patience: Counts<string> = new Map();
  readonly #stale: Counts<string> = new Map();

  /** A record has come to its end. */
  message(topic: string, type: string, outcome: MessageOutcome): void {
    let byType = this.#messages.get(topic);
    if (byType === undefined) this.#messages.set(topic, (byType = newCounts()));
    let counts = byType.get(type);
    if (counts === undefined) byType.set(type, (counts = { processed: 0, dropped: 0, deadLetters: 0 }));
    if (outcome === 'processed') counts.processed += 1;
    else if (outcome === 'dropped') counts.dropped += 1;
    else counts.deadLetters += 1;
  }

  /** A record of the dead letter queue, an end or a notice. */
  deadLetter(topic: string, letter: DeadLetterNote): void {
    add(this.#deadLetters, `${topic}${SEPARATOR}${letter.reason}`);
    if (this.#lastLetters.push(letter) > TOLD_DEAD_LETTERS) this.#lastLetters.shift();
  }

  /** `tier`: `immediate`, or the name of a retry topic's delay. */
  retry(topic: string, tier: string, reason: string): void {
    add(this.#retries, [topic, tier, reason].join(SEPARATOR));
  }

  /** A record became a lane because results had waited behind it for too long. */
  patience(topic: string): void {
    add(this.#patience, topic);
  }

  /** A record of that retry topic was none that its lane waits for. */
  staleRetry(retryTopic: string): void {
    add(this.#stale, retryTopic);
  }

  command(name: CommandName, outcome: CommandOutcome): void {
    add(this.#commands, `${name}${SEPARATOR}${outcome}`);
  }

  tell(telemetry: Telemetry): void {
    for (const [topic, byType] of this.#messages) {
      for (const [type, { processed, dropped, deadLetters }] of byType) {
        if (processed > 0) telemetry.messages(topic, type, 'processed', processed);
        if (dropped > 0) telemetry.messages(topic, type, 'dropped', dropped);
        if (deadLetters > 0) telemetry.messages(topic, type, 'dead-letter', deadLetters);
      }
    }
    for (const [path, n] of this.#deadLetters) {
      const [topic = '', reason = ''] = path.split(SEPARATOR);
      telemetry.deadLetters(topic, reason, n);
    }
    if (this.#lastLetters.length > 0) telemetry.lastDeadLetters(this.#lastLetters);
    for (const [path, n] of this.#retries) {
      const [topic = '', tier = '', reason = ''] = path.split(SEPARATOR);
      telemetry.retries(topic, tier, reason, n);
    }
    for (const [topic, n] of this.#patience) telemetry.patience(topic, n);
    for (const [topic, n] of this.#stale) telemetry.staleRetries(topic, n);
    for (const [path, n] of this.#commands) {
      const [name, outcome] = path.split(SEPARATOR);
      telemetry.commands(name as CommandName, outcome as CommandOutcome, n);
    }
  }
}

/** What a write-set counts for the metrics, told once it is committed and never before. */
import type {
  CommandName,
  CommandOutcome,
  DeadLetterNote,
  MessageOutcome,
  Telemetry,
} from '../ports/telemetry.js';
import { TOLD_DEAD_LETTERS } from '../ports/telemetry.js';
import type { EpochMs } from '../record/units.js';

type Counts<Path extends string> = Map<Path, number>;

/** Of one source topic. */
interface Ends {
  readonly byType: Map<string, { processed: number; dropped: number; deadLetters: number }>;
  /** The oldest timestamp of them; infinite: none has one. */
  oldest: number;
}

/** Label values are joined; none of them holds a NUL. */
const SEPARATOR = '\0';

const add = <Path extends string>(counts: Counts<Path>, path: Path): void => {
  counts.set(path, (counts.get(path) ?? 0) + 1);
};

export class Tallies {
  /** By topic, then by type: asked for every record. */
  readonly #messages = new Map<string, Ends>();
  /** Changed for every output: the last topic's is at hand. */
  readonly #outputs = new Map<string, { count: number }>();
  #lastOutput = { topic: '', written: { count: 0 } };
  /** By source topic: the longest attempt, where one took a millisecond. */
  readonly #attempts = new Map<string, number>();
  readonly #deadLetters: Counts<string> = new Map();
  readonly #lastLetters: DeadLetterNote[] = [];
  readonly #retries: Counts<string> = new Map();
  readonly #commands: Counts<string> = new Map();
  readonly #patience: Counts<string> = new Map();
  readonly #stale: Counts<string> = new Map();

  /** A record has come to its end. `timestamp` is its own; a negative one is none. */
  message(topic: string, type: string, outcome: MessageOutcome, timestamp: EpochMs): void {
    let ends = this.#messages.get(topic);
    if (ends === undefined)
      this.#messages.set(topic, (ends = { byType: new Map(), oldest: Number.POSITIVE_INFINITY }));
    if (timestamp < ends.oldest && timestamp >= 0) ends.oldest = timestamp;
    let counts = ends.byType.get(type);
    if (counts === undefined) ends.byType.set(type, (counts = { processed: 0, dropped: 0, deadLetters: 0 }));
    if (outcome === 'processed') counts.processed += 1;
    else if (outcome === 'dropped') counts.dropped += 1;
    else counts.deadLetters += 1;
  }

  /** A record of an output topic of the topology. */
  output(topic: string): void {
    if (this.#lastOutput.topic !== topic) {
      const written = this.#outputs.get(topic) ?? { count: 0 };
      this.#outputs.set(topic, written);
      this.#lastOutput = { topic, written };
    }
    this.#lastOutput.written.count += 1;
  }

  /** How long an attempt took. */
  attempt(topic: string, tookMs: number): void {
    if (tookMs > (this.#attempts.get(topic) ?? 0)) this.#attempts.set(topic, tookMs);
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

  tell(telemetry: Telemetry, nowMs: EpochMs): void {
    // Attempts of no millisecond are not noted.
    for (const topic of new Set([...this.#messages.keys(), ...this.#attempts.keys()]))
      telemetry.latency(topic, 'attempt', this.#attempts.get(topic) ?? 0);
    for (const [topic, { byType, oldest }] of this.#messages) {
      if (oldest < Number.POSITIVE_INFINITY)
        telemetry.latency(topic, 'end-to-end', Math.max(0, nowMs - oldest));
      for (const [type, { processed, dropped, deadLetters }] of byType) {
        if (processed > 0) telemetry.messages(topic, type, 'processed', processed);
        if (dropped > 0) telemetry.messages(topic, type, 'dropped', dropped);
        if (deadLetters > 0) telemetry.messages(topic, type, 'dead-letter', deadLetters);
      }
    }
    for (const [topic, { count }] of this.#outputs) telemetry.outputs(topic, count);
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

/**
 * A logger that writes what is said again and again with a count in place of a line each time: an outage of an hour
 * is some twenty lines and not thousands.
 *
 * The first is written at once. What says the same within 5 s is counted, then within 30 s, then within 5 min, and
 * so on every 5 min; at the end of each such window the last one is written with the count of what it stands
 * for. When nothing was counted the next one is written at once again, and opens the next longer window; after 5 min of
 * silence it is as if it had never been said. Warnings and errors only. Nothing is lost: `flush` writes what is counted.
 */
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';

const WINDOWS = [
  { ms: 5_000, name: '5 s' },
  { ms: 30_000, name: '30 s' },
  { ms: 300_000, name: '5 min' },
] as const;
const FORGET_AFTER_MS = 300_000;
/** Different things that are being repeated; of more the oldest is forgotten. */
const MOST = 1_000;

type Level = 'warn' | 'error';

interface Repeated {
  readonly level: Level;
  fields: object;
  message: string;
  /** Of WINDOWS. */
  step: number;
  isOpen: boolean;
  count: number;
  cancelTimer: () => void;
}

export class RepeatLimit implements Logger {
  readonly #known = new Map<string, Repeated>();
  #isOver = false;

  constructor(
    private readonly logger: Logger,
    private readonly clock: Clock,
    private readonly most = MOST,
  ) {}

  debug(fields: object, message: string): void {
    this.logger.debug(fields, message);
  }

  info(fields: object, message: string): void {
    this.logger.info(fields, message);
  }

  warn(fields: object, message: string): void {
    this.#hear('warn', fields, message);
  }

  error(fields: object, message: string): void {
    this.#hear('error', fields, message);
  }

  /** Writes what is counted; from now on everything is written, and no timer is left. */
  flush(): void {
    this.#isOver = true;
    for (const repeated of this.#known.values()) this.#leave(repeated);
    this.#known.clear();
  }

  #hear(level: Level, fields: object, message: string): void {
    if (this.#isOver) return this.logger[level](fields, message);
    const key = sameness(level, fields, message);
    const known = this.#known.get(key);
    if (known?.isOpen === true) {
      known.count += 1;
      known.fields = fields;
      known.message = message;
      return;
    }
    if (known === undefined) this.#makeRoom();
    this.logger[level](fields, message);
    if (known === undefined) {
      const repeated = {
        level,
        fields,
        message,
        step: 0,
        isOpen: true,
        count: 0,
        cancelTimer: () => undefined,
      };
      this.#known.set(key, repeated);
      this.#open(key, repeated);
      return;
    }
    known.cancelTimer();
    this.#openNext(key, known);
  }

  #openNext(key: string, repeated: Repeated): void {
    repeated.step = Math.min(repeated.step + 1, WINDOWS.length - 1);
    this.#open(key, repeated);
  }

  #open(key: string, repeated: Repeated): void {
    repeated.isOpen = true;
    repeated.cancelTimer = this.clock.after(windowOf(repeated).ms, () => this.#ended(key, repeated));
  }

  #ended(key: string, repeated: Repeated): void {
    if (repeated.count > 0) {
      this.#tell(repeated);
      this.#openNext(key, repeated);
      return;
    }
    repeated.isOpen = false;
    repeated.cancelTimer = this.clock.after(FORGET_AFTER_MS, () => this.#known.delete(key));
  }

  #tell(repeated: Repeated): void {
    const { count, fields, level, message } = repeated;
    const times = count === 1 ? 'once' : `${count} times`;
    const text = `${message} (repeated ${times} in ${windowOf(repeated).name})`;
    repeated.count = 0;
    this.logger[level]({ ...fields, repeated: count }, text);
  }

  #leave(repeated: Repeated): void {
    repeated.cancelTimer();
    if (repeated.count > 0) this.#tell(repeated);
  }

  #makeRoom(): void {
    if (this.#known.size < this.most) return;
    for (const [key, oldest] of this.#known) {
      this.#known.delete(key);
      this.#leave(oldest);
      return;
    }
  }
}

const windowOf = ({ step }: Repeated) => WINDOWS[step] ?? WINDOWS[0];

/** What tells two lines with the same text apart. */
const TELLING = ['client', 'kind', 'task', 'partition', 'topic', 'reason', 'path'] as const;
const TELLING_OF_ERRORS = ['name', 'code', 'kind', 'reason'] as const;

/** Numbers and what is in brackets (times, addresses, counts) differ from line to line and mean nothing new. */
const sameness = (level: Level, fields: object, message: string): string => {
  const of = fields as Readonly<Record<string, unknown>>;
  const { err } = of;
  const text = message.replaceAll(/\([^()]*\)/g, '').replaceAll(/\d+/g, '#');
  return [level, text, ...TELLING.map((name) => word(of[name])), ...wordsOf(err)].join('\n');
};

const wordsOf = (err: unknown): readonly string[] =>
  typeof err === 'object' && err !== null
    ? TELLING_OF_ERRORS.map((name) => word((err as Readonly<Record<string, unknown>>)[name]))
    : [];

const word = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

/**
 * Realistic user events for demonstrations and tests: a stable population of users who register, log in and
 * out, fail to, and change their data. Pure: the same seed and times give the same events.
 * Nobody real is in it: the addresses are of example.org, the IP addresses are of documentation ranges.
 */
import type { PublishedUserEvent } from './user-event-publisher.js';

export interface SampleOptions {
  readonly seed: number;
  /** The size of the population. */
  readonly users?: number;
}

/** Mulberry32: small, and good enough for samples. Numbers in [0, 1). */
const randomFrom = (seed: number): (() => number) => {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
};

const NAMES = [
  'ada',
  'grace',
  'alan',
  'edsger',
  'barbara',
  'donald',
  'frances',
  'ken',
  'radia',
  'leslie',
] as const;
const USER_TYPES = ['customer', 'customer', 'customer', 'employee', 'admin'] as const;
const FIELDS = ['displayName', 'phone', 'address', 'language', 'avatar'] as const;
const AGENTS = [
  'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile Safari',
  'okhttp/5.1.0',
] as const;

interface User {
  readonly userId: string;
  readonly name: string;
  readonly ipAddress: string;
  readonly userAgent: string;
  registered: boolean;
}

class Samples {
  readonly #random: () => number;
  readonly #users: readonly User[];

  constructor({ seed, users = 100 }: SampleOptions) {
    this.#random = randomFrom(seed);
    this.#users = Array.from({ length: Math.max(1, users) }, (_, index) => ({
      userId: this.#uuid(),
      name: `${this.#pick(NAMES)}.${index}`,
      ipAddress: `203.0.113.${this.#below(256)}`,
      userAgent: this.#pick(AGENTS),
      registered: false,
    }));
  }

  /** The next event of someone; a user's first event is the registration. */
  next(timeMs: number): PublishedUserEvent {
    const user = this.#pick(this.#users);
    const timestamp = new Date(timeMs).toISOString();
    const metadata = { source: 'user-service', correlationId: this.#uuid() };
    const about = {
      id: this.#uuid(),
      traceparent: this.#random() < 0.2 ? `00-${this.#hex(32)}-${this.#hex(16)}-01` : undefined,
      // Most producers are Spring services.
      spring: this.#random() < 0.7,
    };
    const { userId, ipAddress, userAgent } = user;
    if (!user.registered) {
      user.registered = true;
      const data = {
        userId,
        userType: this.#pick(USER_TYPES),
        email: `${user.name}@example.org`,
        timestamp,
        metadata,
      };
      return { type: 'user.registered', ...about, data };
    }
    if (this.#random() < 0.15) {
      const updatedFields = FIELDS.filter(() => this.#random() < 0.3);
      const data = {
        userId,
        updatedFields: updatedFields.length > 0 ? updatedFields : [FIELDS[0]],
        timestamp,
        metadata,
      };
      return { type: 'user.updated', ...about, data };
    }
    const action = this.#pick(['login', 'login', 'login', 'logout', 'logout', 'password_changed'] as const);
    const status = action !== 'logout' && this.#random() < 0.12 ? 'failure' : 'success';
    const data = {
      userId,
      action,
      status,
      timestamp,
      metadata: { ...metadata, ipAddress, userAgent },
    } as const;
    return { type: 'user.auth', ...about, data };
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #pick<T>(from: readonly T[]): T {
    const picked = from[this.#below(from.length)];
    if (picked === undefined) throw new RangeError('nothing to pick from');
    return picked;
  }

  #hex(digits: number): string {
    return Array.from({ length: digits }, () => this.#below(16).toString(16)).join('');
  }

  /** Looks like a random UUID (version 4), but follows from the seed. */
  #uuid(): string {
    const hex = this.#hex(30);
    const variant = this.#pick(['8', '9', 'a', 'b']);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(12, 15)}-${variant}${hex.slice(15, 18)}-${hex.slice(18, 30)}`;
  }
}

/** Each call gives the next event, at the time that it is told. */
export const sampleEvents = (options: SampleOptions): ((timeMs: number) => PublishedUserEvent) => {
  const samples = new Samples(options);
  return (timeMs) => samples.next(timeMs);
};

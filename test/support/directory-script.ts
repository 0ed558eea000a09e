/**
 * What a directory does with the calls of each event, drawn from a hash: the same event has the same fate
 * in every process and after every crash, and a test knows it from the place of the record alone. Pure.
 */
import { createHash } from 'node:crypto';

export type Fate =
  | { readonly kind: 'known' }
  /** Its first calls fail as an outage does, later ones are answered; `Infinity`: none is. */
  | { readonly kind: 'fails'; readonly calls: number }
  /** An answer that will not get better. */
  | { readonly kind: 'poison' }
  | { readonly kind: 'slow'; readonly forMs: number }
  /** Its first calls are taken and never answered, later ones are answered. */
  | { readonly kind: 'hangs'; readonly calls: number };

/** Parts of all events, of 1. What is left is known. */
export interface FateShares {
  readonly seed: number;
  readonly failing?: number;
  /** How many calls of a failing event fail: each of these is as likely. */
  readonly failingCalls?: readonly number[];
  readonly poison?: number;
  readonly slow?: number;
  readonly slowMs?: number;
  readonly hanging?: number;
  /** Users whose events are all known. */
  readonly spares?: (userId: string) => boolean;
}

/** Two fractions of [0, 1), independent of each other. */
const drawsOf = (text: string): readonly [number, number] => {
  const digest = createHash('sha256').update(text).digest();
  return [digest.readUIntBE(0, 6) / 2 ** 48, digest.readUIntBE(6, 6) / 2 ** 48];
};

/** The hash of a text as a fraction of [0, 1): for choosing users. */
export const fractionOf = (text: string): number => drawsOf(text)[0];

export class DirectoryScript {
  constructor(private readonly shares: FateShares) {}

  fateOf(eventId: string, userId: string): Fate {
    const { seed, spares, failingCalls = [1], slowMs = 100 } = this.shares;
    if (spares?.(userId) === true) return { kind: 'known' };
    // Without the topic, whose name is another in every run.
    const place = /\d+-\d+$/.exec(eventId)?.[0] ?? eventId;
    const [kind, which] = drawsOf(`${seed} ${place}`);
    const { failing = 0, poison = 0, slow = 0, hanging = 0 } = this.shares;
    const calls = failingCalls[Math.floor(which * failingCalls.length)] ?? 1;
    const table: readonly (readonly [number, Fate])[] = [
      [failing, { kind: 'fails', calls }],
      [poison, { kind: 'poison' }],
      [slow, { kind: 'slow', forMs: Math.round(slowMs * which) }],
      [hanging, { kind: 'hangs', calls: 1 }],
    ];
    let below = 0;
    for (const [share, fate] of table) {
      below += share;
      if (kind < below) return fate;
    }
    return { kind: 'known' };
  }
}

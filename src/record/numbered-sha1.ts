/**
 * The SHA-1 (RFC 3174, FIPS 180-4) of the same bytes followed by ever other numbers in decimal: the first 16 bytes of it,
 * which is what a UUIDv5 needs. No text is made of a number, and what comes before it is in the block already.
 * `node:crypto` answers the same, but for so few bytes the call into native code is dearer than the hash.
 * Never for secrets, and never for what somebody could want to collide: SHA-1 is broken for that.
 */
import { compress } from './sha1-compression.js';

/** Four words of 32 bits, big-endian. */
export type Digest = readonly [number, number, number, number];

const BLOCK_WORDS = 16;
const WORD_BYTES = 4;
const BLOCK_BYTES = BLOCK_WORDS * WORD_BYTES;
/** Behind the number: the end mark, and the length in bits. */
const TRAILER_BYTES = 9;
const END_MARK = 0x80;
/** Of the largest safe integer. */
const MOST_DIGITS = 16;
const ZERO = 0x30;
/** Of the first byte of a word, in bits; the others follow it by eight. */
const FIRST_SHIFT = 24;

export class NumberedSha1 {
  readonly #message: Int32Array;
  readonly #prefixBytes: number;
  /** The word in which the prefix ends, and the bytes that it has of it. */
  readonly #lastPlace: number;
  readonly #lastWord: number;
  readonly #digits = new Uint8Array(MOST_DIGITS);
  readonly #state = new Int32Array(5);

  constructor(prefix: Buffer) {
    const blocks = blocksOf(prefix.length + MOST_DIGITS);
    const padded = Buffer.alloc(blocks * BLOCK_BYTES);
    prefix.copy(padded);
    this.#message = Int32Array.from({ length: blocks * BLOCK_WORDS }, (_, word) =>
      padded.readInt32BE(word * WORD_BYTES),
    );
    this.#prefixBytes = prefix.length;
    this.#lastPlace = Math.floor(prefix.length / WORD_BYTES);
    this.#lastWord = this.#message[this.#lastPlace] ?? 0;
  }

  /** Undefined when the number is no whole one from 0 to 2^53 - 1, or code may not be made of text. */
  digest(number: number): Digest | undefined {
    if (compress === undefined || !Number.isSafeInteger(number) || number < 0) return undefined;
    const words = this.#put(number);
    const state = this.#state;
    state[0] = 0x67452301;
    state[1] = 0xefcdab89;
    state[2] = 0x98badcfe;
    state[3] = 0x10325476;
    state[4] = 0xc3d2e1f0;
    for (let from = 0; from < words; from += BLOCK_WORDS) compress(this.#message, from, state);
    return [word(state, 0), word(state, 1), word(state, 2), word(state, 3)];
  }

  /** Behind the prefix, with what ends a message; the words that there are then. */
  #put(number: number): number {
    const digits = this.#digits;
    const message = this.#message;
    let first = MOST_DIGITS;
    let rest = number;
    do {
      const tenth = Math.floor(rest / 10);
      digits[--first] = ZERO + (rest - tenth * 10);
      rest = tenth;
    } while (rest > 0);
    const bytes = this.#prefixBytes + MOST_DIGITS - first;
    let place = this.#lastPlace;
    let last = this.#lastWord;
    let shift = FIRST_SHIFT - 8 * (this.#prefixBytes % WORD_BYTES);
    for (; first < MOST_DIGITS; first += 1) {
      last |= (digits[first] ?? 0) << shift;
      shift -= 8;
      if (shift >= 0) continue;
      message[place++] = last;
      last = 0;
      shift = FIRST_SHIFT;
    }
    message[place++] = last | (END_MARK << shift);
    const words = blocksOf(bytes) * BLOCK_WORDS;
    for (; place < words - 1; place += 1) message[place] = 0;
    message[words - 1] = 8 * bytes;
    return words;
  }
}

const blocksOf = (bytes: number): number => Math.ceil((bytes + TRAILER_BYTES) / BLOCK_BYTES);

const word = (words: Int32Array, at: number): number => words[at] ?? 0;

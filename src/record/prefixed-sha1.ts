/**
 * The SHA-1 (RFC 3174, FIPS 180-4) of a fixed prefix and an ASCII text: its first 16 bytes, which is what a UUIDv5
 * needs. `node:crypto` answers the same, but for so few bytes the call into native code is dearer than the hash.
 * Never for secrets, and never for what somebody could want to collide: SHA-1 is broken for that.
 */
import { compress } from './sha1-compression.js';

/** Four words of 32 bits, big-endian. */
export type Digest = readonly [number, number, number, number];

const BLOCK_WORDS = 16;
const MAX_BLOCKS = 5;
/** Behind the text: the end mark, and the length in bits. */
const TRAILER_BYTES = 9;
const PREFIX_WORDS = 4;
const PREFIX_BYTES = 4 * PREFIX_WORDS;
const MOST_ASCII = 127;

export class PrefixedSha1 {
  readonly #prefix: readonly number[];
  readonly #message = new Int32Array(BLOCK_WORDS * MAX_BLOCKS);
  readonly #state = new Int32Array(5);

  /** `prefix`: 16 bytes. */
  constructor(prefix: Buffer) {
    if (prefix.length !== PREFIX_BYTES) throw new RangeError(`a prefix of ${prefix.length} bytes, not of 16`);
    this.#prefix = Array.from({ length: PREFIX_WORDS }, (_, word) => prefix.readInt32BE(4 * word));
  }

  /** Undefined when the text is longer than 295 characters or not all ASCII, or code may not be made of text. */
  digest(text: string): Digest | undefined {
    const blocks = Math.ceil((PREFIX_BYTES + text.length + TRAILER_BYTES) / (4 * BLOCK_WORDS));
    if (compress === undefined || blocks > MAX_BLOCKS || !this.#fill(text, blocks * BLOCK_WORDS))
      return undefined;
    const state = this.#state;
    state[0] = 0x67452301;
    state[1] = 0xefcdab89;
    state[2] = 0x98badcfe;
    state[3] = 0x10325476;
    state[4] = 0xc3d2e1f0;
    for (let block = 0; block < blocks; block += 1) compress(this.#message, block * BLOCK_WORDS, state);
    return [word(state, 0), word(state, 1), word(state, 2), word(state, 3)];
  }

  #fill(text: string, words: number): boolean {
    const message = this.#message;
    const { length } = text;
    for (let at = 0; at < PREFIX_WORDS; at += 1) message[at] = this.#prefix[at] ?? 0;
    let to = PREFIX_WORDS;
    let at = 0;
    /** The bits of all characters. */
    let seen = 0;
    for (; at + 4 <= length; at += 4) {
      const first = text.charCodeAt(at);
      const second = text.charCodeAt(at + 1);
      const third = text.charCodeAt(at + 2);
      const fourth = text.charCodeAt(at + 3);
      seen |= first | second | third | fourth;
      message[to++] = (first << 24) | (second << 16) | (third << 8) | fourth;
    }
    let last = 0;
    let shift = 24;
    for (; at < length; at += 1, shift -= 8) {
      const code = text.charCodeAt(at);
      seen |= code;
      last |= code << shift;
    }
    message[to++] = last | (0x80 << shift);
    message.fill(0, to, words - 1);
    message[words - 1] = 8 * (PREFIX_BYTES + length);
    return seen <= MOST_ASCII;
  }
}

const word = (words: Int32Array, at: number): number => words[at] ?? 0;

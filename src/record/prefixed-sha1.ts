/**
 * The SHA-1 (RFC 3174, FIPS 180-4) of a fixed prefix and an ASCII text: its first 16 bytes, which is what a UUIDv5
 * needs. `node:crypto` answers the same, but for so few bytes the call into native code is dearer than the hash.
 * Never for secrets, and never for what somebody could want to collide: SHA-1 is broken for that.
 */

/** Four words of 32 bits, big-endian. */
export type Digest = readonly [number, number, number, number];

const BLOCK_WORDS = 16;
const MAX_BLOCKS = 5;
/** Behind the text: the end mark, and the length in bits. */
const TRAILER_BYTES = 9;
const PREFIX_WORDS = 4;
const PREFIX_BYTES = 4 * PREFIX_WORDS;

export class PrefixedSha1 {
  readonly #prefix: readonly number[];
  readonly #message = new Int32Array(BLOCK_WORDS * MAX_BLOCKS);
  readonly #schedule = new Int32Array(80);
  readonly #state = new Int32Array(5);

  /** `prefix`: 16 bytes. */
  constructor(prefix: Buffer) {
    if (prefix.length !== PREFIX_BYTES) throw new RangeError(`a prefix of ${prefix.length} bytes, not of 16`);
    this.#prefix = Array.from({ length: PREFIX_WORDS }, (_, word) => prefix.readInt32BE(4 * word));
  }

  /** Undefined when the text is longer than 295 characters, or not all ASCII. */
  digest(text: string): Digest | undefined {
    const blocks = Math.ceil((PREFIX_BYTES + text.length + TRAILER_BYTES) / (4 * BLOCK_WORDS));
    if (blocks > MAX_BLOCKS || !this.#fill(text, blocks * BLOCK_WORDS)) return undefined;
    const state = this.#state;
    state[0] = 0x67452301;
    state[1] = 0xefcdab89;
    state[2] = 0x98badcfe;
    state[3] = 0x10325476;
    state[4] = 0xc3d2e1f0;
    for (let block = 0; block < blocks; block += 1) this.#compress(block * BLOCK_WORDS);
    return [word(state, 0), word(state, 1), word(state, 2), word(state, 3)];
  }

  #fill(text: string, words: number): boolean {
    const message = this.#message;
    message.fill(0, 0, words);
    for (let at = 0; at < PREFIX_WORDS; at += 1) message[at] = this.#prefix[at] ?? 0;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code > 127) return false;
      put(message, PREFIX_BYTES + at, code);
    }
    const bytes = PREFIX_BYTES + text.length;
    put(message, bytes, 0x80);
    message[words - 1] = 8 * bytes;
    return true;
  }

  #compress(from: number): void {
    const w = this.#schedule;
    for (let at = 0; at < BLOCK_WORDS; at += 1) w[at] = word(this.#message, from + at);
    for (let at = BLOCK_WORDS; at < 80; at += 1) {
      const mixed = word(w, at - 3) ^ word(w, at - 8) ^ word(w, at - 14) ^ word(w, at - 16);
      w[at] = (mixed << 1) | (mixed >>> 31);
    }
    const state = this.#state;
    let a = word(state, 0);
    let b = word(state, 1);
    let c = word(state, 2);
    let d = word(state, 3);
    let e = word(state, 4);
    // Four kinds of rounds in one loop; what differs is chosen by number, as in the standard.
    for (let at = 0; at < 80; at += 1) {
      const kind =
        at < 20 ? (b & c) | (~b & d) : at < 40 || at >= 60 ? b ^ c ^ d : (b & c) | (b & d) | (c & d);
      const constant = at < 20 ? 0x5a827999 : at < 40 ? 0x6ed9eba1 : at < 60 ? 0x8f1bbcdc : 0xca62c1d6;
      const next = (((a << 5) | (a >>> 27)) + kind + e + word(w, at) + constant) | 0;
      e = d;
      d = c;
      c = (b << 30) | (b >>> 2);
      b = a;
      a = next;
    }
    state[0] = word(state, 0) + a;
    state[1] = word(state, 1) + b;
    state[2] = word(state, 2) + c;
    state[3] = word(state, 3) + d;
    state[4] = word(state, 4) + e;
  }
}

const word = (words: Int32Array, at: number): number => words[at] ?? 0;

/** A byte into its word, big-endian. */
const put = (words: Int32Array, at: number, byte: number): void => {
  words[at >> 2] = word(words, at >> 2) | (byte << (24 - 8 * (at & 3)));
};

/**
 * The SHA-1 (RFC 3174, FIPS 180-4) of a fixed prefix and a short ASCII text that share one block of 64 bytes: its
 * first 16 bytes, which is what a UUIDv5 needs. `node:crypto` answers the same, at twice the cost for so few bytes: the
 * call into native code is dearer than the hash.
 * Never for secrets, and never for what somebody could want to collide: SHA-1 is broken for that.
 */

/** 64 bytes less the end mark and the length in bits. */
const ROOM = 55;
const PREFIX_WORDS = 4;

/** Four words of 32 bits, big-endian. */
export type Digest = readonly [number, number, number, number];

export class Sha1Block {
  readonly #prefix: readonly number[];
  readonly #words = new Int32Array(80);

  /** `prefix`: 16 bytes. */
  constructor(prefix: Buffer) {
    if (prefix.length !== 4 * PREFIX_WORDS)
      throw new RangeError(`a prefix of ${prefix.length} bytes, not of 16`);
    this.#prefix = Array.from({ length: PREFIX_WORDS }, (_, word) => prefix.readInt32BE(4 * word));
  }

  /** Undefined when the text is too long, or not all ASCII. */
  digest(text: string): Digest | undefined {
    const words = this.#words;
    if (!this.#fill(words, text)) return undefined;
    for (let at = 16; at < 80; at += 1) {
      const mixed = word(words, at - 3) ^ word(words, at - 8) ^ word(words, at - 14) ^ word(words, at - 16);
      words[at] = (mixed << 1) | (mixed >>> 31);
    }
    let a = 0x67452301;
    let b = 0xefcdab89 | 0;
    let c = 0x98badcfe | 0;
    let d = 0x10325476;
    let e = 0xc3d2e1f0 | 0;
    // Four loops and not one with a table: they are compiled to plain integer arithmetic.
    for (let at = 0; at < 20; at += 1) {
      const next = (((a << 5) | (a >>> 27)) + ((b & c) | (~b & d)) + e + word(words, at) + 0x5a827999) | 0;
      e = d;
      d = c;
      c = (b << 30) | (b >>> 2);
      b = a;
      a = next;
    }
    for (let at = 20; at < 40; at += 1) {
      const next = (((a << 5) | (a >>> 27)) + (b ^ c ^ d) + e + word(words, at) + 0x6ed9eba1) | 0;
      e = d;
      d = c;
      c = (b << 30) | (b >>> 2);
      b = a;
      a = next;
    }
    for (let at = 40; at < 60; at += 1) {
      const next =
        (((a << 5) | (a >>> 27)) + ((b & c) | (b & d) | (c & d)) + e + word(words, at) + 0x8f1bbcdc) | 0;
      e = d;
      d = c;
      c = (b << 30) | (b >>> 2);
      b = a;
      a = next;
    }
    for (let at = 60; at < 80; at += 1) {
      const next = (((a << 5) | (a >>> 27)) + (b ^ c ^ d) + e + word(words, at) + 0xca62c1d6) | 0;
      e = d;
      d = c;
      c = (b << 30) | (b >>> 2);
      b = a;
      a = next;
    }
    return [(a + 0x67452301) | 0, (b + 0xefcdab89) | 0, (c + 0x98badcfe) | 0, (d + 0x10325476) | 0];
  }

  #fill(words: Int32Array, text: string): boolean {
    const bytes = 4 * PREFIX_WORDS + text.length;
    if (bytes > ROOM) return false;
    words.fill(0, 0, 16);
    for (let at = 0; at < PREFIX_WORDS; at += 1) words[at] = this.#prefix[at] ?? 0;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code > 127) return false;
      const place = 4 * PREFIX_WORDS + at;
      words[place >> 2] = word(words, place >> 2) | (code << (24 - 8 * (place & 3)));
    }
    words[bytes >> 2] = word(words, bytes >> 2) | (0x80 << (24 - 8 * (bytes & 3)));
    words[15] = 8 * bytes;
    return true;
  }
}

const word = (words: Int32Array, at: number): number => words[at] ?? 0;

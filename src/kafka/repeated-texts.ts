/**
 * Texts of ASCII bytes that say the same again and again under one name. The last one of each name and size is kept with
 * its bytes, and given again: it costs less than to make it anew, and it is the same string each time, by which others
 * find at once what they made of it. Where a text is another each time, as an id is, it is only made for a while.
 */
import { latin1Text } from '../record/latin1-text.js';

/** Names and sizes are few; a stranger who sends others all the time does not fill the memory. */
const MOST_KEPT = 512;
const LONGEST = 256;
/** In a row. */
const MOST_MISSES = 8;
/** Texts that are not compared after them. */
const REST = 1_000;

interface Kept {
  /** A copy, of the same size always. */
  readonly bytes: Buffer;
  text: string;
  misses: number;
  /** So many are not compared. */
  rest: number;
}

export class RepeatedTexts {
  /** By name, then by size. */
  readonly #kept = new Map<string, (Kept | undefined)[]>();
  #count = 0;

  /** `make`: a text of these bytes. */
  constructor(private readonly make: typeof latin1Text = latin1Text) {}

  text(name: string, bytes: Buffer, at: number, size: number): string {
    const kept = this.#kept.get(name)?.[size];
    if (kept === undefined) return this.#first(name, bytes, at, size);
    if (kept.rest > 0) {
      kept.rest -= 1;
      return this.make(bytes, at, at + size);
    }
    if (!isAt(bytes, at, kept.bytes)) return this.#another(kept, bytes, at);
    kept.misses = 0;
    return kept.text;
  }

  #first(name: string, bytes: Buffer, at: number, size: number): string {
    const text = this.make(bytes, at, at + size);
    if (size > LONGEST || name.length > LONGEST) return text;
    if (this.#count >= MOST_KEPT) {
      this.#kept.clear();
      this.#count = 0;
    }
    this.#count += 1;
    const ofName = this.#kept.get(name) ?? [];
    ofName[size] = { bytes: Buffer.from(text, 'latin1'), text, misses: 0, rest: 0 };
    this.#kept.set(name, ofName);
    return text;
  }

  #another(kept: Kept, bytes: Buffer, at: number): string {
    bytes.copy(kept.bytes, 0, at, at + kept.bytes.length);
    kept.text = this.make(bytes, at, at + kept.bytes.length);
    kept.misses += 1;
    if (kept.misses > MOST_MISSES) {
      kept.misses = 0;
      kept.rest = REST;
    }
    return kept.text;
  }
}

/** A loop: for so few bytes it costs less than a call into native code. */
const isAt = (bytes: Buffer, at: number, wanted: Buffer): boolean => {
  for (let i = 0; i < wanted.length; i += 1) if (bytes[at + i] !== wanted[i]) return false;
  return true;
};

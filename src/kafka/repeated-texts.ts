/**
 * Texts of ASCII bytes that say the same again and again under one name. The last one of each name and size is kept with
 * its bytes, and given again: it costs less than to make it anew, and it is the same string each time, by which others
 * find at once what they made of it. Where a text is another each time, as an id is, it soon is only made.
 */
import { latin1Text } from '../record/latin1-text.js';

/** Names and sizes are few; a stranger who sends others all the time does not fill the memory. */
const MOST_KEPT = 512;
const LONGEST = 256;
/** In a row. */
const MOST_MISSES = 8;

interface Kept {
  /** A copy, of the same size always. */
  readonly bytes: Buffer;
  text: string;
  misses: number;
}

export class RepeatedTexts {
  /** By name, then by size. */
  readonly #kept = new Map<string, (Kept | undefined)[]>();
  #count = 0;

  text(name: string, bytes: Buffer, at: number, size: number): string {
    const kept = this.#kept.get(name)?.[size];
    if (kept !== undefined && kept.misses <= MOST_MISSES && isAt(bytes, at, kept.bytes)) {
      kept.misses = 0;
      return kept.text;
    }
    const text = latin1Text(bytes, at, at + size);
    if (kept === undefined) this.#keep(name, text);
    else if (kept.misses <= MOST_MISSES) replace(kept, text);
    return text;
  }

  #keep(name: string, text: string): void {
    if (text.length > LONGEST || this.#count >= MOST_KEPT) return;
    this.#count += 1;
    const ofName = this.#kept.get(name) ?? [];
    ofName[text.length] = { bytes: Buffer.from(text, 'latin1'), text, misses: 0 };
    this.#kept.set(name, ofName);
  }
}

const replace = (kept: Kept, text: string): void => {
  kept.bytes.write(text, 'latin1');
  kept.text = text;
  kept.misses += 1;
};

/** A loop: for so few bytes it costs less than a call into native code. */
const isAt = (bytes: Buffer, at: number, wanted: Buffer): boolean => {
  for (let i = 0; i < wanted.length; i += 1) if (bytes[at + i] !== wanted[i]) return false;
  return true;
};

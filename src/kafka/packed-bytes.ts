/**
 * The bytes of all keys, values and headers of one read of the patched binding, as views and as texts.
 * Promises: a text is what its bytes are as UTF-8; it is undefined for null, and for all of them when one byte of the
 * whole read is not ASCII, which is looked at once.
 */
import { isAscii } from 'node:buffer';
import { latin1Text } from '../record/latin1-text.js';
import { RepeatedTexts } from './repeated-texts.js';

/** What producers write into one header are few texts, but for ids and times. */
const headerTexts = new RepeatedTexts();

export class PackedBytes {
  #isAscii: boolean | undefined;

  constructor(private readonly bytes: Buffer) {}

  /** `size` below zero: null. It keeps the bytes of the whole read in memory. */
  view(at: number, size: number): Buffer | null {
    return size < 0 ? null : this.bytes.subarray(at, at + size);
  }

  text(at: number, size: number): string | undefined {
    return this.#isText(size) ? latin1Text(this.bytes, at, at + size) : undefined;
  }

  /** The same of the value of a header. */
  headerText(name: string, at: number, size: number): string | undefined {
    return this.#isText(size) ? headerTexts.text(name, this.bytes, at, size) : undefined;
  }

  #isText(size: number): boolean {
    return size >= 0 && (this.#isAscii ??= isAscii(this.bytes));
  }
}

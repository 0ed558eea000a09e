/**
 * One spelling of a JSON object: everything of a text but its values. What the same code of a producer writes has few
 * of them, and a text of a spelling that is known is read by one regular expression, whose groups are the values, and one
 * object literal, in half of the time of JSON.parse, which has to find out each time what the last thousand texts
 * said as well.
 *
 * Promises: what it reads is what JSON.parse reads, and what it does not know it leaves to that. A string with an escape
 * matches no spelling; a name that occurs twice, or that is no plain identifier, is in none.
 */

import { generatedFunction } from './generated-code.js';

/** Undefined: the text is spelled otherwise. */
export type JsonShape = (text: string) => object | undefined;

/** Of what has a shape: an expression for more would cost more than it saves. */
const MOST_VALUES = 64;
const MOST_TOKENS = 512;
const DEEPEST = 16;
/** In UTF-16 units. A shape is of no use for a longer one. */
export const LONGEST_TEXT = 4_096;

/** The names alone stand in generated code: in quotes, and of these characters. `__proto__` would be the prototype. */
const NAME = /^(?!__proto__$)[A-Za-z_]\w{0,63}$/;

/** The tokens of RFC 8259, but for strings with escapes. */
const TOKEN = /[ \t\r\n]+|[{}[\],:]|"[^"\\]*"|-?\d[\d.eE+-]*|true|false|null/y;
const BLANK = /^[ \t\r\n]/;

const STRING = String.raw`"([^"\\\x00-\x1f]*)"`;
const NUMBER = String.raw`(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)`;

const literally = (text: string): string => text.replace(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);

/** The text has no spelling that is worth knowing. */
class Unshaped extends Error {}

/** Of a text that JSON.parse has read: it is well-formed. */
class ShapeReader {
  pattern = '';
  #values = 0;
  #tokens = 0;
  #depth = 0;
  #at = 0;
  #token = '';

  constructor(private readonly text: string) {
    this.#next();
  }

  /** An expression that makes the object out of `m`, the match. */
  object(): string {
    if (this.#token !== '{') throw new Unshaped();
    const made = this.#object();
    if (!this.#isAtEnd) throw new Unshaped();
    return made;
  }

  get #isAtEnd(): boolean {
    return this.#token === '';
  }

  #value(): string {
    const token = this.#token;
    if (token === '{') return this.#object();
    if (token === '[') return this.#array();
    if (token === 'true' || token === 'false' || token === 'null') {
      this.#take();
      return token;
    }
    this.#values += 1;
    if (this.#values > MOST_VALUES) throw new Unshaped();
    const isText = token.startsWith('"');
    this.#take(isText ? STRING : NUMBER);
    return isText ? `m[${this.#values}]` : `Number(m[${this.#values}])`;
  }

  #object(): string {
    const fields = new Map<string, string>();
    this.#enter();
    while (this.#token !== '}') {
      if (fields.size > 0) this.#take();
      const name = this.#token.slice(1, -1);
      if (!NAME.test(name) || fields.has(name)) throw new Unshaped();
      this.#take();
      this.#take();
      fields.set(name, this.#value());
    }
    this.#leave();
    return `{${[...fields].map(([name, made]) => `"${name}":${made}`).join(',')}}`;
  }

  #array(): string {
    const elements: string[] = [];
    this.#enter();
    while (this.#token !== ']') {
      if (elements.length > 0) this.#take();
      elements.push(this.#value());
    }
    this.#leave();
    return `[${elements.join(',')}]`;
  }

  #enter(): void {
    this.#depth += 1;
    if (this.#depth > DEEPEST) throw new Unshaped();
    this.#take();
  }

  #leave(): void {
    this.#depth -= 1;
    this.#take();
  }

  #take(pattern = literally(this.#token)): void {
    this.pattern += pattern;
    this.#next();
  }

  /** Blanks belong to the spelling. */
  #next(): void {
    if (this.#at === this.text.length) {
      this.#token = '';
      return;
    }
    this.#tokens += 1;
    if (this.#tokens > MOST_TOKENS) throw new Unshaped();
    TOKEN.lastIndex = this.#at;
    const token = TOKEN.exec(this.text)?.[0];
    if (token === undefined) throw new Unshaped();
    this.#at += token.length;
    this.#token = token;
    if (BLANK.test(token)) this.#take();
  }
}

/**
 * How `text` is spelled, which JSON.parse has read. Undefined: it is no object, it is spelled as none is worth knowing, or
 * Node.js was started with `--disallow-code-generation-from-strings`.
 */
export const shapeOf = (text: string): JsonShape | undefined => {
  if (text.length > LONGEST_TEXT) return undefined;
  try {
    const reader = new ShapeReader(text);
    const made = reader.object();
    // Of this file's own text, and of names as NAME has them.
    const make = generatedFunction<(match: RegExpExecArray) => object>(['m'], `return ${made};`);
    if (make === undefined) return undefined;
    const whole = new RegExp(`^${reader.pattern}$`);
    return (text) => {
      const match = whole.exec(text);
      return match === null ? undefined : make(match);
    };
  } catch (error) {
    if (error instanceof Unshaped) return undefined;
    throw error;
  }
};

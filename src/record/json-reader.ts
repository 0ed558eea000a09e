/**
 * JSON.parse for texts that a few producers write: it learns how they are spelled (`json-shape.ts`). What it gives, and
 * when it throws, is JSON.parse's; only the time differs. Strings that it gives can be views of the whole text, of up to
 * LONGEST_TEXT characters, and keep it in memory: it is for values that are worked on and let go, not for what is kept.
 *
 * | state    | a text of a known spelling | any other text                      | at the end of the window            |
 * | -------- | -------------------------- | ----------------------------------- | ----------------------------------- |
 * | learning | its shape reads it         | parsed; learned if a lesson is left | fewer than half were known: resting |
 * | resting  | parsed                     | parsed                              | learning                            |
 *
 * Lessons are dear, for an expression and a function are compiled: some at the beginning, and then one for every so many
 * texts, so that the next version of a producer is learned too. Each rest that follows another is twice as long: texts
 * that are always new cost no more than JSON.parse in the end.
 */
import type { JsonShape } from './json-shape.js';
import { LONGEST_TEXT, shapeOf } from './json-shape.js';

/** Each is tried before a text is parsed after all. */
const MOST_SHAPES = 8;
const MOST_LESSONS = 8;
const LESSONS_PER_WINDOW = 1 / 8;
/** What a text takes of a lesson that has no shape. */
const IN_VAIN = 1 / 8;
/** In texts. */
const WINDOW = 1_024;
/** In windows. */
const LONGEST_REST = 64;

export class JsonReader {
  /** The one that was needed last is the first. */
  readonly #shapes: JsonShape[] = [];
  #lessons = MOST_LESSONS;
  /** Texts until the end of the window. */
  #left = WINDOW;
  #known = 0;
  #isResting = false;
  /** In windows. */
  #nextRest = 1;

  /** `learn`: the shape of a text, or undefined. */
  constructor(private readonly learn: (text: string) => JsonShape | undefined = shapeOf) {}

  /** Throws what JSON.parse throws. */
  parse(text: string): unknown {
    if (this.#left === 0) this.#windowEnds();
    this.#left -= 1;
    if (this.#isResting || text.length > LONGEST_TEXT) return JSON.parse(text);
    for (let at = 0; at < this.#shapes.length; at += 1) {
      const shape = this.#shapes[at];
      const read = shape?.(text);
      if (shape === undefined || read === undefined) continue;
      if (at > 0) this.#moveUp(shape, at);
      this.#known += 1;
      return read;
    }
    const parsed: unknown = JSON.parse(text);
    if (this.#lessons >= 1) this.#takeLesson(text);
    return parsed;
  }

  #takeLesson(text: string): void {
    const shape = this.learn(text);
    this.#lessons -= shape === undefined ? IN_VAIN : 1;
    if (shape === undefined) return;
    // In place of the one that was needed the longest time ago.
    this.#moveUp(shape, MOST_SHAPES - 1);
  }

  #moveUp(shape: JsonShape, from: number): void {
    this.#shapes.splice(from, 1);
    this.#shapes.unshift(shape);
  }

  #windowEnds(): void {
    const isKnown = 2 * this.#known >= WINDOW;
    this.#isResting = !this.#isResting && !isKnown;
    const windows = this.#isResting ? this.#nextRest : 1;
    if (this.#isResting) this.#nextRest = Math.min(LONGEST_REST, 2 * this.#nextRest);
    else if (isKnown) this.#nextRest = 1;
    this.#left = windows * WINDOW;
    this.#known = 0;
    this.#lessons = Math.min(MOST_LESSONS, this.#lessons + windows * LESSONS_PER_WINDOW);
  }
}

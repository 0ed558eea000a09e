/**
 * `--transform FILE`: the operator's own module, whose default export makes a new value of each, or null to leave it
 * out. It is loaded before anything connects, and known by its text: a replay that goes on must use the same.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ConsumedRecord, Headers } from '../../record/record.js';
import { UsageError } from '../exit-code.js';
import { textOf } from '../terminal/printable.js';
import type { Letter } from './letter.js';
import { changedBytes, editableValue } from './letter-value.js';
import type { JournalTransform } from './replay-journal.js';

export interface LetterTransform extends JournalTransform {
  /** Null: leave it out. Rejects with whatever the module throws. */
  readonly apply: (
    letter: Letter,
    record: Pick<ConsumedRecord, 'key' | 'value'>,
    headers: Headers,
  ) => Promise<Buffer | null>;
}

interface About {
  /** As text where it is text, else its bytes. */
  readonly key: string | Buffer | null;
  /** The last of each name, as text where it is text. */
  readonly headers: Readonly<Record<string, string | Buffer | null>>;
  readonly type: string | null;
}

type Transform = (value: unknown, about: About) => unknown;

const said = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Throws UsageError. */
export const loadTransform = async (path: string): Promise<LetterTransform> => {
  const absolute = resolve(path);
  let sha256: string;
  let module: { readonly default?: unknown };
  try {
    sha256 = createHash('sha256').update(readFileSync(absolute)).digest('hex');
    module = (await import(pathToFileURL(absolute).href)) as { readonly default?: unknown };
  } catch (error) {
    throw new UsageError(`The module ${absolute} cannot be loaded: ${said(error)}`);
  }
  if (typeof module.default !== 'function')
    throw new UsageError(
      `The module ${absolute} has no function as its default export: (value, { key, headers, type }) => value, or null to leave it out.`,
    );
  const transform = module.default as Transform;
  return {
    path: absolute,
    sha256,
    apply: async ({ type }, { key, value }, headers) => {
      const was = editableValue(value);
      const about: About = {
        key: textOf(key) ?? key,
        headers: Object.fromEntries(headers.map(({ name, value: of }) => [name, textOf(of) ?? of])),
        type,
      };
      const changed: unknown = await transform(was.value, about);
      return changed === null ? null : changedBytes(was, changed);
    },
  };
};

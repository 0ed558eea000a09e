/** The documents as the tests see them: their text, the paths they name, and the tree that must hold those. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectRoot } from '../support/broker.js';

export const ROOT = projectRoot();

export const inTree = (path: string): boolean => existsSync(join(ROOT, path));

export const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Paths from the root. */
export const DOCUMENTS: readonly string[] = ['.', 'docs'].flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => (folder === '.' ? name : `${folder}/${name}`)),
);

export interface Mention {
  readonly document: string;
  readonly text: string;
}

/** Every match of the pattern's first group in every document. */
export const mentions = (pattern: RegExp, documents = DOCUMENTS): readonly Mention[] =>
  documents.flatMap((document) =>
    [...textOf(document).matchAll(pattern)].map((match) => ({ document, text: match[1] ?? match[0] })),
  );

export const shown = ({ document, text }: Mention): string => `${document}: ${text}`;

/** What a heading's link is, as GitHub makes it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

export const anchorsOf = (document: string): readonly string[] =>
  [...textOf(document).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

/** A relative link's target from the root, and its anchor if it has one. */
export const targetOf = ({ document, text }: Mention): { path: string; anchor: string | undefined } => {
  const [path = '', anchor] = text.split('#', 2);
  return { path: path === '' ? document : join(dirname(document), path), anchor };
};

/** The code block that follows `<!-- example: NAME -->`. */
export const exampleIn = (document: string, name: string): string => {
  const [, code] =
    new RegExp(`<!-- example: ${name} -->\\n\\n\`\`\`\\w+\\n([\\s\\S]*?)\`\`\``).exec(textOf(document)) ?? [];
  if (code === undefined) throw new Error(`${document} has no example "${name}"`);
  return code;
};

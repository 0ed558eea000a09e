/** The layers of text above the file: the environment and the command line, with `*_FILE` resolved. */
import { KNOWN_VARIABLES } from './command-line.js';
import type { Origin, Problem } from './config-error.js';
import { probablyMeant } from './misspelling.js';
import { entryOf, SETTING_ENTRIES } from './schema.js';

/** Throws when the file cannot be read. */
export type ReadFile = (path: string) => string;

/** Why a file could not be read, without its content: `ENOENT`. */
export const reasonOf = (error: unknown): string => {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'it cannot be read';
};

/** The variables that are ours and not blank. Others are not looked at, except for a warning about a near miss. */
export const readEnvironment = (
  env: Readonly<Record<string, string | undefined>>,
): { values: Map<string, string>; warnings: string[] } => {
  const values = new Map<string, string>();
  const warnings: string[] = [];
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined) continue;
    if (KNOWN_VARIABLES.includes(name)) {
      const blankIsValue = entryOf(name)?.setting.kind.blankIsValue === true;
      if (value.trim() !== '' || blankIsValue) values.set(name, value);
    } else if (/^[A-Z_]+$/i.test(name)) {
      const meant = probablyMeant(name, KNOWN_VARIABLES);
      if (meant !== null) warnings.push(`${name} is no setting and is not read; ${meant} is.`);
    }
  }
  return { values, warnings };
};

/** Replaces `X_FILE` by the content of that file as `X`, without the line break at its end. */
export const resolveSecretFiles = (
  layer: Map<string, string>,
  origin: Origin,
  readFile: ReadFile,
): readonly Problem[] => {
  const problems: Problem[] = [];
  for (const { setting } of SETTING_ENTRIES) {
    const { variable } = setting;
    const fileVariable = `${variable}_FILE`;
    const path = setting.file ? layer.get(fileVariable) : undefined;
    if (path === undefined) continue;
    layer.delete(fileVariable);
    const wrong = (problem: string): void => {
      problems.push({ setting: fileVariable, value: JSON.stringify(path), origin, problem, allowed: null });
      // Stands in its place, so that the setting is not reported as missing too.
      layer.set(variable, UNREAD);
    };
    if (layer.has(variable)) {
      wrong(`and ${variable} are both given: give one`);
      continue;
    }
    try {
      const content = readFile(path).replace(/\r?\n$/, '');
      // Else it would be taken for a path.
      if (setting.path && !content.includes('-----BEGIN ')) wrong('names a file without PEM text');
      else if (content.trim() === '') wrong('names an empty file');
      else layer.set(variable, content);
    } catch (error) {
      wrong(`names a file that cannot be read (${reasonOf(error)})`);
    }
  }
  return problems;
};

/** The value of a setting whose file is of no use: reported already. */
export const UNREAD = '\u0000unread';

/**
 * A JSON file of settings, in the groups of the schema: `{ "kafka": { "brokers": "a:9092" } }`.
 * Pure: it takes the file's text. Nothing of the text is ever put into a message (it may hold secrets).
 */
import type { Problem } from './config-error.js';
import { nearest } from './misspelling.js';
import { entryOf, SCHEMA, SETTING_ENTRIES } from './schema.js';

export interface ConfigFile {
  /** Variable to the JSON value; null values are left out: unset. */
  readonly values: ReadonlyMap<string, unknown>;
  readonly problems: readonly Problem[];
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Node quotes the text around the error in some messages; only the place is kept. */
const placeIn = (error: unknown): string =>
  /position \d+( \(line \d+ column \d+\))?/.exec(error instanceof Error ? error.message : '')?.[0] ?? '';

export const parseConfigFile = (text: string, path: string): ConfigFile => {
  const values = new Map<string, unknown>();
  const problems: Problem[] = [];
  const wrong = (key: string, problem: string, allowed: string | null = null): void => {
    problems.push({ setting: key, value: null, origin: 'file', problem, allowed });
  };
  const unknownKey = (key: string, known: readonly string[]): void => {
    const meant = entryOf(key)?.path ?? nearest(key, known);
    wrong(key, `in ${path} is no setting${meant === null ? '' : `; ${meant} is`}`);
  };

  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    const place = placeIn(error);
    wrong(path, `is not JSON${place && `, at ${place}`}`);
    return { values, problems };
  }
  if (!isObject(content)) {
    wrong(path, 'is no JSON object');
    return { values, problems };
  }
  const groups = Object.keys(SCHEMA);
  for (const [group, settings] of Object.entries(content)) {
    if (!groups.includes(group)) unknownKey(group, groups);
    else if (!isObject(settings)) wrong(group, `in ${path} is no JSON object`);
    else {
      for (const [name, value] of Object.entries(settings)) {
        const key = `${group}.${name}`;
        const entry = SETTING_ENTRIES.find((each) => each.path === key);
        if (entry === undefined) {
          unknownKey(
            key,
            SETTING_ENTRIES.map((each) => each.path),
          );
        } else if (value !== null) values.set(entry.setting.variable, value);
      }
    }
  }
  return { values, problems };
};

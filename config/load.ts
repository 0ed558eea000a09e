/**
 * The effective settings: default < file (CONFIG_FILE) < environment < command line.
 * Pure but for `readFile`. Either everything is valid, or one ConfigError says all that is wrong.
 * convict merges the layers (merge.ts); values go in as they were written and are parsed once, at the
 * end, by their kinds, so that every problem is found in the same pass.
 */
import { CONFIG_FILE, parseCommandLine } from './command-line.js';
import { ConfigError } from './config-error.js';
import type { Origin, Problem } from './config-error.js';
import { parseConfigFile } from './config-file.js';
import { cautions, CROSS_CHECKS } from './cross-checks.js';
import { emptyLayers } from './merge.js';
import { parseEntry } from './parse-entry.js';
import { readEnvironment, reasonOf, resolveSecretFiles } from './layers.js';
import type { ReadFile } from './layers.js';
import { SETTING_ENTRIES } from './schema.js';
import type { Settings } from './schema.js';

export interface SettingSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Without the program and the script: `process.argv.slice(2)`. */
  readonly argv: readonly string[];
  /** Throws when it cannot be read. */
  readonly readFile: ReadFile;
}

export interface LoadedSettings {
  readonly settings: Settings;
  /** By variable. */
  readonly origins: ReadonlyMap<string, Origin>;
  /** For the log, one line each. */
  readonly warnings: readonly string[];
}

/** Throws a ConfigError. */
export const loadSettings = ({ env, argv, readFile }: SettingSources): LoadedSettings => {
  const problems: Problem[] = [];
  const origins = new Map<string, Origin>();
  const commandLine = parseCommandLine(argv);
  const environment = readEnvironment(env);
  const options = new Map(commandLine.values);
  problems.push(
    ...commandLine.problems,
    ...resolveSecretFiles(environment.values, 'environment', readFile),
    ...resolveSecretFiles(options, 'command line', readFile),
  );
  const file = readConfigFile(options, environment.values, readFile, problems);

  const merged = emptyLayers();
  const overlay = (values: ReadonlyMap<string, unknown>, origin: Origin): void => {
    for (const { path, setting } of SETTING_ENTRIES) {
      const value = values.get(setting.variable);
      if (value === undefined) continue;
      merged.set(path, value);
      origins.set(setting.variable, origin);
    }
  };
  overlay(file, 'file');
  overlay(environment.values, 'environment');
  overlay(options, 'command line');

  const originOf = (variable: string): Origin => origins.get(variable) ?? 'default';
  const invalid = new Set<string>();
  const tree: Record<string, Record<string, unknown>> = {};
  for (const entry of SETTING_ENTRIES) {
    const raw: unknown = merged.get(entry.path);
    const result = parseEntry(entry, raw, originOf(entry.setting.variable), readFile);
    if (result.ok) merged.set(entry.path, result.raw);
    else invalid.add(entry.setting.variable);
    if (!result.ok && result.problem !== null) problems.push(result.problem);
    (tree[entry.group] ??= {})[entry.name] = result.ok ? result.value : null;
  }
  const settings = { ...tree, topology: commandLine.topology } as unknown as Settings;

  for (const { needs, check } of CROSS_CHECKS) {
    if (needs.some((variable) => invalid.has(variable))) continue;
    const problem = check(settings, originOf);
    const [setting] = needs;
    if (problem !== null) problems.push({ setting, value: null, origin: null, problem, allowed: null });
  }
  if (problems.length > 0) throw new ConfigError(problems);
  merged.validate({ allowed: 'strict' });
  return {
    settings,
    origins: new Map(SETTING_ENTRIES.map(({ setting }) => [setting.variable, originOf(setting.variable)])),
    warnings: [...environment.warnings, ...cautions(settings)],
  };
};

const readConfigFile = (
  options: ReadonlyMap<string, string>,
  environment: ReadonlyMap<string, string>,
  readFile: ReadFile,
  problems: Problem[],
): ReadonlyMap<string, unknown> => {
  const fromOption = options.get(CONFIG_FILE);
  const path = fromOption ?? environment.get(CONFIG_FILE);
  if (path === undefined) return new Map();
  let text: string;
  try {
    text = readFile(path);
  } catch (error) {
    problems.push({
      setting: CONFIG_FILE,
      value: JSON.stringify(path),
      origin: fromOption === undefined ? 'environment' : 'command line',
      problem: `names a file that cannot be read (${reasonOf(error)})`,
      allowed: null,
    });
    return new Map();
  }
  const file = parseConfigFile(text, path);
  problems.push(...file.problems);
  return file.values;
};

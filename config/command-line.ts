/**
 * `--kafka-group-id x` and `--kafka-group-id=x` for every setting, `--config-file`, `--topology`.
 * Pure. Values stay text (convict's parser makes numbers of them, and `--instance-id 007` would be 7).
 * The value of an unknown option is never shown: it may be a secret under a misspelt name.
 */
import type { Problem } from './config-error.js';
import { nearest } from './misspelling.js';
import { DEFAULT_TOPOLOGY, SETTING_ENTRIES } from './schema.js';
import { boolean } from './kind.js';
import { optionOf } from './setting.js';

export interface CommandLine {
  /** Variable to text; CONFIG_FILE and `*_FILE` included. */
  readonly values: ReadonlyMap<string, string>;
  readonly topology: string;
  readonly problems: readonly Problem[];
}

export const CONFIG_FILE = 'CONFIG_FILE';
const TOPOLOGY = '--topology';

/** Every name that the environment may use. */
export const KNOWN_VARIABLES: readonly string[] = [
  CONFIG_FILE,
  ...SETTING_ENTRIES.flatMap(({ setting: { variable, file } }) =>
    file ? [variable, `${variable}_FILE`] : [variable],
  ),
];

const VARIABLE_OF_OPTION: ReadonlyMap<string, string> = new Map(
  KNOWN_VARIABLES.map((variable) => [optionOf(variable), variable]),
);
const SWITCHES: ReadonlySet<string> = new Set(
  SETTING_ENTRIES.filter(({ setting }) => setting.kind === boolean).map(({ setting }) =>
    optionOf(setting.variable),
  ),
);

/** `argv` without the program and the script. */
export const parseCommandLine = (argv: readonly string[]): CommandLine => {
  const values = new Map<string, string>();
  const problems: Problem[] = [];
  const given = new Set<string>();
  let topology = DEFAULT_TOPOLOGY;
  const wrong = (setting: string, problem: string, allowed: string | null = null): void => {
    problems.push({ setting, value: null, origin: 'command line', problem, allowed });
  };

  for (let at = 0; at < argv.length; at++) {
    const argument = argv[at] ?? '';
    if (!argument.startsWith('--')) {
      // What it says is not shown: it may be a secret that lost its option.
      wrong(`argument ${at + 1}`, 'belongs to no option', '--name value and --name=value');
      continue;
    }
    const equals = argument.indexOf('=');
    const option = equals < 0 ? argument : argument.slice(0, equals);
    const next = argv[at + 1];
    let value = equals < 0 ? undefined : argument.slice(equals + 1);
    if (value === undefined && next !== undefined && !next.startsWith('--')) {
      value = next;
      at += 1;
    }
    const variable = VARIABLE_OF_OPTION.get(option);
    if (variable === undefined && option !== TOPOLOGY) {
      const meant = nearest(option, [...VARIABLE_OF_OPTION.keys(), TOPOLOGY]);
      wrong(option, `is no option${meant === null ? '' : `; ${meant} is`}`);
      continue;
    }
    if (given.has(option)) {
      wrong(option, 'is given twice');
      continue;
    }
    given.add(option);
    value ??= SWITCHES.has(option) ? 'true' : undefined;
    if (value === undefined) wrong(option, 'needs a value');
    else if (variable !== undefined) values.set(variable, value);
    else if (/^[a-z0-9][a-z0-9-]*$/.test(value)) topology = value;
    else wrong(option, 'is not allowed', "the name of a folder under topology/: a-z, 0-9 and '-'");
  }
  return { values, topology, problems };
};

/**
 * The words that may stand in a place, from what the place itself says is allowed: `Allowed: retrying, parked.`
 * Only words that it then takes, so that whatever else it allows (a number, a name) gives none. Pure.
 */
import type { Argument, Option } from 'commander';
import { SETTING_ENTRIES } from '../../../config/schema.js';
import { optionOf } from '../../../config/setting.js';
import { TOPOLOGY_NAMES } from '../../service/topology-names.js';

const wordsOf = (allowed: string, isTaken: (word: string) => boolean): readonly string[] => {
  const words = allowed.split(/, | or /);
  return words.every((word) => /^[\w-]+$/.test(word) && isTaken(word)) ? words : [];
};

/** What a function of commander throws for a wrong argument; null: it takes the argument. */
const refusalOf = (parse: (text: string, previous: undefined) => unknown, text: string): string | null => {
  try {
    parse(text, undefined);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
};

/** No option and no argument takes it. */
const NONSENSE = '\u0000';

export const wordsOfPlace = ({
  argChoices,
  parseArg,
}: Pick<Option | Argument, 'argChoices' | 'parseArg'>) => {
  if (argChoices !== undefined) return argChoices;
  if (parseArg === undefined) return [];
  const [, allowed] = /^Allowed: (.*)\.$/.exec(refusalOf(parseArg, NONSENSE) ?? '') ?? [];
  return allowed === undefined ? [] : wordsOf(allowed, (word) => refusalOf(parseArg, word) === null);
};

export interface SettingOption {
  /** Without the dashes. */
  readonly name: string;
  readonly doc: string;
  readonly words: readonly string[];
}

/** Every setting is an option of every command. */
export const settingOptions = (): readonly SettingOption[] => [
  { name: 'topology', doc: 'Which topology.', words: TOPOLOGY_NAMES },
  { name: 'config-file', doc: 'A JSON file of settings.', words: [] },
  ...SETTING_ENTRIES.map(({ setting: { doc, kind, variable } }) => ({
    name: optionOf(variable).slice(2),
    doc,
    words: wordsOf(kind.allowed, (word) => kind.parse(word).ok),
  })),
];

/** What may follow the words so far, as the scripts ask it. */
import type { Command as Place } from '@bomb.sh/tab';
import { RootCommand } from '@bomb.sh/tab';
import type { Command } from 'commander';
import { epochMs } from '../../record/units.js';
import type { ExitCode } from '../exit-code.js';
import { EXIT } from '../exit-code.js';
import type { LocalParts } from '../local-parts.js';
import { createProgram } from '../program.js';
import { settingOptions, wordsOfPlace } from './allowed-words.js';
import type { CompletionRequest } from './completion-request.js';

type Give = (value: string, description: string) => void;

const giving =
  (words: readonly string[]) =>
  (give: Give): void => {
    for (const word of words) give(word, '');
  };

const declareOptions = (place: Place, command: Command): void => {
  for (const option of command.createHelp().visibleOptions(command)) {
    const name = option.long?.slice(2);
    if (name === undefined) continue;
    if (option.required || option.optional)
      place.option(name, option.description, giving(wordsOfPlace(option)));
    else place.option(name, option.description);
  }
  // Tab takes an option without a function for a switch.
  for (const { doc, name, words } of settingOptions()) place.option(name, doc, giving(words));
  for (const argument of command.registeredArguments)
    place.argument(argument.name(), giving(wordsOfPlace(argument)), argument.variadic);
};

/** The commands in tab's shape: `lanes list` is a name. Tab's own adapter for commander knows no values and adds commands. */
export const completionTree = (program: Command): RootCommand => {
  const root = new RootCommand();
  const declare = (command: Command, path: string): void => {
    declareOptions(path === '' ? root : root.command(path, command.description()), command);
    for (const child of command.createHelp().visibleCommands(command))
      declare(child, path === '' ? child.name() : `${path} ${child.name()}`);
  };
  declare(program, '');
  return root;
};

/** Tab takes the word after `--name=value` for the option's value: there it stands as two words. */
const apart = (words: readonly string[]): readonly string[] => [
  ...words.slice(0, -1).flatMap((word) => {
    const [, name, value] = /^(--[^=]+)=(.*)$/s.exec(word) ?? [];
    return name === undefined || value === undefined ? [word] : [name, value];
  }),
  ...words.slice(-1),
];

/** Tab writes the answer to stdout itself. */
export const completionAnswer = (
  _parts: LocalParts,
  { words }: Extract<CompletionRequest, { kind: 'complete' }>,
): ExitCode => {
  completionTree(createProgram('', epochMs(0), () => undefined)).parse([...apart(words)]);
  return EXIT.done;
};

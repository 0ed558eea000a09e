/**
 * Which arguments of a command are settings: `--kafka-brokers a:9092`, as the service takes them, wherever
 * they stand. They are taken out and go to `loadSettings`; what is left is the command. Pure.
 */
import { KNOWN_VARIABLES } from '../../config/command-line.js';
import { boolean } from '../../config/kind.js';
import { SETTING_ENTRIES } from '../../config/schema.js';
import { optionOf } from '../../config/setting.js';

const OPTIONS: ReadonlySet<string> = new Set([...KNOWN_VARIABLES.map(optionOf), '--topology']);
/** May stand alone: what follows is not its value, so that `--schemas-strict lanes list` is what it says. */
const SWITCHES: ReadonlySet<string> = new Set(
  SETTING_ENTRIES.filter(({ setting }) => setting.kind === boolean).map(({ setting }) =>
    optionOf(setting.variable),
  ),
);

export interface SplitArguments {
  readonly settings: readonly string[];
  readonly command: readonly string[];
}

export const splitArguments = (argv: readonly string[]): SplitArguments => {
  const settings: string[] = [];
  const command: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const argument = argv[at] ?? '';
    if (argument === '--') {
      command.push(...argv.slice(at));
      break;
    }
    const option = argument.split('=', 1)[0] ?? '';
    if (!OPTIONS.has(option)) {
      command.push(argument);
      continue;
    }
    settings.push(argument);
    const next = argv[at + 1];
    if (argument.includes('=') || next === undefined || next.startsWith('--')) continue;
    if (SWITCHES.has(option) && !['true', 'false'].includes(next)) continue;
    settings.push(next);
    at += 1;
  }
  return { settings, command };
};

/** The commands for shells, as a command line has them. */
import type { Command } from 'commander';
import { Argument } from 'commander';
import type { SharedOptions } from '../cluster/command-shape.js';
import { family } from '../cluster/command-shape.js';
import type { CompletionRequest, Shell } from './completion-request.js';
import { SHELLS } from './completion-request.js';

const WHERE = `
Where the script goes, once:
  bash  ~/.local/share/bash-completion/completions/audit-lanes, or any file that ~/.bashrc sources
  zsh   a file _audit-lanes in a folder of $fpath, before compinit`;

export const declareCompletion = (
  program: Command,
  ask: (options: SharedOptions, request: CompletionRequest) => void,
): void => {
  family(program, 'completion', 'a script that lets the shell complete commands and options', [
    'completion bash',
    'completion zsh',
  ])
    .addHelpText('after', WHERE)
    .addArgument(new Argument('<shell>', 'whose script').choices(SHELLS))
    .action((shell: Shell) => ask({}, { kind: 'completion', shell }));
  // What the scripts call: the words follow `--`, so that none of them is taken for an option of this one.
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .action((words: readonly string[]) => ask({}, { kind: 'complete', words }));
};

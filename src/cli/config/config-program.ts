/** The commands about settings, as a command line has them. */
import type { Command } from 'commander';
import type { SharedOptions } from '../cluster/command-shape.js';
import { family, leaf } from '../cluster/command-shape.js';
import type { ConfigRequest } from './config-request.js';

export const declareConfig = (
  program: Command,
  ask: (options: SharedOptions, request: ConfigRequest) => void,
): void => {
  const config = family(
    program,
    'config',
    'the settings of the service: whether they are right, and which there are',
    ['config check', 'config print', 'config docs retry'],
  );
  leaf(config, 'check', 'everything that is wrong with the settings, as the service would find it', [
    'config check',
    'config check --config-file my.json --json',
  ]).action((options: SharedOptions) => ask(options, { kind: 'config check' }));
  leaf(config, 'print', 'the settings in effect, and where each comes from; secrets are masked', [
    'config print',
    'config print --json',
  ]).action((options: SharedOptions) => ask(options, { kind: 'config print' }));
  leaf(config, 'docs', 'every setting: its default, what is allowed, what it means', [
    'config docs',
    'config docs ssl',
  ])
    .argument('[about]', 'only settings in whose name or meaning this occurs')
    .action((about: string | undefined, options: SharedOptions) =>
      ask(options, { kind: 'config docs', about: about ?? null }),
    );
};

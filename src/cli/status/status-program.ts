/** The command about a running service, as a command line has it. */
import type { Command } from 'commander';
import type { SharedOptions } from '../cluster/command-shape.js';
import { leaf } from '../cluster/command-shape.js';
import { wrong } from '../terminal/argument.js';
import type { StatusRequest } from './status-request.js';

interface Options extends SharedOptions {
  readonly url?: string;
}

const serviceUrl = (text: string): string => {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isPlain = url !== null && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '';
  if (!isPlain) throw wrong('http://HOST:PORT of the service');
  return url.href.replace(/\/+$/, '');
};

export const declareStatus = (
  program: Command,
  ask: (options: SharedOptions, request: StatusRequest) => void,
): void => {
  leaf(program, 'status', 'what a running service says of itself, and why it is not ready', [
    'status',
    'status --url http://audit-lanes-0:8080',
  ])
    .option('--url <url>', 'where it answers; where HTTP_HOST and HTTP_PORT say if not given', serviceUrl)
    .action((options: Options) => ask(options, { kind: 'status', url: options.url ?? null }));
};

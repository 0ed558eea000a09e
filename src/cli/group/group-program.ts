/** The command about the consumer group, as a command line has it. */
import type { Command } from 'commander';
import type { SharedOptions } from '../cluster/command-shape.js';
import { leaf } from '../cluster/command-shape.js';
import { waitTime, wrong } from '../terminal/argument.js';
import type { GroupRequest } from './group-request.js';

interface Options extends SharedOptions {
  readonly interval?: number;
  readonly watch?: boolean;
}

const WATCH_INTERVAL_MS = 5_000;

const interval = (text: string): number => {
  const ms = waitTime(text);
  if (ms === 0) throw wrong('a duration with its unit, such as 5s, above 0');
  return ms;
};

export const declareGroup = (
  program: Command,
  ask: (options: SharedOptions, request: GroupRequest) => void,
): void => {
  leaf(program, 'group', 'the members of the consumer group, and how far behind each partition is', [
    'group',
    'group --interval 10s',
    'group --watch --json',
  ])
    .option(
      '--interval <duration>',
      'look twice, so far apart: tells the rate and the time to drain',
      interval,
    )
    .option('--watch', 'look again and again, every 5s or --interval, until Ctrl-C')
    .action((options: Options) => {
      const isWatching = options.watch === true;
      const intervalMs = options.interval ?? (isWatching ? WATCH_INTERVAL_MS : null);
      ask(options, { kind: 'group', intervalMs, isWatching });
    });
};

#!/usr/bin/env node
/**
 * `audit-lanes`: the command line of the operator. What it says without Kafka (help, mistakes) is said before
 * anything else is loaded.
 */
import { readFileSync } from 'node:fs';
import { systemClock } from '../service/system-clock.js';
import { understand } from './program.js';
import { changesSomething } from './request.js';
import { printable } from './terminal/printable.js';
import { splitArguments } from './settings-arguments.js';

const version = (): string => {
  const path = new URL('../../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
};

/** What the operator typed may be quoted in it. */
const write = (stream: NodeJS.WriteStream, text: string): void => {
  if (text !== '')
    stream.write(
      `${text
        .trimEnd()
        .split('\n')
        .map((line) => printable(line))
        .join('\n')}\n`,
    );
};

const { command, settings } = splitArguments(process.argv.slice(2));
const understood = understand(command, version(), systemClock.now());

// `audit-lanes … | head`: whoever read has seen enough. What changes something ends as after Ctrl-C, and says so.
const isChanging = understood.kind === 'request' && changesSomething(understood.request);
let isPipeBroken = false;
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  if (!isChanging) process.exit(0);
  if (!isPipeBroken) process.kill(process.pid, 'SIGTERM');
  isPipeBroken = true;
});

if (understood.kind === 'said') {
  write(process.stdout, understood.stdout);
  write(process.stderr, understood.stderr);
  process.exitCode = understood.exitCode;
} else {
  const { runRequest } = await import('./run-request.js');
  await runRequest(understood.request, { isJson: understood.isJson, settings });
}

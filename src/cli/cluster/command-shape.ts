/**
 * What a family of commands is declared with: the options that commands share, and the one way to say what
 * was asked for. Declaring does nothing else and loads nothing else, so that help is answered at once.
 */
import type { Command } from 'commander';
import type { Carrying } from './carrying.js';
import { operatorUuid, partitionNumber, waitTime } from '../terminal/argument.js';

const DEFAULT_WAIT_MS = 30_000;

/** Options that have the same meaning wherever they stand. */
export interface SharedOptions {
  readonly json?: boolean;
}

export interface ChangingOptions {
  readonly dryRun?: boolean;
  readonly wait?: boolean;
  readonly timeout?: number;
  readonly operatorId?: string;
}

export const examples = (lines: readonly string[]): string =>
  ['Examples:', ...lines.map((line) => `  audit-lanes ${line}`), ''].join('\n');

/** A family: its name, what it is about, and an example of each of its commands. */
export const family = (parent: Command, name: string, what: string, how: readonly string[]): Command =>
  parent.command(name).description(what).addHelpText('before', examples(how));

/** A command that does something. `--json` is understood by all. */
export const leaf = (parent: Command, name: string, what: string, how: readonly string[]): Command =>
  family(parent, name, what, how).option('--json', 'one JSON object a line');

export const ofTopic = (command: Command): Command =>
  command.option('--topic <name>', 'of this source topic only');

export const ofPartition = (command: Command): Command =>
  command.option('--partition <number>', 'of this partition only', partitionNumber);

/** Its actions are recorded with who asks. */
export const asking = (command: Command): Command =>
  command.option(
    '--operator-id <uuid>',
    'who asks, as the audit topic has users; the nil uuid if not given',
    operatorUuid,
  );

export const changing = (command: Command): Command =>
  asking(
    command
      .option('--dry-run', 'say what would be written, and write nothing')
      .option('--no-wait', 'do not wait for the service to carry it out')
      .option('--timeout <duration>', 'how long to wait; 30s if not given', waitTime),
  );

export const carryingOf = ({ dryRun, wait, timeout, operatorId }: ChangingOptions): Carrying => ({
  isDryRun: dryRun === true,
  waitMs: wait === false ? null : (timeout ?? DEFAULT_WAIT_MS),
  operator: operatorId ?? null,
});

/** What every command starts with: settings as the service reads them, and clients of its own. */
import { readFileSync } from 'node:fs';
import type { Settings } from '../../config/schema.js';
import { ConfigError } from '../../config/config-error.js';
import { loadSettings } from '../../config/load.js';
import { createKafkaClients } from '../kafka/clients.js';
import type { KafkaClients } from '../ports/kafka-clients.js';
import { clientOptions } from '../service/client-options.js';

export interface Command {
  readonly settings: Settings;
  readonly clients: KafkaClients;
  /** Aborted by the first Ctrl-C or SIGTERM; the second ends the process at once. */
  readonly stop: AbortSignal;
}

const EXIT_CONFIGURATION = 2;
const EXIT_FAILED = 1;

/** Runs a command to its end and ends the process with its exit code. Never joins the service's group. */
export const runCommand = async (name: string, command: (of: Command) => Promise<void>): Promise<never> => {
  const stop = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(EXIT_FAILED);
    stop.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  try {
    const { settings } = loadSettings({
      env: { ...process.env, INSTANCE_ID: undefined },
      argv: [],
      readFile: (path) => readFileSync(path, 'utf8'),
    });
    const id = `${name}-${process.pid}`;
    const options = clientOptions(settings, id);
    const clients = createKafkaClients({ ...options, groupId: id, statisticsIntervalMs: 0 });
    await command({ settings, clients, stop: stop.signal });
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(error instanceof ConfigError ? EXIT_CONFIGURATION : EXIT_FAILED);
  }
};

/** What every command starts with: settings as the service reads them, and clients of its own. */
import { readFileSync } from 'node:fs';
import type { Settings } from '../../../config/schema.js';
import { loadSettings } from '../../../config/load.js';
import { createKafkaClients } from '../../kafka/clients.js';
import type { KafkaClients } from '../../ports/kafka-clients.js';
import { clientOptions, publisherOptions } from '../../service/client-options.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { runToEnd } from '../run-to-end.js';

export interface Command {
  readonly settings: Settings;
  readonly clients: KafkaClients;
  /** Aborted by the first Ctrl-C or SIGTERM; the second ends the process at once. */
  readonly stop: AbortSignal;
}

export interface CommandOptions {
  /** Arguments that are settings. */
  readonly argv?: readonly string[];
  /** In place of the service's, when nobody has set it. */
  readonly startTimeoutMs?: number;
  /** From the service's limit to this command's. */
  readonly maxMessageBytes?: (ofService: number) => number;
  /** Its producer publishes events: with the retries and the batch size of the settings. */
  readonly isPublisher?: boolean;
}

/** Runs a command to its end and ends the process with its exit code. Never joins the service's group. */
export const runCommand = (
  name: string,
  command: (of: Command) => Promise<ExitCode | void>,
  { argv = [], startTimeoutMs, maxMessageBytes, isPublisher = false }: CommandOptions = {},
): Promise<never> =>
  runToEnd(
    name,
    async (stop) => {
      const { settings, origins } = loadSettings({
        env: { ...process.env, INSTANCE_ID: undefined },
        argv,
        readFile: (path) => readFileSync(path, 'utf8'),
      });
      const id = `${name}-${process.pid}`;
      const options = clientOptions(settings, id);
      const isDefault = origins.get('START_TIMEOUT_MS') === 'default';
      const clients = createKafkaClients({
        ...options,
        ...(isPublisher ? publisherOptions(settings) : {}),
        groupId: id,
        statisticsIntervalMs: 0,
        startTimeoutMs: (isDefault ? startTimeoutMs : undefined) ?? options.startTimeoutMs,
        maxMessageBytes: maxMessageBytes?.(options.maxMessageBytes) ?? options.maxMessageBytes,
      });
      return (await command({ settings, clients, stop })) ?? EXIT.done;
    },
    'stopped. What was written before is carried out all the same.',
  );

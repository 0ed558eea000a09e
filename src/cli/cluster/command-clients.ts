/** What every command starts with: settings as the service reads them, and clients of its own. */
import { readFileSync } from 'node:fs';
import type { Settings } from '../../../config/schema.js';
import { loadSettings } from '../../../config/load.js';
import { createKafkaClients } from '../../kafka/clients.js';
import type { KafkaClients } from '../../ports/kafka-clients.js';
import { clientOptions, publisherOptions } from '../../service/client-options.js';
import { EXIT, exitCodeOf, type ExitCode } from '../exit-code.js';
import { printable } from '../terminal/printable.js';

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

/** A message of several lines; a line may quote what somebody else wrote. */
const tell = (name: string, message: string): void => {
  const lines = message.split('\n').map((line) => printable(line));
  process.stderr.write(`${name}: ${lines.join('\n')}\n`);
};

/** Whatever was written is with its reader before the process ends. */
const written = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => void stream.write('', () => resolve()));

const end = async (exitCode: ExitCode): Promise<never> => {
  await Promise.all([written(process.stdout), written(process.stderr)]);
  process.exit(exitCode);
};

/** Runs a command to its end and ends the process with its exit code. Never joins the service's group. */
export const runCommand = async (
  name: string,
  command: (of: Command) => Promise<ExitCode | void>,
  { argv = [], startTimeoutMs, maxMessageBytes, isPublisher = false }: CommandOptions = {},
): Promise<never> => {
  const stop = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(EXIT.failed);
    stop.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  try {
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
    return await end((await command({ settings, clients, stop: stop.signal })) ?? EXIT.done);
  } catch (error) {
    if (stop.signal.aborted) {
      tell(name, 'stopped. What was written before is carried out all the same.');
      return end(EXIT.failed);
    }
    tell(name, error instanceof Error ? error.message : String(error));
    return end(exitCodeOf(error));
  }
};

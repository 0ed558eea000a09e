/**
 * The entry of a stream process, forked by its supervisor and never started by a person: `child-main.js NUMBER`.
 * It drains and ends when the supervisor says so, when the supervisor is gone (no orphan goes on consuming), and on a
 * SIGTERM of its own; then the supervisor starts it again. Ctrl-C and a closed terminal reach every process of the
 * terminal: they are the supervisor's to answer. Exit codes as of main.ts.
 */
import { endProcess } from '../end-process.js';
import type { Settings } from '../../../config/schema.js';
import { EXIT } from '../exit-code.js';
import { createProcessLogger } from '../process-log.js';
import type { FromChild, ToChild } from './messages.js';
import type { Channel } from './reporter.js';

const stop = new AbortController();
process.on('SIGINT', () => undefined);
process.on('SIGHUP', () => undefined);
process.on('SIGTERM', () => stop.abort());
process.on('disconnect', () => stop.abort());

type Asked = Extract<ToChild, { kind: 'ask' }>;
let onAsked: (message: Asked) => void = () => undefined;
const channel: Channel = {
  send: (message: FromChild) =>
    new Promise((resolve) => {
      if (process.send === undefined || !process.connected) resolve();
      else process.send(message, undefined, {}, () => resolve());
    }),
  onAsked: (answer) => {
    onAsked = answer;
  },
};

/** Signals that came before there was somebody to heed them: the log follows the start message, and both may come at once. */
const early: NodeJS.Signals[] = [];
let onSignal: (signal: NodeJS.Signals) => void = (signal) => void early.push(signal);

const heedSignals = (): void => {
  onSignal = (signal) => void process.emit(signal, signal);
  for (const signal of early.splice(0)) onSignal(signal);
};

/** Null: the supervisor was gone, or said stop, before it said start. */
const startMessage = (): Promise<Extract<ToChild, { kind: 'start' }> | null> =>
  new Promise((resolve) => {
    stop.signal.addEventListener('abort', () => resolve(null));
    process.on('message', (message: ToChild) => {
      switch (message.kind) {
        case 'start':
          return resolve(message);
        case 'stop':
          return stop.abort();
        case 'ask':
          return onAsked(message);
        case 'signal':
          return onSignal(message.signal);
      }
    });
  });

/** A name of its own in the group, the same in each life. */
const settingsOf = (settings: Settings, number: number): Settings => {
  const { instanceId } = settings.kafka;
  return instanceId === null
    ? settings
    : { ...settings, kafka: { ...settings.kafka, instanceId: `${instanceId}-${number}` } };
};

const main = async (): Promise<number> => {
  if (process.send === undefined) {
    process.stderr.write(
      'This program is started by the service itself. Set PROCESSES and start dist/src/main.js.\n',
    );
    return EXIT.configuration;
  }
  const told = await startMessage();
  if (told === null) return EXIT.clean;
  const { process: number, version } = told;
  const settings = settingsOf(told.settings, number);
  const logger = createProcessLogger(settings.log.level, { process: String(number) });
  heedSignals();
  try {
    const [{ createReporter }, { runService }, { Service }, { topologyOf }] = await Promise.all([
      import('./reporter.js'),
      import('../run-service.js'),
      import('../service.js'),
      import('../topologies.js'),
    ]);
    const service = new Service(topologyOf(settings), settings, version, logger, createReporter(channel));
    return await runService(service, stop.signal, logger);
  } catch (error) {
    logger.fatal({ err: error }, 'the stream process could not be made');
    // As one process alone: whatever keeps it from being made is its configuration.
    return EXIT.configuration;
  }
};

await endProcess(await main());

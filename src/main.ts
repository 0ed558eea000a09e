/**
 * The entry of the process: settings, run, exit code. 0 clean, 1 fatal at run time, 2 configuration,
 * 3 topics or brokers unusable at start (DESIGN §12).
 */
import { readFileSync } from 'node:fs';
import { ConfigError } from '../config/config-error.js';
import { describeSettings } from '../config/describe.js';
import type { LoadedSettings } from '../config/load.js';
import { loadSettings } from '../config/load.js';
import { endProcess } from './service/end-process.js';
import { createProcessLogger } from './service/process-log.js';
import { EXIT } from './service/exit-code.js';
import { topologyOf } from './service/topologies.js';
import type { Topology } from './dsl/graph/topology.js';
import type { Logger } from './ports/logger.js';
import { toldOf } from './record/author-error.js';

/** Every native call that waits holds one of libuv's threads, and there are four by default. */
const THREADS_NEEDED = 16;

const version = (): string => {
  const path = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
};

const load = (): LoadedSettings =>
  loadSettings({
    env: process.env,
    argv: process.argv.slice(2),
    readFile: (path) => readFileSync(path, 'utf8'),
  });

/** Aborted by the first signal; a second one ends the process. */
const stopSignal = (logger: Logger): AbortSignal => {
  const stop = new AbortController();
  const onSignal = (signal: string): void => {
    if (stop.signal.aborted) {
      logger.warn({ signal }, 'second signal: stopping at once, what is not committed is read again');
      process.exit(EXIT.failed);
    }
    logger.info({ signal }, 'stopping: draining and committing; a second signal stops at once');
    stop.abort();
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  return stop.signal;
};

const run = async (loaded: LoadedSettings): Promise<number> => {
  const { settings, warnings } = loaded;
  const logger = createProcessLogger(settings.log.level);
  for (const warning of warnings) logger.warn({}, warning);
  if (Number(process.env['UV_THREADPOOL_SIZE'] ?? 4) < THREADS_NEEDED) {
    logger.warn(
      {},
      `UV_THREADPOOL_SIZE is below ${THREADS_NEEDED}: restores and commits may wait for each other`,
    );
  }
  logger.info({ settings: describeSettings(loaded) }, 'starting');

  /** It cannot be run as it is configured. */
  const refuse = (error: unknown): number => {
    logger.fatal({ err: error }, toldOf(error));
    return EXIT.configuration;
  };
  let topology: Topology;
  try {
    topology = topologyOf(settings);
  } catch (error) {
    return refuse(error);
  }
  const stop = stopSignal(logger);
  // Only what runs is loaded: a supervisor has no Kafka client, and stays small.
  if (settings.service.processes > 1) {
    const { superviseProcesses } = await import('./service/processes/supervise.js');
    return superviseProcesses({ settings, topology, version: version(), logger, stop });
  }
  const { Service } = await import('./service/service.js');
  const { runService } = await import('./service/run-service.js');
  let service: InstanceType<typeof Service>;
  try {
    service = new Service(topology, settings, version(), logger);
  } catch (error) {
    return refuse(error);
  }
  return runService(service, stop, logger);
};

const main = async (): Promise<number> => {
  let loaded: LoadedSettings;
  try {
    loaded = load();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return EXIT.configuration;
  }
  return run(loaded);
};

await endProcess(await main());

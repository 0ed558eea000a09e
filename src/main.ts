/**
 * The entry of the process: settings, run, exit code. 0 clean, 1 fatal at run time, 2 configuration,
 * 3 topics or brokers unusable at start (DESIGN §12). Nothing else in the project ends the process.
 */
import { readFileSync } from 'node:fs';
import { ConfigError } from '../config/config-error.js';
import { describeSettings } from '../config/describe.js';
import type { LoadedSettings } from '../config/load.js';
import { loadSettings } from '../config/load.js';
import { TopologyError } from './dsl/graph/topology-error.js';
import { HttpListenError } from './observability/http-server.js';
import { installLevelSignal } from './observability/level-signal.js';
import { createLogger } from './observability/logger.js';
import { isKafkaError } from './ports/kafka-error.js';
import { AuthorError, toldOf } from './record/author-error.js';
import { Service } from './service/service.js';
import { TOPOLOGIES } from './service/topologies.js';
import { TopicsUnusable } from './topics/topic-setup.js';

const EXIT = { clean: 0, failed: 1, configuration: 2, unusable: 3 } as const satisfies Record<string, number>;

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

const exitCodeOf = (error: unknown): number => {
  if (error instanceof ConfigError || error instanceof TopologyError || error instanceof HttpListenError) {
    return EXIT.configuration;
  }
  return error instanceof TopicsUnusable || isKafkaError(error) ? EXIT.unusable : EXIT.failed;
};

const run = async (loaded: LoadedSettings): Promise<number> => {
  const { settings, warnings } = loaded;
  const logger = createLogger({ level: settings.log.level, pretty: process.stdout.isTTY });
  installLevelSignal(logger);
  // Also what no promise was waited for; by default Node writes the text of such an error, which may quote a record.
  process.on('uncaughtException', (thrown) => {
    const err = new AuthorError('nobody has caught', thrown);
    logger.fatal({ err }, 'an error that nobody has caught: the process ends');
    process.exit(EXIT.failed);
  });
  const fail = (error: unknown): number => {
    logger.fatal({ err: error }, toldOf(error));
    return exitCodeOf(error);
  };
  for (const warning of warnings) logger.warn({}, warning);
  if (Number(process.env['UV_THREADPOOL_SIZE'] ?? 4) < THREADS_NEEDED) {
    logger.warn(
      {},
      `UV_THREADPOOL_SIZE is below ${THREADS_NEEDED}: restores and commits may wait for each other`,
    );
  }
  logger.info({ settings: describeSettings(loaded) }, 'starting');

  let service: Service;
  try {
    const build = TOPOLOGIES[settings.topology];
    if (build === undefined) {
      const known = Object.keys(TOPOLOGIES).join(', ');
      throw new ConfigError([
        {
          setting: '--topology',
          value: settings.topology,
          origin: 'command line',
          problem: 'there is no such topology',
          allowed: known,
        },
      ]);
    }
    service = new Service(build(settings), settings, version(), logger);
  } catch (error) {
    fail(error);
    return EXIT.configuration;
  }

  let stopping: Promise<void> | undefined;
  const onSignal = (signal: string): void => {
    if (stopping !== undefined) {
      logger.warn({ signal }, 'second signal: stopping at once, what is not committed is read again');
      process.exit(EXIT.failed);
    }
    logger.info({ signal }, 'stopping: draining and committing; a second signal stops at once');
    stopping = service.stop();
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);

  try {
    await service.start();
    await service.ended();
    await (stopping ?? service.stop());
    return EXIT.clean;
  } catch (error) {
    await service.stop();
    return stopping === undefined ? fail(error) : EXIT.clean;
  }
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

process.exit(await main());

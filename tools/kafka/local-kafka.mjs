/**
 * One local Apache Kafka: started, killed and restarted at will, on 127.0.0.1, with its own data folder.
 * Java's parent is a guard process (guard.mjs), so that nothing is left when this process is killed.
 */
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve as absolute } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runLogged, tailOf } from '../lib/command.mjs';
import { inProject } from '../lib/project.mjs';
import { javaCommand, kafkaClassPath } from './jars.mjs';
import { freePort } from './ports.mjs';
import { answers } from './ready.mjs';
import { asProperties, controllerAlone, securedSettings, serverSettings } from './settings.mjs';

const READY_TIMEOUT_MS = 120_000;
const READY_POLL_MS = 50;
const GUARD_TIMEOUT_MS = 30_000;
const LOG_LIMIT_BYTES = 20_000_000;
const TRIES = 3;
const DATA_WAIT_MS = 5000;
/** The session that `controllerAlone` gives, many times over: a machine may be busy. */
const FENCE_LIMIT_MS = 5_000;
const MAIN = 'kafka.Kafka';
const FORMAT = 'kafka.tools.StorageTool';
const BROKER_JVM = ['-Xms128m', '-Xmx512m', '-XX:+UseSerialGC', '-XX:+ExitOnOutOfMemoryError'];
const TOOL_JVM = ['-Xmx128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
const LOGGING = [
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=info',
  '-Dorg.slf4j.simpleLogger.showDateTime=true',
  "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSZ",
  // The whole configuration, several hundred lines each.
  '-Dorg.slf4j.simpleLogger.log.org.apache.kafka.common.config=warn',
  '-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaConfig=warn',
  '-Dorg.slf4j.simpleLogger.log.org.apache.kafka.clients=warn',
];

/** @typedef {import('./local-kafka.mjs').KafkaOptions} KafkaOptions */
/** @typedef {import('./local-kafka.mjs').LocalKafka} LocalKafka */
/** @typedef {{ code: number | null, signal: NodeJS.Signals | null }} Ending */

/**
 * Resolves when the broker answers.
 * @param {KafkaOptions} [options]
 * @returns {Promise<LocalKafka>}
 */
export const startKafka = async (options = {}) => {
  const say = options.log ?? (() => undefined);
  const classPath = await kafkaClassPath(say);
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort());
    const controllerPort = options.controllerPort ?? (await freePort([port]));
    const securedPort = await freePort([port, controllerPort]);
    try {
      return await startOn({ ...options, port, controllerPort, securedPort, say, classPath });
    } catch (error) {
      // Between the search for a free port and its use, somebody else can take it.
      const lostRace = error instanceof PortTaken && options.port === undefined;
      if (!(lostRace || error instanceof DataInUse) || attempt === TRIES) throw error;
      if (error instanceof DataInUse) {
        // One whose starter was killed may still be on its way out.
        say('another Kafka uses the data folder; waiting for it to end');
        await sleep(DATA_WAIT_MS);
      }
    }
  }
};

class PortTaken extends Error {}
class DataInUse extends Error {}

/** @param {KafkaOptions & { port: number, controllerPort: number, securedPort: number, say: (line: string) => void, classPath: string }} options */
const startOn = async ({ port, controllerPort, securedPort, say, classPath, onDeath, ...options }) => {
  const ephemeral = options.ephemeral ?? options.dataDir === undefined;
  const dataDir = absolute(options.dataDir ?? mkdtempSync(join(tmpdir(), 'audit-lanes-kafka-')));
  const logDir = join(dataDir, 'data');
  const logFile = join(dataDir, 'kafka.log');
  const properties = join(dataDir, 'server.properties');
  const java = javaCommand();
  const bootstrapServers = `127.0.0.1:${port}`;

  mkdirSync(dataDir, { recursive: true });
  if (existsSync(logFile) && statSync(logFile).size > LOG_LIMIT_BYTES) rmSync(logFile);
  const { settings, users } = options;
  const secured = users === undefined ? {} : securedSettings({ port, controllerPort, securedPort, users });
  writeFileSync(
    properties,
    asProperties({ ...serverSettings({ port, controllerPort, logDir }), ...secured, ...settings }),
  );

  const guard = fork(inProject('tools', 'kafka', 'guard.mjs'), ephemeral ? [dataDir] : [], {
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: [],
  });
  /** @type {Promise<void>} */
  const guardGone = new Promise((resolve) => guard.once('exit', () => resolve()));
  /** @type {number | undefined} */
  let pid;
  /** Whether the end of Java is what somebody asked for. */
  let endIsWanted = false;
  /** @type {Ending | undefined} */
  let ending;
  /** @type {(ending: Ending) => void} */
  let onEnd = () => undefined;

  /** @param {Ending} how */
  const ended = (how) => {
    if (pid === undefined) return;
    pid = undefined;
    ending = how;
    onEnd(how);
  };
  guard.on('message', (/** @type {any} */ message) => {
    if (message.event === 'started') pid = message.pid;
    else if (message.event === 'exited') {
      pid ??= 0; // it could not be started at all
      ended({ code: message.code, signal: message.signal });
    }
  });
  void guardGone.then(() => {
    // The guard was killed by its own name: Java must not outlive it.
    if (pid) process.kill(pid, 'SIGKILL');
    ended({ code: null, signal: 'SIGKILL' });
  });
  // The answer to a message that the guard no longer takes is its exit, which is handled above.
  guard.on('error', () => undefined);

  const format = async () => {
    if (existsSync(join(logDir, 'meta.properties'))) return;
    // Given with '=': an id can begin with '-'.
    const id = randomBytes(16).toString('base64url');
    const args = [...TOOL_JVM, '-cp', classPath, FORMAT, 'format', `--cluster-id=${id}`, '-c', properties];
    const { code } = await runLogged(java, args, { logFile, cwd: dataDir });
    if (code !== 0) throw new Error(`cannot format ${logDir} (log: ${logFile}):\n${tailOf(logFile)}`);
  };

  /** @param {string} settings */
  const startJava = (settings) => {
    const args = [...BROKER_JVM, ...LOGGING, '-cp', classPath, MAIN, settings];
    guard.send({ do: 'start', command: java, args, logFile, cwd: dataDir });
  };

  /**
   * A broker that was killed is alive to the controller until its session is over, and one that starts before
   * that works with what was true in its former life: it ends transactions, is fenced amid that, and forgets the
   * markers. Those transactions then hang for ever. So the controller alone fences the former life first.
   */
  const fenceFormerLife = async () => {
    const alone = join(dataDir, 'controller.properties');
    writeFileSync(alone, asProperties(controllerAlone({ controllerPort, logDir })));
    const seen = existsSync(logFile) ? statSync(logFile).size : 0;
    startJava(alone);
    const log = () => readFileSync(logFile).subarray(seen).toString();
    /** @type {number | undefined} */
    let activeMs;
    const startedMs = performance.now();
    while (ending === undefined && performance.now() - startedMs < READY_TIMEOUT_MS) {
      if (/Fencing broker 1\b[^]*Replayed BrokerRegistrationChangeRecord/.test(log())) break;
      if (/Performing controller activation/.test(log())) activeMs ??= performance.now();
      // It was fenced already, and nothing says so.
      if (activeMs !== undefined && performance.now() - activeMs > FENCE_LIMIT_MS) break;
      await sleep(READY_POLL_MS);
    }
    await end('stop');
  };

  const launch = async () => {
    const startedMs = performance.now();
    const wasUsed = existsSync(join(logDir, 'meta.properties'));
    await format();
    ending = undefined;
    endIsWanted = true;
    if (wasUsed && !existsSync(join(logDir, '.kafka_cleanshutdown'))) await fenceFormerLife();
    ending = undefined;
    endIsWanted = false;
    const seen = existsSync(logFile) ? statSync(logFile).size : 0;
    onEnd = () => {
      if (!endIsWanted) onDeath?.(`Kafka ended by itself (log: ${logFile}):\n${tailOf(logFile)}`);
    };
    startJava(properties);
    for (;;) {
      if (ending || guard.exitCode !== null) {
        const log = readFileSync(logFile).subarray(seen).toString();
        const message = `Kafka did not start (log: ${logFile}):\n${tailOf(logFile)}`;
        if (/Address already in use/.test(log)) throw new PortTaken(message);
        if (/Failed to acquire lock/.test(log)) throw new DataInUse(`another Kafka uses ${dataDir}`);
        throw new Error(message);
      }
      if (await answers(port)) break;
      if (performance.now() - startedMs > READY_TIMEOUT_MS)
        throw new Error(`Kafka was not ready after ${READY_TIMEOUT_MS / 1000} s (log: ${logFile})`);
      await sleep(READY_POLL_MS);
    }
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    say(`Kafka is ready on ${bootstrapServers} after ${seconds} s (pid ${pid}, log ${logFile})`);
  };

  /** @param {'stop' | 'kill'} how */
  const end = async (how) => {
    endIsWanted = true;
    if (pid === undefined || guard.exitCode !== null) return;
    /** @type {Promise<void>} */
    const over = new Promise((resolve) => (onEnd = () => resolve()));
    guard.send({ do: how });
    await over;
  };

  const stop = async () => {
    // Nothing of an ephemeral broker is worth a graceful end.
    await end(ephemeral ? 'kill' : 'stop');
    if (guard.connected) guard.disconnect();
    const late = setTimeout(() => guard.kill('SIGKILL'), GUARD_TIMEOUT_MS);
    await guardGone;
    clearTimeout(late);
  };

  try {
    await launch();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    bootstrapServers,
    securedServers: users === undefined ? undefined : `127.0.0.1:${securedPort}`,
    port,
    dataDir,
    logFile,
    get pid() {
      return pid;
    },
    stop,
    kill: () => end('kill'),
    restart: async () => {
      await end('stop');
      await launch();
    },
  };
};

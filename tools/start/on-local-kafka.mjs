/**
 * `npm start` without KAFKA_BROKERS: a local Kafka, the service, a reader that prints the audit events if there are any, and a
 * publisher of sample events. Whatever ends first ends all of it; Ctrl-C ends it in the order in which
 * nothing is lost: publisher, service (which drains), reader, Kafka.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { startKafka } from '../kafka/local-kafka.mjs';
import { freePort, isFree } from '../kafka/ports.mjs';
import { inProject } from '../lib/project.mjs';
import { Children, describeEnding, exitCodeOf } from './children.mjs';
import { readableLog } from './log-line.mjs';
import { localEnvironment, PUBLISHER, READER, serviceCommand, topologyIn } from './programs.mjs';
import { onSignals } from './signals.mjs';

const KAFKA_PORT = 9092;
const HTTP_PORT = 8080;
const FORCED = 130;
const READY_TIMEOUT_MS = 90_000;
const READY_POLL_MS = 200;
/** The service ends by itself within its DRAIN_TIMEOUT_MS and a transaction; this is for when it does not. */
const SERVICE_PATIENCE_MS = 60_000;
const OTHERS_PATIENCE_MS = 10_000;
/** The reader's last look: the service's last commit was just before. */
const LAST_LOOK_MS = 500;

/** @param {string} line */
const say = (line) => console.log(`start   │ ${line}`);

/** @param {number} port @param {string} what */
const portOrFree = async (port, what) => {
  if (await isFree(port)) return port;
  const other = await freePort();
  say(`port ${port} is in use; ${what} is on port ${other} instead`);
  return other;
};

/** @param {number} port @param {AbortSignal} stopped */
const untilReady = async (port, stopped) => {
  const endMs = performance.now() + READY_TIMEOUT_MS;
  while (!stopped.aborted && performance.now() < endMs) {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
    if (answer?.status === 200) return true;
    await sleep(READY_POLL_MS);
  }
  return false;
};

/** @param {readonly string[]} args of the service @returns {Promise<number>} */
export const startOnLocalKafka = async (args) => {
  const startedMs = performance.now();
  const children = new Children();
  const stopping = new AbortController();
  /** @type {(exitCode: number) => void} */
  let resolveStop = () => undefined;
  /** @type {Promise<number>} */
  const stopAsked = new Promise((resolve) => (resolveStop = resolve));
  /** The first reason to stop decides the exit code. @param {number} exitCode @param {string} why */
  const askStop = (exitCode, why) => {
    if (stopping.signal.aborted) return;
    say(why);
    stopping.abort();
    resolveStop(exitCode);
  };
  /** What a forced end has to kill; empty while Kafka is being started. @type {import('../kafka/local-kafka.mjs').LocalKafka[]} */
  const brokers = [];
  onSignals({
    stop: () =>
      askStop(0, 'stopping: publisher, service (drains and commits), reader, Kafka. Ctrl-C again forces it.'),
    force: () => {
      say('forced');
      void Promise.all([children.killAll(), ...brokers.map((broker) => broker.kill())]).finally(() =>
        process.exit(FORCED),
      );
    },
  });

  const port = await portOrFree(KAFKA_PORT, 'Kafka');
  const kafka = await startKafka({
    port,
    dataDir: inProject('.kafka'),
    log: say,
    onDeath: (reason) => askStop(1, reason),
  });
  brokers.push(kafka);
  const httpPort = process.env.HTTP_PORT
    ? Number(process.env.HTTP_PORT)
    : await portOrFree(HTTP_PORT, 'HTTP');
  const env = localEnvironment({ brokers: kafka.bootstrapServers, httpPort });
  const color = process.stdout.isTTY && process.env.NO_COLOR === undefined;
  const readable = await readableLog({ color });

  /** @param {string} name @param {readonly string[]} command @param {(line: string) => string} [asLine] */
  const start = (name, command, asLine) => {
    const onLine =
      asLine && ((/** @type {string} */ line) => console.log(`${name.padEnd(8)}│ ${asLine(line)}`));
    const child = children.start(name, command, { env, ...(onLine ? { onLine } : {}) });
    void child.ended.then((ending) => {
      askStop(exitCodeOf(ending) || 1, `the ${name} ended by itself (${describeEnding(ending)})`);
    });
    return child;
  };

  /** @type {import('./children.mjs').Child | undefined} */
  let reader;
  /** @type {import('./children.mjs').Child | undefined} */
  let publisher;
  const writesAudit = topologyIn(args) === 'user-audit';
  const service = stopping.signal.aborted ? undefined : start('service', serviceCommand(args), readable);
  if (service && (await untilReady(httpPort, stopping.signal))) {
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    say(
      `ready after ${seconds} s: http://127.0.0.1:${httpPort}/status, /readyz, /metrics, /topology; ${writesAudit ? 'audit events follow' : 'sample events are being written, and what becomes of them is in the topics of the topology (docs/topologies.md)'}`,
    );
    if (writesAudit) reader = start('reader', READER);
    publisher = start('sample', PUBLISHER, (line) => line);
  } else askStop(1, `the service was not ready after ${READY_TIMEOUT_MS / 1000} s`);

  const exitCode = await stopAsked;
  await publisher?.stop(OTHERS_PATIENCE_MS);
  const ending = await service?.stop(SERVICE_PATIENCE_MS);
  if (reader) await sleep(LAST_LOOK_MS);
  await reader?.stop(OTHERS_PATIENCE_MS);
  await kafka.stop();
  children.close();
  say('everything has ended');
  return exitCode || (ending ? exitCodeOf(ending) : 0);
};

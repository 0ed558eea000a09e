/** The local Kafka itself: what the broker tests and `npm start` rely on. */
import { expect } from 'chai';
import { fork, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LocalKafka, projectRoot, startBroker, startOwnBroker } from '../support/broker.js';

const WAIT_MS = 30_000;

const until = async (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => {
  const endMs = Date.now() + WAIT_MS;
  while (!(await holds())) {
    if (Date.now() > endMs) throw new Error(`still not true after ${WAIT_MS} ms: ${what}`);
    await sleep(50);
  }
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const done = (result: boolean) => (): void => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', done(true)).once('error', done(false));
  });

const pidOf = (kafka: { pid: number | undefined }): number => {
  if (kafka.pid === undefined) throw new Error('the broker has no process');
  return kafka.pid;
};

interface Started {
  readonly pid: number;
  readonly dataDir: string;
}

/** A process that starts a Kafka, tells where it is, and goes on. */
const forkStarter = (): { starter: ChildProcess; started: Promise<Started> } => {
  const program = `
    const { startKafka } = await import(process.argv[1]);
    const kafka = await startKafka();
    process.send({ pid: kafka.pid, dataDir: kafka.dataDir });`;
  const tool = join(projectRoot(), 'tools', 'kafka', 'local-kafka.mjs');
  const starter = fork('-', [], {
    execArgv: ['--input-type=module', '-e', program, tool],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const started = new Promise<Started>((resolve, reject) => {
    starter.once('message', (message) => {
      resolve(message as Started);
    });
    starter.once('exit', () => {
      reject(new Error('the starter ended before Kafka was ready'));
    });
  });
  return { starter, started };
};

describe('the local Kafka', function () {
  this.timeout(120_000);

  it('is one for all suites of a process', async function () {
    const first = await startBroker(this);
    const second = await startBroker(this);
    expect(second.port).to.equal(first.port);
    expect(await accepts(first.port)).to.equal(true);
  });

  describe('of its own for one suite', () => {
    let kafka: LocalKafka;

    before(async function () {
      kafka = await startOwnBroker(this, { settings: { 'group.initial.rebalance.delay.ms': 1 } });
    });

    it('has the settings that were given in the place of its own', () => {
      const lines = readFileSync(join(kafka.dataDir, 'server.properties'), 'utf8').split('\n');
      const given = lines.filter((line) => line.startsWith('group.initial.rebalance.delay.ms='));
      expect(given).to.deep.equal(['group.initial.rebalance.delay.ms=1']);
    });

    it('can be killed and comes back on the same port as another process', async () => {
      const former = pidOf(kafka);
      await kafka.kill();
      expect(isAlive(former)).to.equal(false);
      expect(kafka.pid).to.equal(undefined);
      expect(await accepts(kafka.port)).to.equal(false);
      await kafka.restart();
      expect(await accepts(kafka.port)).to.equal(true);
      expect(kafka.pid).not.to.equal(former);
    });

    it('leaves neither a process nor its data when it is stopped', async () => {
      const last = pidOf(kafka);
      await kafka.stop();
      expect(isAlive(last)).to.equal(false);
      expect(existsSync(kafka.dataDir)).to.equal(false);
    });
  });

  it('ends, and its data goes, when the process that started it is killed with SIGKILL', async function () {
    await startBroker(this); // skips where no broker can run
    const { starter, started } = forkStarter();
    const kafka = await started;
    expect(isAlive(kafka.pid)).to.equal(true);
    starter.kill('SIGKILL');
    await until('Java is gone', () => !isAlive(kafka.pid));
    await until('the data folder is gone', () => !existsSync(kafka.dataDir));
  });
});

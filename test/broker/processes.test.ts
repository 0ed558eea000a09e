/**
 * PROCESSES above 1 on a real Kafka: one container, several stream processes, one endpoint (P2, P6). Processes are killed,
 * frozen and told to stop; the supervisor is killed. Nothing is lost or doubled, and no process is left.
 */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { startBroker, type LocalKafka } from '../support/broker.js';
import { Load } from '../support/load.js';
import { ServiceBench } from '../support/service-bench.js';
import type { ServiceProcess, ServiceStatus } from '../support/service-process.js';
import { eventually, until } from '../support/wait.js';

interface Status extends ServiceStatus {
  readonly tasks: readonly (ServiceStatus['tasks'][number] & { readonly process: number })[];
  readonly processes: readonly {
    readonly process: number;
    readonly pid: number | null;
    readonly phase: string;
    readonly answered: boolean;
  }[];
}

const PARTITIONS = 4;
const ENV = {
  PROCESSES: '2',
  TOPICS_PARTITIONS: String(PARTITIONS),
  KAFKA_SESSION_TIMEOUT_MS: '6000',
  TRANSACTION_TIMEOUT_MS: '6000',
};
/** As docs/processes.md says: silence of 10 s, and two turns of the supervisor. */
const SILENCE_LIMIT_MS = 11_500;

/** A zombie that nobody has reaped yet has ended. */
const runs = (pid: number): boolean => {
  try {
    return !/^\d+ \(.*\) [ZX] /s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

const seen = new Set<number>();

const statusOf = async (service: ServiceProcess): Promise<Status> => {
  const status = (await service.status()) as Status;
  for (const { pid } of status.processes) if (pid !== null) seen.add(pid);
  return status;
};

const pidsOf = async (service: ServiceProcess): Promise<readonly number[]> => {
  const { processes } = await statusOf(service);
  return processes.flatMap(({ pid }) => pid ?? []);
};

const pidOf = async (service: ServiceProcess, number: number): Promise<number> => {
  const pid = (await pidsOf(service))[number - 1];
  if (pid === undefined) throw new Error(`process ${number} does not live`);
  return pid;
};

/** The processes that have tasks that run, once all partitions do. */
const untilShared = (service: ServiceProcess): Promise<readonly number[]> =>
  eventually('each process runs some of the partitions', async () => {
    const { tasks } = await statusOf(service);
    const running = tasks.filter(({ state }) => state === 'running');
    const owners = [...new Set(running.map((task) => task.process))].sort();
    return running.length === PARTITIONS && owners.length === 2 ? owners : undefined;
  });

describe('several stream processes in one container', function () {
  this.timeout(180_000);
  let kafka: LocalKafka;

  before(async function () {
    kafka = await startBroker(this);
  });

  afterEach('no process of a failed test is left', () => {
    for (const pid of seen) if (runs(pid)) process.kill(pid, 'SIGKILL');
    seen.clear();
  });

  it('share the partitions, are one endpoint, and one that is killed under load comes back: nothing is lost or doubled', async () => {
    const bench = await ServiceBench.on(kafka, {
      partitions: PARTITIONS,
      env: { ...ENV, INSTANCE_ID: 'box' },
    });
    const service = await bench.startReady('box');
    expect(await untilShared(service)).to.deep.equal([1, 2]);
    expect(await service.metric('audit_processes', 'state="running"')).to.equal(2);
    expect((await service.get('/')).status).to.equal(200);
    expect((await service.get('/topology')).body).to.contain('Sub-topology');

    const load = new Load(bench.tool, bench.source, { seed: 71, recordsPerSecond: 400 });
    await until('it works', async () => (await bench.committed()) > 1_000);
    const killed = await pidOf(service, 2);
    const counted = await service.metric('audit_message_count_total');
    process.kill(killed, 'SIGKILL');
    await until('it is being restarted', () => service.logged(/stream process was ended by SIGKILL/));
    // The other one goes on meanwhile, and the platform has no reason to restart anything.
    expect((await service.get('/livez')).status).to.equal(200);
    expect(await service.metric('audit_message_count_total')).to.be.at.least(counted);
    const before = await bench.committed();
    await until('the other goes on', async () => (await bench.committed()) > before + 200);
    await until('the new one has its share', async () => {
      const pid = await pidOf(service, 2).catch(() => killed);
      return pid !== killed && (await untilShared(service)).length === 2;
    });
    await service.untilReady();
    expect(await service.metric('audit_process_restarts_total')).to.equal(1);
    const inputs = await load.stop();
    await bench.untilAllCommitted();
    const { counts } = await bench.expectExactlyOnce(inputs);
    console.log(
      `      ${counts.inputs} inputs, ${counts.audits} audit events, ${counts.deadLetters} dead letters`,
    );
    const all = await pidsOf(service);
    expect(await service.stop()).to.deep.equal({ code: 0, signal: null });
    expect(all.filter(runs)).to.deep.equal([]);
    expect(service.logged(/"process":"1"/)).to.equal(true);
    expect(service.logged(/"process":"2"/)).to.equal(true);
  });

  it('count every record once in their common metrics, are members of their own without INSTANCE_ID, and SIGTERM under load drains them all', async () => {
    const bench = await ServiceBench.on(kafka, { partitions: PARTITIONS, env: ENV });
    const first = await bench.startReady('first');
    await untilShared(first);
    const load = new Load(bench.tool, bench.source, { seed: 72, recordsPerSecond: 400 });
    await until('it works', async () => (await bench.committed()) > 1_000);
    const written = await load.stop();
    await bench.untilAllCommitted();
    await until(
      'the metrics have every record',
      async () => (await first.metric('audit_message_count_total')) === written.length,
    );
    const more = new Load(bench.tool, bench.source, { seed: 73, recordsPerSecond: 400 });
    await until('it goes on', async () => (await bench.committed()) > written.length + 500);
    const all = await pidsOf(first);
    first.signal('SIGTERM');
    await until('it is stopping', () => first.logged('a second signal stops at once'));
    const ready = await first.get('/readyz').catch(() => undefined);
    if (ready !== undefined) expect(ready.status).to.equal(503);
    expect(await first.untilExit()).to.deep.equal({ code: 0, signal: null });
    expect(all.filter(runs)).to.deep.equal([]);
    const [audits, letters] = await Promise.all([bench.audits(), bench.letters()]);
    expect(await bench.committed()).to.equal(audits.length + letters.length);
    await bench.startReady('second');
    const inputs = [...written, ...(await more.stop())];
    await bench.untilAllCommitted();
    await bench.expectExactlyOnce(inputs);
  });

  it('one that hangs turns live to 503 within the limit, answered at once, and back when it goes on', async () => {
    const bench = await ServiceBench.on(kafka, { partitions: PARTITIONS, env: ENV });
    const service = await bench.startReady('one');
    const frozen = await pidOf(service, 1);
    process.kill(frozen, 'SIGSTOP');
    const began = performance.now();
    let slowestMs = 0;
    const live = async (): Promise<number> => {
      const askedMs = performance.now();
      const { status } = await service.get('/livez');
      slowestMs = Math.max(slowestMs, performance.now() - askedMs);
      return status;
    };
    await until('live is 503', async () => (await live()) === 503);
    const tookMs = performance.now() - began;
    console.log(`      503 after ${Math.round(tookMs)} ms, slowest answer ${Math.round(slowestMs)} ms`);
    expect((await service.get('/livez')).body).to.contain('process 1: has not been heard of for');
    expect((await service.get('/readyz')).status).to.equal(503);
    // No probe waits for the one that hangs: an answer takes less than the time of one silence.
    expect(slowestMs).to.be.below(SILENCE_LIMIT_MS / 4);
    // The others are shown, and what is asked of all does not wait for ever either.
    const { processes } = await statusOf(service);
    expect(processes.map(({ answered }) => answered)).to.deep.equal([false, true]);
    expect(await service.metric('audit_health', 'probe="live"')).to.equal(0);
    process.kill(frozen, 'SIGCONT');
    await until('live is 200', async () => (await live()) === 200);
    await service.untilReady();
    expect(await service.metric('audit_process_restarts_total')).to.equal(0);
    expect((await service.stop()).code).to.equal(0);
  });

  it('end by themselves when their supervisor is killed', async () => {
    const bench = await ServiceBench.on(kafka, {
      partitions: PARTITIONS,
      env: { ...ENV, INSTANCE_ID: 'orphan' },
    });
    const service = await bench.startReady('one');
    const load = new Load(bench.tool, bench.source, { seed: 74, recordsPerSecond: 200 });
    await until('it works', async () => (await bench.committed()) > 300);
    const all = await pidsOf(service);
    expect(all).to.have.length(2);
    await service.kill();
    await until('no process is left', () => !all.some(runs));
    // They had drained: what they wrote is committed, and nothing else is there.
    const [audits, letters] = await Promise.all([bench.audits(), bench.letters()]);
    expect(await bench.committed()).to.equal(audits.length + letters.length);
    const next = await bench.startReady('two');
    const inputs = await load.stop();
    await bench.untilAllCommitted();
    await bench.expectExactlyOnce(inputs);
    expect((await next.stop()).code).to.equal(0);
  });

  it('a second signal ends all of them at once with 1', async () => {
    const bench = await ServiceBench.on(kafka, { partitions: PARTITIONS, env: ENV });
    const service = await bench.startReady('one');
    const all = await pidsOf(service);
    process.kill(all[0] ?? 0, 'SIGSTOP');
    service.signal('SIGTERM');
    await until('it is stopping', () => service.logged('a second signal stops at once'));
    expect((await service.get('/readyz')).status).to.equal(503);
    service.signal('SIGINT');
    expect(await service.untilExit(10_000)).to.deep.equal({ code: 1, signal: null });
    await until('no process is left', () => !all.some(runs));
  });

  it('a signal to all of them, as Ctrl-C in a terminal is, stops them once', async () => {
    const bench = await ServiceBench.on(kafka, { partitions: PARTITIONS, env: ENV });
    const service = await bench.startReady('one');
    const all = await pidsOf(service);
    for (const pid of all) process.kill(pid, 'SIGINT');
    service.signal('SIGINT');
    expect(await service.untilExit()).to.deep.equal({ code: 0, signal: null });
    expect(all.filter(runs)).to.deep.equal([]);
    expect(service.logged('started again')).to.equal(false);
  });

  it('topics that cannot be used end all of them with 3, as they end one process', async () => {
    const bench = await ServiceBench.on(kafka, {
      partitions: 0,
      env: { ...ENV, TOPICS_AUTO_CREATE: 'false' },
    });
    const service = await bench.start('one');
    expect(await service.untilExit()).to.deep.equal({ code: 3, signal: null });
  });
});

/**
 * P6 on a real Kafka: what the probes of the service say while something is wrong, and while nothing is. Live is 503
 * when a restart helps, and never else; ready is 503 at once when the service stops, and while brokers are away.
 */
import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startBroker, type LocalKafka } from '../support/broker.js';
import { FaultyBench, PATROL_MS, STALL_LIMIT_MS } from '../support/faulty-bench.js';
import { ProbeWatch } from '../support/probe-watch.js';
import { operatorCli } from '../support/operator-cli.js';
import type { HttpAnswer, ServiceProcess } from '../support/service-process.js';
import { eventually, until } from '../support/wait.js';

/** In which a fault must have been told, with room for a busy machine. */
const TOLD_WITHIN_MS = 2 * (STALL_LIMIT_MS + PATROL_MS);

const untilNotLive = (service: ServiceProcess): Promise<HttpAnswer> =>
  eventually(
    `${service.name} is not live`,
    async () => {
      const answer = await service.get('/livez');
      return answer.status === 503 ? answer : undefined;
    },
    TOLD_WITHIN_MS,
  );

const outputOf = ({ body }: HttpAnswer): string => (JSON.parse(body) as { output: string }).output;

describe('the probes of the service', function () {
  this.timeout(240_000);
  let kafka: LocalKafka;
  let folder: string;

  before(async function () {
    kafka = await startBroker(this);
    folder = mkdtempSync(join(tmpdir(), 'health-'));
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it('a partition that stands while others move: live is 503, and names it; a restart mends it', async () => {
    const bench = await FaultyBench.on(kafka);
    const service = await bench.startReady('one', { FAULT_NEVER_RESUME: '1' });
    expect((await service.get('/livez')).status).to.equal(200);
    await bench.writeMany('fine', 300);
    const moving = (async () => {
      while ((await service.get('/livez')).status === 200) {
        await bench.write('fine', 0);
        await sleep(200);
      }
    })();
    const answer = await untilNotLive(service);
    await moving;
    expect(outputOf(answer)).to.match(
      new RegExp(`^task 0_1 stands: records of ${bench.source}-1 are not taken from offset 0 on \\(for`),
    );
    expect(outputOf(answer)).to.not.match(/0_0|0_2/);
    expect((await service.get('/readyz')).status).to.equal(200);
    expect(await bench.committed(0)).to.be.above(0);
    const told = await operatorCli(['status', '--url', `http://127.0.0.1:${service.port}`]);
    expect(told.stdout).to.include('not live').and.to.include('task 0_1 stands');
    await service.stop();

    const next = await bench.startReady('next');
    await until('it is committed', async () => (await bench.committed(1)) > 0);
    expect((await next.get('/livez')).status).to.equal(200);
  });

  it('a commit that never ends though brokers are connected: live is 503', async () => {
    const bench = await FaultyBench.on(kafka);
    const hangs = join(folder, 'hangs');
    const service = await bench.startReady('one', { FAULT_HANG_COMMITS_WHILE: hangs });
    await bench.writeMany('fine', 30);
    await until('it is committed', async () => (await bench.committed()) === 30);
    writeFileSync(hangs, '');
    await bench.write('fine', 2);
    const answer = await untilNotLive(service);
    expect(outputOf(answer)).to.include('task 0_2 stands: what is decided is not committed');
    expect(outputOf(answer)).to.not.include('0_1');
    await service.kill();
    rmSync(hangs);
    await bench.startReady('next');
    await until('all is committed', async () => (await bench.committed()) === 31);
    expect((await bench.outputs()).length).to.equal(31);
  });

  it('a handler in an endless loop: nothing answers', async () => {
    const bench = await FaultyBench.on(kafka);
    const service = await bench.startReady('one');
    await bench.write('loops');
    const live = new ProbeWatch(service, '/livez');
    await until('the probe times out', () => live.statuses.includes('TimeoutError'));
    await live.stop();
    const from = live.answers.findIndex(({ status }) => status !== 200);
    expect(live.answers.slice(from).every(({ status }) => status === 'TimeoutError')).to.equal(true);
    await service.kill();
  });

  it('idle topics, a long retry delay with a lane that waits, a handler without an end, more members than partitions: live stays 200', async () => {
    const env = { RETRY_TIERS: '10m', RETRY_IMMEDIATE: '0' };
    const bench = await FaultyBench.on(kafka, { partitions: 1, env });
    const services = [await bench.startReady('one'), await bench.startReady('other')];
    await bench.write('fails', 0, 'one');
    // Behind it, in its lane.
    await bench.write('fine', 0, 'one');
    await bench.write('never-ends', 0, 'two');
    await bench.writeMany('fine', 10, 0);
    await until('all is committed', async () => (await bench.committed()) === 13);
    const watches = services.map((service) => new ProbeWatch(service, '/livez'));
    // Nothing else happens: time is what this is about.
    await sleep(3 * STALL_LIMIT_MS);
    for (const watch of watches) expect((await watch.stop()).statuses).to.deep.equal([200]);
    const statuses = await Promise.all(services.map((service) => service.status()));
    expect(statuses.map(({ tasks }) => tasks.length).sort()).to.deep.equal([0, 1]);
    expect(statuses.flatMap(({ tasks }) => tasks.map(({ lanes }) => lanes?.retrying))).to.deep.equal([2]);
    for (const service of services) expect((await service.get('/readyz')).status).to.equal(200);
  });

  for (const guarantee of ['exactly_once_v2', 'at_least_once'] as const) {
    it(`SIGTERM under load: ready is 503 first, then drained, committed, left, exit 0, nothing doubled, ${guarantee}`, async () => {
      const limits = { drain: 8_000, transaction: 4_000 };
      const env = {
        PROCESSING_GUARANTEE: guarantee,
        DRAIN_TIMEOUT_MS: String(limits.drain),
        TRANSACTION_TIMEOUT_MS: String(limits.transaction),
      };
      const bench = await FaultyBench.on(kafka, { env });
      const first = await bench.startReady('first');
      const written: Promise<string>[] = [];
      let isOver = false;
      const load = (async () => {
        for (let i = 0; !isOver; i++) {
          written.push(bench.write(i % 10 === 0 ? 'is-slow' : 'fine'));
          await sleep(2);
        }
      })();
      await until('it works', async () => (await bench.committed()) > 300);
      first.signal('SIGTERM');
      const answer = await eventually('it is not ready', async () => {
        const ready = await first.get('/readyz');
        return ready.status === 503 ? ready : undefined;
      });
      const status = await first.status();
      expect(outputOf(answer)).to.include('the state is PENDING_SHUTDOWN');
      expect(status.uncommitted, 'records that were not drained when it said so').to.be.above(0);
      expect(await first.untilExit(limits.drain + limits.transaction)).to.deep.equal({
        code: 0,
        signal: null,
      });
      expect(first.logged('not drained in time')).to.equal(false);
      // What is slow may wait in a lane, committed and without an output.
      expect((await bench.outputs()).length).to.be.within(1, await bench.committed());
      const second = await bench.startReady('second');
      isOver = true;
      await load;
      const values = await Promise.all(written);
      await until('all is written', async () => (await bench.outputs()).length >= values.length);
      await until('all is committed', async () => (await bench.committed()) === values.length);
      expect([...(await bench.outputs())].sort()).to.deep.equal([...values].sort());
      expect((await second.stop()).code).to.equal(0);
    });
  }

  it('a saturated engine answers every probe within a few batches', async () => {
    const bench = await FaultyBench.on(kafka);
    const count = 100_000;
    for (let done = 0; done < count; done += 10_000) await bench.writeMany('fine', 10_000);
    const service = await bench.start('one');
    await until('it is there', async () => (await service.get('/livez')).status === 200);
    const watches = (['/livez', '/readyz', '/startupz'] as const).map(
      (path) => new ProbeWatch(service, path, 0),
    );
    let [beganMs, endedMs] = [0, 0];
    await until('all is committed', async () => {
      const committed = await bench.committed();
      if (beganMs === 0 && committed > 0) beganMs = performance.now();
      endedMs = performance.now();
      return committed === count;
    });
    for (const watch of watches) await watch.stop();
    const [live, ready] = watches;
    expect(live?.statuses).to.deep.equal([200]);
    // Until it has joined.
    expect(ready?.answers.at(-1)?.status).to.equal(200);
    const batchMs = (endedMs - beganMs) / (count / 1000);
    const longestMs = Math.max(...watches.flatMap(({ answers }) => answers.map(({ tookMs }) => tookMs)));
    const shown = `${watches.map(({ answers }) => answers.length).join(', ')} answers, the slowest ${Math.round(longestMs)} ms, a batch ${Math.round(batchMs)} ms`;
    console.log(`      ${shown}`);
    expect(longestMs / batchMs, shown).to.be.below(25);
  });
});

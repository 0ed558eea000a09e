/**
 * P3: memory is bounded when commits cannot keep up. Intake stops at the bound, goes on when there is room,
 * polls all the while, and everything is processed in the end.
 */
import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { startBroker, type LocalKafka } from '../support/broker.js';
import { DirectoryServer } from '../support/directory-server.js';
import { HostileRecords } from '../support/hostile-records.js';
import { produceAll } from '../support/load.js';
import { ServiceBench } from '../support/service-bench.js';
import type { ServiceProcess } from '../support/service-process.js';
import { until } from '../support/wait.js';

/** What was seen of the load while it was watched. */
class LoadWatch {
  mostUncommitted = 0;
  mostUncommittedMetric = 0;
  resumed = 0;
  readonly reasons = new Set<string>();
  #wasPaused = false;
  #stopped = false;
  readonly #run: Promise<void>;

  constructor(private readonly service: ServiceProcess) {
    this.#run = this.#watch();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#run;
  }

  async #watch(): Promise<void> {
    while (!this.#stopped) {
      const { uncommitted, pausedPartitions, tasks } = await this.service.status();
      this.mostUncommitted = Math.max(this.mostUncommitted, uncommitted);
      this.mostUncommittedMetric = Math.max(
        this.mostUncommittedMetric,
        await this.service.metric('audit_uncommitted_records'),
      );
      for (const reason of tasks.flatMap(({ paused }) => paused)) this.reasons.add(reason);
      const isPaused = pausedPartitions > 0;
      if (!isPaused && this.#wasPaused) this.resumed += 1;
      this.#wasPaused = isPaused;
      await sleep(10);
    }
  }
}

const MAX_UNCOMMITTED = 600;
/** So much that is decided makes intake wait for a commit; partitions are paused only if that is not enough. */
const WAITS_AT = 0.6 * MAX_UNCOMMITTED;

describe('commits cannot keep up', function () {
  this.timeout(180_000);
  let kafka: LocalKafka;

  before(async function () {
    kafka = await startBroker(this);
  });

  it('intake waits below MAX_UNCOMMITTED and goes on when there is room: long commits', async () => {
    const bench = await ServiceBench.on(kafka, {
      env: { MAX_UNCOMMITTED: String(MAX_UNCOMMITTED), COMMIT_INTERVAL_MS: '1000' },
    });
    const records = new HostileRecords({ seed: 21 });
    const load = [...records.oneOfEach(), ...Array.from({ length: 3000 }, () => records.next())];
    const inputs = await produceAll(bench.tool, bench.source, load);
    const service = await bench.startReady('one');
    const watch = new LoadWatch(service);
    await bench.untilAllCommitted();
    await watch.stop();
    await bench.expectExactlyOnce(inputs);
    expect(watch.mostUncommitted, 'uncommitted records').to.be.within(WAITS_AT, MAX_UNCOMMITTED);
    expect(watch.mostUncommittedMetric, 'uncommitted records, by the metric').to.be.within(
      WAITS_AT,
      MAX_UNCOMMITTED,
    );
    await until('nothing is held', async () => {
      const { uncommitted, pausedPartitions } = await service.status();
      return uncommitted === 0 && pausedPartitions === 0;
    });
  });

  it('intake stops while a dependency stands still, and goes on when it answers', async () => {
    const directory = await DirectoryServer.start();
    directory.forOthers(directory.stalls);
    const bench = await ServiceBench.on(kafka, {
      env: {
        MAX_UNCOMMITTED: String(MAX_UNCOMMITTED),
        DIRECTORY_URL: directory.url,
        DIRECTORY_TIMEOUT_MS: '60000',
        ATTEMPT_TIMEOUT_MS: '60000',
      },
    });
    const records = new HostileRecords({ seed: 22, bad: 0, users: 500 });
    const load = Array.from({ length: 3000 }, () => records.next());
    const inputs = await produceAll(bench.tool, bench.source, load);
    const service = await bench.startReady('one');
    const watch = new LoadWatch(service);
    await until('every partition is paused', async () => (await service.status()).pausedPartitions === 3);
    const held = (await service.status()).uncommitted;
    expect(held).to.be.within(1, MAX_UNCOMMITTED);
    expect(await bench.committed()).to.equal(0);
    directory.release();
    await bench.untilAllCommitted();
    await watch.stop();
    await bench.expectExactlyOnce(inputs);
    expect(watch.mostUncommitted).to.be.at.most(MAX_UNCOMMITTED);
    expect([...watch.reasons]).to.include('credit');
    expect(watch.resumed).to.be.greaterThan(0);
  });

  it('intake stops at the bytes that a task may hold: records of 900 kB', async () => {
    const bench = await ServiceBench.on(kafka, {
      env: { TASK_MAX_BUFFER_MB: '8', COMMIT_INTERVAL_MS: '2000' },
    });
    const records = new HostileRecords({ seed: 23 });
    const load = Array.from({ length: 40 }, () => records.huge());
    const inputs = await produceAll(bench.tool, bench.source, load);
    const service = await bench.startReady('one');
    const watch = new LoadWatch(service);
    await bench.untilAllCommitted();
    await watch.stop();
    await bench.expectExactlyOnce(inputs);
    expect([...watch.reasons]).to.include('bound');
    // 8 MB for each of 3 partitions, in records of 0.9 MB.
    expect(watch.mostUncommitted, 'uncommitted records').to.be.at.most(27);
  });
});

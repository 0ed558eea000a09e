/**
 * P6 when the broker is away for longer than anything may stand: live is 200 throughout, ready is 503 and says why, the
 * same process goes on when the broker is back, and nothing is lost. With `LONG=1` the broker is away for two minutes.
 */
import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { startOwnBroker, type LocalKafka } from '../support/broker.js';
import { STALL_LIMIT_MS } from '../support/faulty-bench.js';
import { ProbeWatch } from '../support/probe-watch.js';
import { Load } from '../support/load.js';
import { ServiceBench } from '../support/service-bench.js';
import { until } from '../support/wait.js';

/** Twice as long as a partition may stand; the issue speaks of two minutes. */
const AWAY_MS = process.env['LONG'] === '1' ? 120_000 : 2 * STALL_LIMIT_MS;

describe(`the broker is away for ${AWAY_MS / 1000} s`, function () {
  this.timeout(180_000 + 2 * AWAY_MS);
  let kafka: LocalKafka;

  before(async function () {
    kafka = await startOwnBroker(this);
  });

  after(() => kafka.stop());

  for (const guarantee of ['exactly_once_v2', 'at_least_once'] as const) {
    it(`live stays 200, ready is 503 with the reason, and it recovers without a restart, ${guarantee}`, async () => {
      const bench = await ServiceBench.on(kafka, {
        env: {
          PROCESSING_GUARANTEE: guarantee,
          KAFKA_SESSION_TIMEOUT_MS: '6000',
          TRANSACTION_TIMEOUT_MS: '2000',
          ATTEMPT_TIMEOUT_MS: '5000',
          STALL_LIMIT_MS: String(STALL_LIMIT_MS),
        },
      });
      const service = await bench.startReady('one');
      const { pid } = service;
      const live = new ProbeWatch(service, '/livez');
      const load = new Load(bench.tool, bench.source, { seed: 310, recordsPerSecond: 100 });
      await until('it works', async () => (await bench.committed()) > 200);
      await kafka.kill();
      await until('it says that it is not ready', async () => !(await service.isReady()));
      const ready = new ProbeWatch(service, '/readyz');
      const started = new ProbeWatch(service, '/startupz');
      await sleep(AWAY_MS);
      expect((await ready.stop()).statuses).to.deep.equal([503]);
      expect((await started.stop()).statuses).to.deep.equal([200]);
      for (const { body } of ready.answers) expect(body).to.include('no broker is connected');
      await kafka.restart();
      await service.untilReady();
      const inputs = await load.stop();
      await bench.untilAllCommitted();
      // Long enough for the watch to complain, were there something to complain of.
      await sleep(1.5 * STALL_LIMIT_MS);

      expect((await live.stop()).statuses, 'answers of /livez').to.deep.equal([200]);
      expect(service.hasExited).to.equal(false);
      expect(service.pid).to.equal(pid);
      if (guarantee === 'exactly_once_v2') await bench.expectExactlyOnce(inputs);
      else expect((await bench.verdict(inputs, { repeatsAllowed: true })).faults).to.deep.equal([]);
      expect(await service.stop()).to.deep.equal({ code: 0, signal: null });
    });
  }
});

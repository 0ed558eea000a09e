/**
 * P2 and P6 when the broker itself is killed under load and comes back: nothing is lost or doubled, the same
 * process goes on, it is live throughout, and ready when it can work again.
 */
import { expect } from 'chai';
import { startOwnBroker, type LocalKafka } from '../support/broker.js';
import { Load } from '../support/load.js';
import { ProbeWatch } from '../support/probe-watch.js';
import { ServiceBench } from '../support/service-bench.js';
import { until } from '../support/wait.js';

describe('the broker is killed under load and comes back', function () {
  this.timeout(240_000);
  let kafka: LocalKafka;

  before(async function () {
    kafka = await startOwnBroker(this);
  });

  after(() => kafka.stop());

  // Each outage is longer than the transaction time-out, so that the broker ends the transaction and fences its
  // producer: that must not be taken for somebody else with the same identity.
  for (const [guarantee, outages] of [
    ['exactly_once_v2', 2],
    ['at_least_once', 1],
  ] as const) {
    it(`the service recovers by itself from ${outages} outages, and is live throughout, ${guarantee}`, async () => {
      const env = {
        PROCESSING_GUARANTEE: guarantee,
        KAFKA_SESSION_TIMEOUT_MS: '6000',
        TRANSACTION_TIMEOUT_MS: '2000',
      };
      const bench = await ServiceBench.on(kafka, { env });
      const service = await bench.startReady('one');
      const { pid } = service;
      const live = new ProbeWatch(service, '/livez');
      const load = new Load(bench.tool, bench.source, { seed: 300, recordsPerSecond: 300 });

      for (let outage = 1; outage <= outages; outage += 1) {
        const committed = await bench.committed();
        await until('it works', async () => (await bench.committed()) > committed + 200);
        await kafka.kill();
        await until('it says that it is not ready', async () => !(await service.isReady()));
        await kafka.restart();
        await service.untilReady();
      }
      const inputs = await load.stop();
      await bench.untilAllCommitted();

      expect((await live.stop()).statuses, 'answers of /livez').to.deep.equal([200]);
      expect(service.hasExited).to.equal(false);
      expect(service.pid).to.equal(pid);
      const exactlyOnce = guarantee === 'exactly_once_v2';
      if (exactlyOnce) await bench.expectExactlyOnce(inputs);
      else {
        const { faults } = await bench.verdict(inputs, { repeatsAllowed: true });
        expect(faults).to.deep.equal([]);
      }
      expect(await service.stop()).to.deep.equal({ code: 0, signal: null });
    });
  }

  it('a service that stops while the broker is away ends in bounded time, and its successor goes on', async () => {
    const bench = await ServiceBench.on(kafka, {
      env: { KAFKA_SESSION_TIMEOUT_MS: '6000', DRAIN_TIMEOUT_MS: '3000', TRANSACTION_TIMEOUT_MS: '6000' },
    });
    const first = await bench.startReady('first');
    const load = new Load(bench.tool, bench.source, { seed: 301, recordsPerSecond: 300 });
    await until('it works', async () => (await bench.committed()) > 200);
    await kafka.kill();
    await until('it says that it is not ready', async () => !(await first.isReady()));
    await first.stop(40_000);
    await kafka.restart();
    await bench.startReady('second');
    const inputs = await load.stop();
    await bench.untilAllCommitted();
    await bench.expectExactlyOnce(inputs);
  });
});

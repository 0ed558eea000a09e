/** One of everything that can be in the source, through one process, in quiet: what each becomes. */
import { expect } from 'chai';
import { startBroker, type LocalKafka } from '../support/broker.js';
import { HostileRecords } from '../support/hostile-records.js';
import { produceAll } from '../support/load.js';
import { ServiceBench } from '../support/service-bench.js';

describe('the service on a real Kafka, in quiet', function () {
  this.timeout(120_000);
  let kafka: LocalKafka;

  before(async function () {
    kafka = await startBroker(this);
  });

  for (const guarantee of ['exactly_once_v2', 'at_least_once']) {
    it(`brings every encoding to the audit topic and every bad record to the dead letters, ${guarantee}`, async () => {
      const bench = await ServiceBench.on(kafka, { env: { PROCESSING_GUARANTEE: guarantee } });
      const service = await bench.startReady('one');
      const records = new HostileRecords({ seed: 11 });
      const load = [...records.oneOfEach(), ...Array.from({ length: 400 }, () => records.next())];
      const inputs = await produceAll(bench.tool, bench.source, load);
      await bench.untilAllCommitted();
      await bench.expectExactlyOnce(inputs);
      expect(await service.stop()).to.deep.equal({ code: 0, signal: null });
    });
  }

  it('takes everything a second time when nothing is committed, and nothing when all is', async () => {
    const bench = await ServiceBench.on(kafka);
    const first = await bench.startReady('first');
    const records = new HostileRecords({ seed: 12 });
    const inputs = await produceAll(bench.tool, bench.source, records.oneOfEach());
    await bench.untilAllCommitted();
    await first.stop();
    const second = await bench.startReady('second');
    await bench.untilAllRunning([second]);
    const more = await produceAll(bench.tool, bench.source, [records.next(), records.next()]);
    await bench.untilAllCommitted();
    await bench.expectExactlyOnce([...inputs, ...more]);
  });
});

/**
 * P1, P4 and P5: every encoding, with every clutter of headers and keys, goes through the retry topics and comes
 * out as it would have without a failure; what lies in a retry topic are its own bytes.
 */
import { expect } from 'chai';
import { startBroker, type LocalKafka } from '../support/broker.js';
import { DirectoryScript } from '../support/directory-script.js';
import { HostileRecords } from '../support/hostile-records.js';
import { RetryBench } from '../support/retry-bench.js';
import { NEVER_OPENS } from '../support/breaker-settings.js';

describe('every record can be retried', function () {
  this.timeout(120_000);
  let kafka: LocalKafka;

  before(async function () {
    kafka = await startBroker(this);
  });

  for (const guarantee of ['exactly_once_v2', 'at_least_once'] as const) {
    it(`each is retried once, and ends as it must, with its own bytes, ${guarantee}`, async () => {
      const retry = await RetryBench.on(kafka, {
        script: new DirectoryScript({ seed: 1, failing: 1, failingCalls: [1] }),
        tiers: ['1s'],
        env: { PROCESSING_GUARANTEE: guarantee, ...NEVER_OPENS },
      });
      await retry.startReady('one');
      const records = new HostileRecords({ seed: 410, users: 200 });
      const load = [...records.oneOfEach(), ...Array.from({ length: 200 }, () => records.next())];
      const inputs = retry.expected(await retry.produce(load));
      await retry.untilAtRest();
      await retry.expectOrdered(inputs, { retries: { guarantee } });
      const asked = new Set(retry.directory.calls.map(({ eventId }) => eventId)).size;
      const retried = await retry.retries();
      expect(asked).to.be.greaterThan(150);
      expect(retried).to.have.length(asked);
      expect(await retry.tool.topicConfig(retry.retryTopic('1s'), 'message.timestamp.type')).to.equal(
        'LogAppendTime',
      );
    });
  }
});

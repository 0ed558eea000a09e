/** What the service says of itself at `/metrics` while it works on a real Kafka. */
import { expect } from 'chai';
import { startBroker, type LocalKafka } from '../support/broker.js';
import { StatefulBench } from '../support/stateful-bench.js';
import { until } from '../support/wait.js';

describe('the metrics of the service', function () {
  this.timeout(180_000);
  let kafka: LocalKafka;

  before(async function () {
    kafka = await startBroker(this);
  });

  it('tell of its records, its latencies and its Kafka clients', async () => {
    const bench = await StatefulBench.on(kafka, {
      topology: 'handlers-resume',
      sources: [1],
      outputs: { first: 1, second: 1 },
    });
    const service = await bench.start('measured');
    await service.untilReady();
    for (const value of ['one', 'two', 'three'])
      await bench.tool.produce(bench.source(), {
        key: Buffer.from('key'),
        value: Buffer.from(value),
        headers: [],
      });
    await bench.untilCommitted();
    expect(await service.metric('audit_output_count_total')).to.equal(6);
    expect(await service.metric('audit_sessions_total')).to.equal(1);
    expect(await service.metric('audit_message_rate')).to.be.greaterThan(0);
    for (const stage of ['attempt', 'read-to-commit', 'end-to-end'])
      expect(await service.metric('audit_latency_seconds_count', `stage="${stage}"`), stage).to.be.at.least(
        1,
      );
    expect(await service.metric('audit_health', 'probe="ready"')).to.equal(1);
    expect(await service.metric('audit_failed_checks')).to.equal(0);

    // The clients say so every few seconds, and each by itself.
    for (const client of ['source', 'transactional']) {
      const of = `client="${client}"`;
      await until(`${client} has told`, async () => {
        const [up, sent, received] = await Promise.all([
          service.metric('audit_client_brokers', `${of},state="up"`),
          service.metric('audit_client_bytes_total', `${of},direction="sent"`),
          service.metric('audit_client_bytes_total', `${of},direction="received"`),
        ]);
        return up === 1 && sent > 0 && received > 0;
      });
    }
    await until(
      'a round trip was measured',
      async () => (await service.metric('audit_client_broker_rtt_seconds', 'client="source"')) > 0,
    );
    await until('the lag is known and gone', async () => {
      const { body } = await service.get('/metrics');
      return (
        /^audit_partition_lag\{[^}]*\} 0$/m.test(body) &&
        /^audit_oldest_unprocessed_age_seconds\{[^}]*\} 0$/m.test(body)
      );
    });
    expect((await service.stop()).code).to.equal(0);
  });
});

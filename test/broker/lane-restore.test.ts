/**
 * P6 and I10 with very many lanes: a task with 100,000 of them restores, in bounded memory, and goes on. The
 * lane log is written with the codec, as a service with as many failing keys would have left it.
 */
import { expect } from 'chai';
import { startBroker, type LocalKafka } from '../support/broker.js';
import { laneValueOf, MANY_LANES_SEQUENCE, writeManyLanes } from '../support/many-lanes.js';
import { ServiceBench } from '../support/service-bench.js';
import { until } from '../support/wait.js';

const LANES = 100_000;
const BOUND_MB = 512;

describe('a task with very many lanes', function () {
  this.timeout(300_000);
  let kafka: LocalKafka;

  before(async function () {
    kafka = await startBroker(this);
  });

  it(`restores ${LANES} lanes within the bound of its memory, and goes on`, async () => {
    const bench = await ServiceBench.on(kafka, {
      partitions: 1,
      env: { RETRY_TIERS: '1s,1h', TASK_MAX_BUFFER_MB: String(BOUND_MB), MAX_MESSAGE_BYTES: '1000000' },
    });
    const idle = await bench.startReady('without lanes');
    const before = await idle.metric('process_resident_memory_bytes');
    await idle.stop();

    const { group, source, laneLog } = bench;
    await writeManyLanes({
      bootstrapServers: kafka.bootstrapServers,
      source,
      laneLog,
      lanes: LANES,
    });
    await bench.tool.setOffset(group, laneLog, 0, MANY_LANES_SEQUENCE);
    await bench.tool.setOffset(group, source, 0, 0);

    const beganMs = Date.now();
    const service = await bench.start('with lanes');
    await until(
      'all lanes are there',
      async () => (await service.metric('audit_lanes', 'retrying')) === LANES,
      240_000,
    );
    const restoredMs = Date.now() - beganMs;
    const held = (await service.metric('process_resident_memory_bytes')) - before;
    const counted = await service.metric('audit_lane_bytes');
    console.log(
      `      ${LANES} lanes restored ${(restoredMs / 1000).toFixed(1)} s after the start of the process; ${Math.round(counted / 1e6)} MB counted, ${Math.round(held / 1e6)} MB more resident`,
    );
    expect(counted, 'bytes counted').to.be.below(BOUND_MB * 1e6);
    expect(held, 'bytes resident').to.be.below(BOUND_MB * 1e6);

    // A record of another key is processed, one of a key with a lane waits behind its head.
    const headers = [{ name: '__TypeId__', value: Buffer.from('com.example.UserUpdatedEvent') }];
    for (const key of ['other', 'user-7'])
      await bench.tool.produce(source, { key: Buffer.from(key), value: laneValueOf(7), headers });
    await bench.untilAllCommitted();
    expect(await bench.audits()).to.have.length(1);
    expect(await service.metric('audit_lane_followers')).to.equal(1);
    expect((await service.get('/livez')).status).to.equal(200);
  });
});

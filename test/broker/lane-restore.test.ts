/**
 * P6 and I10 with very many lanes: a task with 100,000 of them restores, in bounded memory, and goes on. The
 * lane log is written with the codec, as a service with as many failing keys would have left it.
 */
import { expect } from 'chai';
import { createKafkaClients } from '../../src/kafka/clients.js';
import { encodeLane, followerKey, laneLogKey } from '../../src/lanes/lane-log.js';
import { encodeRecord } from '../../src/lanes/record-codec.js';
import { idText, sourceId } from '../../src/lanes/record-id.js';
import type { ConsumedRecord, ProducedRecord } from '../../src/record/record.js';
import { commitOffset, epochMs, offset, partition } from '../../src/record/units.js';
import { CHECKPOINT_KEY, encodeCheckpoint } from '../../src/state/checkpoint.js';
import { startBroker, type LocalKafka } from '../support/broker.js';
import { ServiceBench } from '../support/service-bench.js';
import { until } from '../support/wait.js';

const LANES = 100_000;
const AT_ONCE = 10_000;
/** Offsets that the source has not reached: at those that it has are other records. */
const FIRST_OFFSET = 1_000_000;
const HOUR_MS = 3_600_000;
const BOUND_MB = 512;
const P0 = partition(0);

const valueOf = (i: number): Buffer =>
  Buffer.from(
    JSON.stringify({
      userId: `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`,
      updatedFields: ['email'],
      timestamp: '2026-01-01T00:00:00Z',
      metadata: { source: 'test', correlationId: '00000000-0000-4000-8000-000000000000' },
    }),
  );

/** One lane with its head, an hour from its next run. */
const entriesOf = (laneLog: string, source: string, i: number, nowMs: number): readonly ProducedRecord[] => {
  const key = Buffer.from(`user-${i}`);
  const headers = [{ name: '__TypeId__', value: Buffer.from('com.example.UserUpdatedEvent') }];
  const at = { topic: source, partition: P0, offset: offset(FIRST_OFFSET + i) };
  const record: ConsumedRecord = { ...at, timestamp: epochMs(nowMs), key, value: valueOf(i), headers };
  const id = sourceId(record);
  const failure = {
    reason: 'directory-unavailable',
    name: 'RetryableError',
    message: '503',
    retryable: true,
  };
  const state = {
    status: 'retrying' as const,
    attempts: 2,
    delayMs: HOUR_MS,
    due: epochMs(nowMs + HOUR_MS),
    firstFailureAt: epochMs(nowMs),
    copied: false,
    failure,
  };
  const arm = { sequence: 1, ordinal: i + 1 };
  const entry = (logKey: Buffer, value: Buffer): ProducedRecord => ({
    topic: laneLog,
    partition: P0,
    key: logKey,
    value,
    headers: [],
  });
  return [
    entry(followerKey(id), encodeRecord(record)),
    entry(laneLogKey({ kind: 'keyed', key }), encodeLane({ state, head: idText(id), arm })),
  ];
};

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

    const clients = createKafkaClients({
      bootstrapServers: kafka.bootstrapServers,
      clientId: 'lanes',
      groupId: bench.group,
      groupProtocol: 'classic',
      transactionalId: 'none',
      sessionTimeoutMs: 45_000,
      maxPollIntervalMs: 300_000,
      transactionTimeoutMs: 60_000,
      maxMessageBytes: 1_000_000,
      startTimeoutMs: 60_000,
      statisticsIntervalMs: 0,
    });
    const producer = clients.acknowledgedProducer();
    await producer.connect();
    const nowMs = Date.now();
    for (let from = 0; from < LANES; from += AT_ONCE) {
      const some = Array.from({ length: AT_ONCE }, (_, i) =>
        entriesOf(bench.laneLog, bench.source, from + i, nowMs),
      );
      await producer.send(some.flat());
    }
    const sequence = 1000;
    const source = new Map([[bench.source, commitOffset(0)]]);
    const guarantee = 'exactly_once_v2';
    const checkpoint = { sequence, guarantee, source, inputs: new Map(), adopted: new Map() } as const;
    await producer.send([
      {
        topic: bench.laneLog,
        partition: P0,
        key: CHECKPOINT_KEY,
        value: encodeCheckpoint(checkpoint),
        headers: [],
      },
    ]);
    await producer.close();
    await bench.tool.setOffset(bench.group, bench.laneLog, 0, sequence);
    await bench.tool.setOffset(bench.group, bench.source, 0, 0);

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
      await bench.tool.produce(bench.source, { key: Buffer.from(key), value: valueOf(7), headers });
    await bench.untilAllCommitted();
    expect(await bench.audits()).to.have.length(1);
    expect(await service.metric('audit_lane_followers')).to.equal(1);
    expect((await service.get('/livez')).status).to.equal(200);
  });
});

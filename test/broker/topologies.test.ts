/** The topologies beside user-audit as an operator runs them: the built service with `--topology`, on a real Kafka. */
import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { startBroker, uniqueName, type LocalKafka } from '../support/broker.js';
import type { RecordTool, StoredRecord } from '../support/record-tool.js';
import { recordToolFor } from '../support/service-bench.js';
import { ServiceProcess, type ServiceEnvironment } from '../support/service-process.js';
import { until } from '../support/wait.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOON = Date.parse('2026-11-26T12:00:00Z');
const ANNA = '0b8f3c9e-6f0a-4d63-9d5b-6a3a0f9d2c11';
const BERT = '11111111-2222-4333-8444-555555555555';

const login = (userId: string, status: string): Buffer =>
  Buffer.from(
    JSON.stringify({
      userId,
      action: 'login',
      status,
      timestamp: '2026-11-26T12:00:00Z',
      metadata: { source: 's', ipAddress: null, userAgent: null, correlationId: BERT },
    }),
  );

const values = (records: readonly StoredRecord[]): readonly unknown[] =>
  records.map(({ value }) => JSON.parse(value?.toString() ?? 'null') as unknown);

describe('the service with another topology', function () {
  this.timeout(180_000);
  let kafka: LocalKafka;
  let tool: RecordTool;

  before(async function () {
    kafka = await startBroker(this);
    tool = await recordToolFor(kafka.bootstrapServers);
  });

  const run = async (topology: string, env: ServiceEnvironment): Promise<ServiceProcess> => {
    const base = { KAFKA_BROKERS: kafka.bootstrapServers, TOPICS_PARTITIONS: '1' };
    const service = await ServiceProcess.start(topology, { ...base, ...env }, ['--topology', topology]);
    await service.untilReady();
    return service;
  };

  const write = (topic: string, user: string, status: string, timestamp: number): Promise<unknown> =>
    tool.produce(
      topic,
      {
        key: Buffer.from(user),
        value: login(user, status),
        headers: [{ name: '__TypeId__', value: Buffer.from('x.UserAuthEvent') }],
      },
      undefined,
      timestamp,
    );

  const read = async (topic: string, count: number): Promise<readonly StoredRecord[]> => {
    let records: readonly StoredRecord[] = [];
    await until(`${topic} has ${count} records`, async () => {
      records = await tool.read(topic);
      return records.length >= count;
    });
    return records;
  };

  it('counts logins and tells bursts of failed ones, over a kill: user-activity', async () => {
    const source = uniqueName('user.events');
    const env = {
      KAFKA_GROUP_ID: uniqueName('activity'),
      SOURCE_TOPICS: source,
      ACTIVITY_TOPIC: uniqueName('user.activity'),
      ALERTS_TOPIC: uniqueName('user.alerts'),
      ALERT_FAILURES: '3',
      // The second one waits for the end of the session of the first.
      KAFKA_SESSION_TIMEOUT_MS: '6000',
    };
    await tool.createTopic(source, 1);
    const first = await run('user-activity', env);
    await write(source, ANNA, 'success', NOON);
    for (const second of [0, 1]) await write(source, ANNA, 'failure', NOON + second * 1000);
    await until(
      'they are committed',
      async () => (await tool.committed(env.KAFKA_GROUP_ID, source)).get(0) === 3,
    );
    await first.kill();

    const second = await run('user-activity', env);
    await write(source, ANNA, 'failure', NOON + 2000);
    await write(source, ANNA, 'success', NOON + MINUTE);
    await write(source, BERT, 'success', NOON + 2 * HOUR);
    const alerts = await read(env.ALERTS_TOPIC, 1);
    expect(values(alerts)).to.deep.equal([
      {
        userId: ANNA,
        failures: 3,
        firstFailure: '2026-11-26T12:00:00.000Z',
        lastFailure: '2026-11-26T12:00:02.000Z',
      },
    ]);
    const activity = await read(env.ACTIVITY_TOPIC, 1);
    expect(values(activity)).to.deep.equal([
      {
        userId: ANNA,
        windowStart: '2026-11-26T12:00:00.000Z',
        windowEnd: '2026-11-26T13:00:00.000Z',
        logins: 2,
      },
    ]);
    expect((await second.get('/topology')).body).to.include('stores: [logins-per-user]');
    expect((await second.stop()).code).to.equal(0);
  });

  it('counts the logins of each user: login-counts', async () => {
    // It reads the one topic that its text names, which others may have written to as well.
    const user = randomUUID();
    const service = await run('login-counts', { KAFKA_GROUP_ID: uniqueName('login-counts') });
    for (const status of ['success', 'failure', 'success']) await write('user.events', user, status, NOON);
    await until('both logins are counted', async () => {
      const counts = (await tool.read('login-counts')).filter(({ key }) => key?.toString() === user);
      if (counts.length < 2) return false;
      expect(values(counts)).to.deep.equal([
        { userId: user, logins: 1 },
        { userId: user, logins: 2 },
      ]);
      return true;
    });
    expect((await service.stop()).code).to.equal(0);
  });

  it('says which topologies there are when it is asked for another one', async () => {
    const env = { KAFKA_BROKERS: kafka.bootstrapServers };
    const service = await ServiceProcess.start('unknown', env, ['--topology', 'user-audits']);
    expect((await service.untilExit()).code).to.equal(2);
    expect(service.output).to.include('user-audit, user-activity, login-counts');
  });
});

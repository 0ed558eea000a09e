/**
 * The life of the service on a real Kafka: stop, forced stop, going on, offsets that an operator moved,
 * partitions that are added, processes that have none (P5, P6).
 */
import { expect } from 'chai';
import { startBroker, type LocalKafka } from '../support/broker.js';
import { expectNoFaults } from '../support/faults.js';
import { DirectoryServer } from '../support/directory-server.js';
import { HostileRecords } from '../support/hostile-records.js';
import { Load, produceAll } from '../support/load.js';
import { ServiceBench } from '../support/service-bench.js';
import { eventually, until } from '../support/wait.js';

const hostile = (seed: number, count: number) => {
  const records = new HostileRecords({ seed });
  return Array.from({ length: count }, () => records.next());
};

describe('the life of the service', function () {
  this.timeout(150_000);
  let kafka: LocalKafka;

  before(async function () {
    kafka = await startBroker(this);
  });

  it('SIGTERM under load commits all that it has written and exits with 0; the next process goes on there', async () => {
    const bench = await ServiceBench.on(kafka);
    const first = await bench.startReady('first');
    const load = new Load(bench.tool, bench.source, { seed: 31, recordsPerSecond: 500 });
    await until('it works', async () => (await bench.committed()) > 500);
    expect(await first.stop()).to.deep.equal({ code: 0, signal: null });
    const [audits, letters] = await Promise.all([bench.audits(), bench.letters()]);
    expect(await bench.committed()).to.equal(audits.length + letters.length);
    await bench.startReady('second');
    const inputs = await load.stop();
    await bench.untilAllCommitted();
    await bench.expectExactlyOnce(inputs);
  });

  it('a second signal ends it at once with 1, and nothing is lost or doubled', async () => {
    const directory = await DirectoryServer.start();
    directory.forOthers(directory.stalls);
    const bench = await ServiceBench.on(kafka, {
      env: {
        DIRECTORY_URL: directory.url,
        DIRECTORY_TIMEOUT_MS: '60000',
        ATTEMPT_TIMEOUT_MS: '60000',
        DRAIN_TIMEOUT_MS: '60000',
        // It does not leave its group.
        KAFKA_SESSION_TIMEOUT_MS: '6000',
      },
    });
    const first = await bench.startReady('first');
    const inputs = await produceAll(bench.tool, bench.source, hostile(32, 100));
    await until('the directory holds calls', () => directory.held > 0);
    first.signal('SIGTERM');
    await until('it is stopping', () => first.logged('a second signal stops at once'));
    expect((await first.get('/readyz')).status).to.equal(503);
    expect((await first.get('/livez')).status).to.equal(200);
    first.signal('SIGINT');
    expect(await first.untilExit(10_000)).to.deep.equal({ code: 1, signal: null });
    directory.release();
    await bench.startReady('second');
    await bench.untilAllCommitted();
    await bench.expectExactlyOnce(inputs);
  });

  it('SIGTERM while it still looks for its broker ends it', async () => {
    const bench = await ServiceBench.on(kafka, { partitions: 0, env: { KAFKA_BROKERS: '127.0.0.1:1' } });
    const service = await bench.start('one');
    await until('it is there', async () => (await service.get('/livez')).status === 200);
    expect((await service.get('/readyz')).status).to.equal(503);
    expect((await service.get('/startupz')).status).to.equal(503);
    // Well below the minute of START_TIMEOUT_MS.
    expect((await service.stop(25_000)).signal).to.equal(null);
  });

  it('refuses a partition whose offset was moved, goes on with the others, and adopts it when told to', async () => {
    const bench = await ServiceBench.on(kafka);
    const first = await bench.startReady('first');
    const inputs = [...(await produceAll(bench.tool, bench.source, hostile(33, 300)))];
    await bench.untilAllCommitted();
    await first.stop();
    const end = (await bench.tool.ends(bench.source)).get(0) ?? 0;
    await bench.tool.setOffset(bench.group, bench.source, 0, end - 20);

    const second = await bench.startReady('second');
    const refused = await eventually('the partition is refused', async () =>
      (await second.status()).tasks.find(
        ({ partition, refused }) => partition === 0 && refused !== undefined,
      ),
    );
    expect(refused.refused?.reason).to.equal('offset-mismatch');
    expect(refused.refused?.message)
      .to.contain(`${end - 20}`)
      .and.to.contain(`${end}`);
    expect(refused.refused?.message).to.contain('OFFSET_MISMATCH=adopt');
    expect((await second.get('/livez')).status).to.equal(200);
    expect((await second.get('/readyz')).status).to.equal(200);
    for (const partition of [0, 1, 2]) {
      inputs.push(...(await produceAll(bench.tool, bench.source, hostile(34 + partition, 10), partition)));
    }
    await until('the others are committed', async () => {
      const [ends, committed] = await Promise.all([
        bench.tool.ends(bench.source),
        bench.tool.committed(bench.group, bench.source),
      ]);
      return [1, 2].every((partition) => committed.get(partition) === ends.get(partition));
    });
    expect((await bench.tool.committed(bench.group, bench.source)).get(0)).to.equal(end - 20);
    expect((await second.stop()).code).to.equal(0);

    await bench.startReady('third', { OFFSET_MISMATCH: 'adopt' });
    await bench.untilAllCommitted();
    const verdict = await bench.verdict(inputs, { repeatsAllowed: true });
    // What the operator asked for, and nothing else.
    expect(verdict.repeats).to.equal(20);
    expectNoFaults(verdict);
  });

  it('is ready without a partition, and takes over when the other process stops', async () => {
    const bench = await ServiceBench.on(kafka, { partitions: 1, env: { TOPICS_PARTITIONS: '1' } });
    const services = [await bench.startReady('one'), await bench.startReady('other')];
    const inputs = [...(await produceAll(bench.tool, bench.source, hostile(40, 50)))];
    await bench.untilAllCommitted();
    const tasks = await Promise.all(services.map(async (service) => (await service.status()).tasks.length));
    expect([...tasks].sort()).to.deep.equal([0, 1]);
    for (const service of services) expect((await service.get('/readyz')).status).to.equal(200);
    const owner = services[tasks.indexOf(1)];
    const idle = services[tasks.indexOf(0)];
    if (owner === undefined || idle === undefined) throw new Error('nobody owns it');
    expect((await owner.stop()).code).to.equal(0);
    await bench.untilAllRunning([idle], 1);
    inputs.push(...(await produceAll(bench.tool, bench.source, hostile(41, 50))));
    await bench.untilAllCommitted();
    await bench.expectExactlyOnce(inputs);
  });

  it('extends the internal topics when the source grows, and processes the new partitions', async () => {
    // Under KIP-848 the broker tells of new partitions; a classic member asks every five minutes.
    const bench = await ServiceBench.on(kafka, { env: { KAFKA_GROUP_PROTOCOL: 'consumer' } });
    const service = await bench.startReady('one');
    const inputs = [...(await produceAll(bench.tool, bench.source, hostile(50, 60)))];
    await bench.untilAllCommitted();
    await bench.tool.createPartitions(bench.source, 5);
    await bench.untilAllRunning([service], 5, 90_000);
    for (const topic of [bench.deadLetters, bench.laneLog]) {
      expect(await bench.tool.partitions(topic), topic).to.equal(5);
    }
    for (const partition of [3, 4]) {
      inputs.push(...(await produceAll(bench.tool, bench.source, hostile(51 + partition, 30), partition)));
    }
    await bench.untilAllCommitted();
    expectNoFaults(await bench.verdict(inputs, { repeatsAllowed: false, auditPartitionsDiffer: true }));
    expect((await service.stop()).code).to.equal(0);
  });

  it('tells what it does: metrics, status, topology', async () => {
    const bench = await ServiceBench.on(kafka);
    const service = await bench.startReady('one');
    const inputs = await produceAll(bench.tool, bench.source, hostile(60, 200));
    await bench.untilAllCommitted();
    const bad = inputs.filter(({ record }) => record.expected.to === 'dlq').length;
    const name = 'audit_message_count_total';
    await until('the counts are there', async () => (await service.metric(name)) === inputs.length);
    expect(await service.metric(name, 'outcome="processed"')).to.equal(inputs.length - bad);
    expect(await service.metric(name, 'outcome="dead-letter"')).to.equal(bad);
    expect(await service.metric('audit_dlq_count_total')).to.equal(bad);
    expect(await service.metric('audit_state', 'state="RUNNING"')).to.equal(1);
    expect(await service.metric('audit_tasks', 'state="running"')).to.equal(3);
    expect(await service.metric('process_resident_memory_bytes')).to.be.greaterThan(0);
    const status = await service.status();
    const positions = Object.fromEntries(
      status.tasks.map(({ partition, positions: of }) => [partition, of[bench.source]]),
    );
    expect(positions).to.deep.equal(Object.fromEntries(await bench.tool.ends(bench.source)));
    expect((await service.get('/topology')).body).to.match(/Sub-topology: 0[^]*user-events[^]*audit-events/);
    const secret = inputs.some(({ record }) => service.logged(record.id));
    expect(secret, 'a record in the log').to.equal(false);
  });
});

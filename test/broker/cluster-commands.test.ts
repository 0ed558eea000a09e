/**
 * The commands about topics, the group and the service, as the operator runs them: the built program against a
 * real Kafka, beside a service (P6: what is said of its health is so).
 */
import { expect } from 'chai';
import { startBroker, uniqueName, type LocalKafka } from '../support/broker.js';
import { HostileRecords } from '../support/hostile-records.js';
import { produceAll } from '../support/load.js';
import { operatorCli, type CliOptions, type CliResult } from '../support/operator-cli.js';
import { ServiceBench } from '../support/service-bench.js';
import { until } from '../support/wait.js';

type Cli = (line: string, options?: CliOptions) => Promise<CliResult>;

describe('the command line about the cluster', function () {
  this.timeout(300_000);
  let kafka: LocalKafka;

  before(async function () {
    kafka = await startBroker(this);
  });

  const cliOf =
    (env: Readonly<Record<string, string>>): Cli =>
    (line, options = {}) =>
      operatorCli(line.split(' '), {
        ...options,
        env: { KAFKA_BROKERS: kafka.bootstrapServers, ...env, ...options.env },
      });
  const ofBench = (bench: ServiceBench): Cli =>
    cliOf({ KAFKA_GROUP_ID: bench.group, SOURCE_TOPICS: bench.source, AUDIT_TOPIC: bench.audit });

  it('makes the topics that the service needs, and the service starts on them', async () => {
    const bench = await ServiceBench.on(kafka, { partitions: 0, env: { TOPICS_AUTO_CREATE: 'false' } });
    const cli = ofBench(bench);
    const refused = await cli('topics check', { env: { TOPICS_AUTO_CREATE: 'false' } });
    expect(refused.code).to.equal(3);
    expect(refused.stderr).to.include(`Topic ${bench.source} does not exist`);
    const missing = await cli('topics check --json');
    expect([missing.code, missing.objects().length], missing.stderr).to.deep.equal([1, 8]);

    const dry = await cli('topics apply --dry-run --json');
    expect([dry.code, dry.objects().length], dry.stderr).to.deep.equal([0, 8]);
    expect((await cli('topics apply')).code).to.equal(2);
    expect((await cli('topics apply --yes 7')).code).to.equal(2);
    expect((await cli('topics check --json')).objects().every(({ ok }) => ok === false)).to.equal(true);

    const made = await cli('topics apply --yes 8');
    expect(made.code, made.stderr).to.equal(0);
    const right = await cli('topics check --json');
    expect([right.code, right.objects().map(({ differences }) => differences)]).to.deep.equal([
      0,
      Array.from({ length: 8 }, () => []),
    ]);
    await bench.startReady('one');
  });

  it('finds what is wrong with topics, and puts right what it may', async () => {
    const bench = await ServiceBench.on(kafka, { partitions: 2 });
    const cli = ofBench(bench);
    expect((await cli('topics apply --yes 7')).code).to.equal(0);
    const grown = await cli('topics apply --topics-partitions 5 --dry-run');
    expect([grown.code, grown.stdout]).to.deep.equal([0, '']);

    // Another lane log, as somebody made it by hand: too small, and not compacted.
    const other = uniqueName('by-hand');
    const env = { KAFKA_GROUP_ID: other };
    await bench.tool.createTopic(`${other}.${bench.source}.lanes-changelog`, 1);
    const found = await cli('topics check --json', { env });
    const [log] = found.objects().filter(({ topic }) => String(topic).endsWith('lanes-changelog'));
    expect(log?.['differences']).to.deep.include.members([
      { kind: 'partitions', expected: 2, found: 1 },
      { kind: 'config', name: 'cleanup.policy', expected: 'compact', found: 'delete' },
    ]);
    const plan = await cli('topics apply --configs --dry-run --json', { env });
    const kinds = plan.objects().map(({ kind }) => kind);
    expect(kinds).to.include.members(['create', 'grow', 'configure']);
    const done = await cli(`topics apply --configs --yes ${kinds.length}`, { env });
    expect(done.code, done.stderr).to.equal(0);
    expect((await cli('topics check', { env })).code).to.equal(0);
    const [described] = (
      await cli(`topics describe ${other}.${bench.source}.lanes-changelog --json`, { env })
    ).objects();
    expect(described?.['config']).to.include({
      'cleanup.policy': 'compact',
      'min.cleanable.dirty.ratio': '0.1',
    });
    expect(described?.['partitions']).to.have.length(2);
  });

  it('describes topics: leaders, replicas in sync, offsets, size', async () => {
    const bench = await ServiceBench.on(kafka, { partitions: 2 });
    const cli = ofBench(bench);
    await bench.tool.produce(
      bench.source,
      { key: Buffer.from('k'), value: Buffer.alloc(1000), headers: [] },
      1,
    );
    const [topic] = (await cli(`topics describe ${bench.source} --json`)).objects();
    const [first, second] = topic?.['partitions'] as Record<string, unknown>[];
    expect(first).to.deep.include({
      partition: 0,
      replicas: [1],
      inSync: [1],
      leader: 1,
      low: 0,
      high: 0,
      bytes: 0,
    });
    expect(second).to.include({ partition: 1, low: 0, high: 1 });
    expect(second?.['bytes']).to.be.greaterThan(1000);
    const none = await cli('topics describe no-such-topic');
    expect([none.code, none.stdout]).to.deep.equal([1, '']);
  });

  for (const protocol of ['classic', 'consumer'] as const)
    it(`tells members, lag and progress of a group of the ${protocol} protocol, and does not join it`, async () => {
      const bench = await ServiceBench.on(kafka, {
        env: { KAFKA_GROUP_PROTOCOL: protocol },
        // A static member keeps its partitions while it is away.
        envOf: (caller) => ({ INSTANCE_ID: caller }),
      });
      const cli = ofBench(bench);
      const nobody = await cli('group');
      expect(nobody.code).to.equal(1);
      const service = await bench.startReady('one');
      await bench.untilAllRunning([service]);
      const records = Array.from(
        { length: 30 },
        (
          (all) => () =>
            all.next()
        )(new HostileRecords({ seed: 1, users: 5, bad: 0 })),
      );
      await produceAll(bench.tool, bench.source, records, 0);
      await bench.untilAllCommitted();

      const seen = await cli('group --json');
      expect(seen.code, seen.stderr).to.equal(0);
      const [group, ...rest] = seen.objects();
      expect(group).to.include({ state: 'stable', protocol, members: 1, lag: 0 });
      const members = rest.filter(({ kind }) => kind === 'member');
      expect(members).to.have.length(1);
      expect(members[0]).to.include({ instanceId: 'one-1' });
      expect((members[0]?.['assigned'] as Record<string, number[]>)[bench.source]).to.have.members([0, 1, 2]);
      const partitions = rest.filter(({ kind }) => kind === 'partition');
      expect(partitions.map(({ committed, topic }) => [topic, committed])).to.deep.equal([
        [bench.source, 30],
        [bench.source, 0],
        [bench.source, 0],
      ]);

      await service.stop();
      await produceAll(bench.tool, bench.source, records, 2);
      const stands = await cli('group --interval 500ms --json');
      const [last] = stands.objects().slice(-1);
      expect(last).to.include({ topic: bench.source, partition: 2, lag: 30, perSecond: 0, drainMs: null });
      expect((await cli('group --interval 500ms')).stdout).to.include('never');
    });

  it('is watched until Ctrl-C', async () => {
    const bench = await ServiceBench.on(kafka);
    await bench.startReady('one');
    const watched = await ofBench(bench)('group --watch --interval 300ms --json', {
      during: (child) => {
        let looks = 0;
        child.stdout?.on('data', (text: string) => {
          const before = looks;
          looks += text.split('"kind":"group"').length - 1;
          // Once: a second Ctrl-C ends a command at once.
          if (before < 2 && looks >= 2) child.kill('SIGINT');
        });
      },
    });
    expect(watched.code, watched.stderr).to.equal(0);
  });

  it('tells what a running service says of itself, and that it is gone', async () => {
    const bench = await ServiceBench.on(kafka);
    const service = await bench.startReady('one');
    await bench.untilAllRunning([service]);
    const url = `http://127.0.0.1:${service.port}`;
    const cli = cliOf({});
    const ready = await cli(`status --url ${url} --json`);
    expect([ready.code, ready.objects()[0]?.['state']], ready.stderr).to.deep.equal([0, 'RUNNING']);
    expect(ready.objects()[0]?.['tasks']).to.have.length(3);
    // Without --url: where the settings say.
    const same = await cli('status', { env: { HTTP_PORT: String(service.port) } });
    expect([same.code, same.stdout.split('\n').length], same.stderr).to.deep.equal([0, 6]);
    await service.stop();
    await until('the port is closed', async () => (await cli(`status --url ${url}`)).code === 3);
  });

  it('ends with 3 when no broker answers, and with 2 when settings are wrong', async () => {
    for (const line of ['topics check', 'topics describe a', 'group']) {
      const away = await operatorCli(line.split(' '), { env: { KAFKA_BROKERS: '127.0.0.1:1' } });
      expect(away.code, line).to.equal(3);
      expect(away.stderr).to.include('127.0.0.1:1').and.include('KAFKA_BROKERS');
      expect((await operatorCli(line.split(' '))).code, line).to.equal(2);
    }
  });
});

/**
 * The operator's commands as the operator runs them: the built program against a real Kafka, beside the
 * service that carries them out (P5: what was set aside can be seen, and sent back once).
 */
import { expect } from 'chai';
import { startBroker, type LocalKafka } from '../support/broker.js';
import { answers, DirectoryServer, knows } from '../support/directory-server.js';
import { HostileRecords, type HostileRecord } from '../support/hostile-records.js';
import { produceAll } from '../support/load.js';
import { operatorCli, operatorCliOf } from '../support/operator-cli.js';
import { ServiceBench } from '../support/service-bench.js';
import { until } from '../support/wait.js';

const recordsOf = (seed: number, count: number): HostileRecord[] => {
  const records = new HostileRecords({ seed, users: 1, bad: 0 });
  return Array.from({ length: count }, () => {
    const record = records.next();
    return { ...record, key: Buffer.from(userOf(record)) };
  });
};

const userOf = ({ expected }: HostileRecord): string => {
  if (expected.to !== 'audit') throw new Error('a dead letter has no user');
  return expected.userId;
};

const firstUser = (records: readonly HostileRecord[]): string => {
  const [first] = records;
  if (first === undefined) throw new RangeError('no records');
  return userOf(first);
};

const LATER = { RETRY_TIERS: '1h', RETRY_IMMEDIATE: '0' };
const UNAVAILABLE = answers(503, '');
const REFUSED = answers(418, '');
const KNOWN = knows({ id: 'somebody' });

describe('the operator’s command line', function () {
  this.timeout(180_000);
  let kafka: LocalKafka;

  before(async function () {
    kafka = await startBroker(this);
  });

  it('shows a lane that waits, and releases it: everything of the key is processed, in order', async () => {
    const directory = await DirectoryServer.start();
    const bench = await ServiceBench.on(kafka, { env: { ...LATER, DIRECTORY_URL: directory.url } });
    const cli = operatorCliOf(kafka, bench);
    const records = recordsOf(1, 4);
    const user = firstUser(records);
    directory.forUser(user, UNAVAILABLE);
    await bench.startReady('one');
    await produceAll(bench.tool, bench.source, records, 1);
    await until('the records are in a lane', async () => {
      const [lane] = (await cli('lanes list --json')).objects();
      return lane?.['followers'] === 3;
    });

    const [lane] = (await cli('lanes list --json')).objects();
    const head = `${bench.source}-1-0`;
    expect(lane).to.deep.include({ key: user, partition: 1, status: 'retrying', head, attempts: 1 });
    const shown = await cli(`lanes show ${user}`);
    expect(shown.code, shown.stderr).to.equal(0);
    expect(shown.stdout).to.include(`${bench.source}-1-3`).and.not.to.include('correlationId');

    directory.forUser(user, KNOWN);
    const released = await cli(`lanes release ${user}`);
    expect([released.code, released.stdout], released.stderr).to.deep.equal([0, `release ${head}: done\n`]);
    expect(released.stderr).to.include('attempts 1');
    const actions = await bench.operatorActions();
    expect(actions.map(({ action, resource, status }) => [action, resource, status])).to.deep.equal([
      ['lanes.release', `lane/${head}`, 'requested'],
      ['lanes.release', `lane/${head}`, 'success'],
    ]);
    await bench.untilAllCommitted();
    await until('everything is written', async () => (await bench.audits()).length === records.length);
    await until('the lane is gone', async () => (await cli('lanes list --json')).stdout === '');
    const origins = (await bench.audits()).map(
      ({ value }) =>
        (JSON.parse(value?.toString() ?? '') as { metadata: { origin: { offset: number } } }).metadata.origin
          .offset,
    );
    expect(origins).to.deep.equal([0, 1, 2, 3]);

    const again = await cli(`lanes release ${user}`);
    expect(again.code).to.equal(1);
    expect(again.stderr).to.include('No lane has that key');
  });

  it('ends a parked record, and sends its dead letter back, once', async () => {
    const directory = await DirectoryServer.start();
    const bench = await ServiceBench.on(kafka, {
      env: { ...LATER, DIRECTORY_URL: directory.url, DLQ_POLICY: 'park' },
    });
    const cli = operatorCliOf(kafka, bench);
    const records = recordsOf(2, 3);
    const user = firstUser(records);
    directory.forUser(user, REFUSED);
    await bench.startReady('one');
    await produceAll(bench.tool, bench.source, records, 2);
    await until('the head is parked', async () => {
      const [lane] = (await cli('lanes list --status parked --json')).objects();
      return lane?.['followers'] === 2;
    });

    const [notice] = (await cli('dlq list --json')).objects();
    expect(notice).to.deep.include({
      id: '2-0',
      state: 'parked',
      isWaiting: true,
      reason: 'directory-refused',
    });
    const refused = await cli('dlq redrive 2-0');
    expect(refused.code).to.equal(1);
    expect(refused.stderr).to.include(`release the lane instead, "lanes release --head ${bench.source}-2-0"`);

    // A record that goes on meanwhile: only the head was refused.
    directory.forUser(user, (response, request, nth) =>
      (nth === 1 ? REFUSED : KNOWN)(response, request, nth),
    );
    const skipped = await cli(`lanes skip ${user} --json`);
    expect(skipped.code, skipped.stderr).to.equal(0);
    expect(skipped.objects()[0]).to.deep.include({ command: 'skip', outcome: 'done', deadLetter: 0 });
    await until('the followers went on', async () => (await bench.audits()).length === 2);
    const letters = (await cli('dlq list --json')).objects();
    expect(letters.map(({ id, state, notice: of }) => [id, state, of])).to.deep.equal([
      ['2-0', 'parked', null],
      [letters[1]?.['id'], 'skipped', 0],
    ]);

    const id = String(letters[1]?.['id']);
    const dry = await cli(`dlq redrive ${id} --dry-run`);
    expect([dry.code, (await bench.audits()).length]).to.deep.equal([0, 2]);
    const redriven = await cli(`dlq redrive ${id}`);
    expect([redriven.code, redriven.stdout], redriven.stderr).to.deep.equal([0, `redrive ${id}: done\n`]);
    await until('the record is processed', async () => (await bench.audits()).length === 3);
    const again = await cli(`dlq redrive ${id}`);
    expect(again.code).to.equal(1);
    expect(again.stderr).to.include('was redriven at');
    const table = await cli('dlq list');
    expect(table.stdout)
      .to.match(/was parked\n/)
      .and.to.match(/redriven\n/)
      .and.to.match(/2 dead letters\n$/);
    const groups = (await cli('dlq list --by state --json')).objects();
    expect(groups.map(({ state, count }) => [state, count])).to.have.deep.members([
      ['was parked', 1],
      ['redriven', 1],
    ]);
  });

  it('dismisses a dead letter, restores its headers for whoever looks, and keeps its value to itself', async () => {
    const bench = await ServiceBench.on(kafka, { env: LATER });
    const cli = operatorCliOf(kafka, bench);
    await bench.startReady('one');
    const evil = Buffer.from('\u001b]0;owned\u0007');
    const headers = [
      { name: 'note', value: evil },
      { name: 'raw', value: Buffer.from([0xff, 0x00, 0x1b]) },
    ];
    await bench.tool.produce(
      bench.source,
      { key: evil, value: Buffer.from('{"not": json, \u001b[2J'), headers },
      0,
    );
    await until('it is a dead letter', async () => (await bench.letters()).length === 1);

    const shown = await cli('dlq show 0-0 --values');
    expect(shown.code, shown.stderr).to.equal(0);
    expect(shown.stdout).to.include('raw: \\xff\\x00\\x1b').and.to.include('note: \\x1b]0;owned\\x07');
    for (const line of [
      'dlq show 0-0 --values',
      'dlq show 0-0 --values --json',
      'dlq list',
      'dlq list --json',
    ]) {
      const { stdout, stderr } = await cli(line);

      expect(stdout + stderr, line).not.to.match(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    }
    expect((await cli('dlq show 0-0')).stdout).not.to.include('json,');

    const dismissed = await cli(['dlq', 'dismiss', '0-0', '--reason', 'test data']);
    expect([dismissed.code, dismissed.stdout], dismissed.stderr).to.deep.equal([0, 'dismiss 0-0: done\n']);
    expect((await cli('dlq list')).stdout).to.match(/dismissed\n/);
  });

  it('says that a command waits when no service reads it, and the next service carries it out', async () => {
    const directory = await DirectoryServer.start();
    const bench = await ServiceBench.on(kafka, { env: { ...LATER, DIRECTORY_URL: directory.url } });
    const cli = operatorCliOf(kafka, bench);
    const records = recordsOf(3, 1);
    const user = firstUser(records);
    directory.forUser(user, UNAVAILABLE);
    const service = await bench.startReady('one');
    await produceAll(bench.tool, bench.source, records, 0);
    await until('the record is in a lane', async () => (await cli('lanes list --json')).stdout !== '');
    expect((await service.stop()).code).to.equal(0);

    const late = await cli(`lanes release ${user} --timeout 1s`);
    expect([late.code, late.stdout.split(': ')[1]]).to.deep.equal([
      1,
      'not carried out yet. It is written (' +
        `${bench.group}.${bench.source}.commands-0@0) and will be carried out when the task of partition 0 reads it. Does the service run, and does /status say that the partition is refused?\n`,
    ]);
    const stopped = await cli(`lanes release ${user} --timeout 1m`, {
      during: (child) => {
        child.stderr?.on('data', (text: Buffer) => {
          if (text.includes('lane ')) setTimeout(() => child.kill('SIGINT'), 1500);
        });
      },
    });
    expect(stopped.code).to.equal(1);

    directory.forUser(user, KNOWN);
    await bench.startReady('two');
    await until('the record is processed', async () => (await bench.audits()).length === 1);
  });

  it('ends with 2 for settings, and with 3 for topics and brokers that cannot be used', async () => {
    const bench = await ServiceBench.on(kafka, { partitions: 0 });
    const cli = operatorCliOf(kafka, bench);
    const unset = await operatorCli(['lanes', 'list']);
    expect(unset.code).to.equal(2);
    expect(unset.stderr).to.include('KAFKA_BROKERS is missing');
    const missing = await cli('lanes list');
    expect(missing.code).to.equal(3);
    expect(missing.stderr).to.include(bench.laneLog).and.to.include('KAFKA_GROUP_ID');
    const away = await operatorCli([
      'dlq',
      'list',
      '--kafka-brokers',
      '127.0.0.1:1',
      '--start-timeout-ms',
      '1500',
    ]);
    expect(away.code).to.equal(3);
    expect(away.stderr).to.include('127.0.0.1:1');
  });
});

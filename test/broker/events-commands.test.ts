/**
 * `publish` and `tail` as they are run: the built program, a real Kafka and the service between the two. What
 * was published is an audit event or a dead letter, and the numbers that the commands tell add up (P5).
 */
import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBroker, type LocalKafka } from '../support/broker.js';
import { operatorCliOf } from '../support/operator-cli.js';
import { ServiceBench } from '../support/service-bench.js';
import { until } from '../support/wait.js';

describe('publish and tail', function () {
  this.timeout(180_000);
  let kafka: LocalKafka;

  before(async function () {
    kafka = await startBroker(this);
  });

  it('show every event that was published: the good ones as audit events, the bad ones as dead letters', async () => {
    const bench = await ServiceBench.on(kafka);
    const cli = operatorCliOf(kafka, bench);
    await bench.startReady('one');
    const published = await cli('publish --random --rate max --keys 20 --count 300 --bad 5% --seed 7 --json');
    expect(published.code, published.stderr).to.equal(0);
    const [summary] = published.objects();
    expect(summary).to.deep.include({ sent: 300, bad: 15, failed: 0, wrong: 0, seed: 7 });
    await bench.untilAllCommitted();
    await until('everything is written', async () => {
      const [audits, letters] = [await bench.audits(), await bench.letters()];
      return audits.length === 285 && letters.length === 15;
    });

    const all = await cli('tail --from beginning --json');
    expect(all.code, all.stderr).to.equal(0);
    expect(all.objects()).to.have.lengthOf(285);
    const groups = (await cli('dlq list --by reason --json')).objects();
    expect(Object.fromEntries(groups.map(({ reason, count }) => [reason, count]))).to.deep.equal(
      summary?.['badByReason'],
    );

    // A filter, the newest, an export: all of the same events.
    const values = all.objects().map(({ value }) => value as Record<string, unknown>);
    const user = String(values[0]?.['userId']);
    const ofUser = await cli(`tail --user ${user} --limit 1000 --json`);
    expect(ofUser.objects().length).to.equal(values.filter(({ userId }) => userId === user).length);
    const failures = await cli('tail --status failure --since 1h --export csv');
    const [header, ...rows] = failures.stdout.trimEnd().split('\n');
    expect(header).to.match(/^time,eventType,userId/);
    expect(rows.length).to.equal(values.filter(({ status }) => status === 'failure').length);
    const newest = await cli('tail');
    expect(newest.stdout.trimEnd().split('\n')).to.have.lengthOf(20);
    expect((await cli('tail --until 1h')).stdout).to.equal('');
  });

  it('are ended by Ctrl-C: what is under way is written, and the summary tells as much as is there', async () => {
    const bench = await ServiceBench.on(kafka);
    const cli = operatorCliOf(kafka, bench);
    await bench.startReady('one');
    const following = cli('tail --follow --json', {
      during: (process) => void process.stdout?.once('data', () => process.kill('SIGINT')),
    });
    const published = await cli('publish --random --rate 200 --json', {
      during: (process) => {
        void Promise.all([
          following,
          until(
            'some are published',
            async () => (await bench.tool.read(bench.source)).length >= 400,
            90_000,
          ),
        ]).finally(() => process.kill('SIGINT'));
      },
    });
    expect(published.code, published.stderr).to.equal(0);
    const sent = Number(published.objects()[0]?.['sent']);
    expect(sent).to.be.at.least(400);
    expect(await bench.tool.read(bench.source)).to.have.lengthOf(sent);
    const followed = await following;
    expect(followed.code, followed.stderr).to.equal(0);
    expect(followed.objects()[0]).to.include({ topic: bench.audit });
  });

  it('take one event and a file of them, and tell which of its lines are none', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'audit-lanes-events-'));
    try {
      const bench = await ServiceBench.on(kafka);
      const cli = operatorCliOf(kafka, bench);
      const [event] = (await cli('publish --random --count 1 --seed 3 --dry-run --json')).objects();
      const data = JSON.parse(String(event?.['value'])) as Record<string, unknown>;
      const good = { type: 'user.registered', data };
      const path = join(folder, 'events.ndjson');
      writeFileSync(
        path,
        [JSON.stringify(good), 'nothing', JSON.stringify({ ...good, spring: true })].join('\n'),
      );
      const file = await cli(`publish --file ${path}`);
      expect(file.code).to.equal(1);
      expect(file.stderr).to.equal('line 2: it is not JSON\n');
      expect(file.stdout).to.match(/^2 events written to .*; 1 refused, not written\n$/);

      const one = join(folder, 'one.json');
      writeFileSync(one, JSON.stringify(data));
      const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
      const published = await cli(
        `publish --type user.registered --data @${one} --id mine --traceparent ${traceparent}`,
      );
      expect(published.code, published.stderr).to.equal(0);
      const records = await bench.tool.read(bench.source);
      expect(records).to.have.lengthOf(3);
      const last = Object.fromEntries(
        records.at(-1)?.headers.map(({ name, value }) => [name, value?.toString()]) ?? [],
      );
      expect(last).to.include({ ce_id: 'mine', traceparent });
      expect(readFileSync(one, 'utf8')).to.equal(records.at(-1)?.value?.toString());

      const none = await cli('publish --file /no/such/file');
      expect([none.code, none.stdout]).to.deep.equal([2, '']);
      expect(none.stderr).to.include('ENOENT');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

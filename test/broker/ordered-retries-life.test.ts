/**
 * What an operator sees of lanes: the records of one lane's life in the topics, the headers of a retry record and of
 * its dead letter, status and metrics. With SHOW_RECORDS=1 the records are printed, as docs/ordered-retries.md has them.
 */
import { expect } from 'chai';
import { startBroker, type LocalKafka } from '../support/broker.js';
import { failsFirst, unavailable } from '../support/directory-server.js';
import { readLaneLog } from '../support/lane-log.js';
import { valuesOf } from '../support/original-record.js';
import type { StoredRecord } from '../support/record-tool.js';
import { RetryBench } from '../support/retry-bench.js';
import { shown } from '../support/shown.js';
import { ending, firstOf, recordsOf, userOfSeed } from '../support/user-records.js';
import { until } from '../support/wait.js';

const [TWICE, ALWAYS] = [1, 2];

const show = (what: string, records: readonly StoredRecord[]): void => {
  if (process.env['SHOW_RECORDS'] !== '1') return;
  console.log(`\n── ${what} ──`);
  for (const record of records) console.log(shown(record));
};

const namesOf = ({ headers }: StoredRecord): readonly string[] =>
  headers.map(({ name }) => name).filter((name) => name.startsWith('x-lanes-') && !name.includes('binary'));

describe("a lane's life, as an operator sees it", function () {
  this.timeout(120_000);
  let kafka: LocalKafka;

  before(async function () {
    kafka = await startBroker(this);
  });

  it('the topics tell it: lane log, retry records, dead letter; so do status and metrics', async () => {
    const retry = await RetryBench.on(kafka);
    const service = await retry.startReady('one');
    retry.directory.forUser(userOfSeed(TWICE), failsFirst(2));
    retry.directory.forUser(userOfSeed(ALWAYS), unavailable);
    const twice = await retry.produce(recordsOf(TWICE, 2), 0);
    await until('its lane is in the status', async () =>
      (await service.status()).tasks.some(({ lanes }) => (lanes?.retrying ?? 0) > 0),
    );
    const { lanes } = firstOf((await service.status()).tasks.filter(({ partition }) => partition === 0));
    expect(lanes).to.include({ retrying: 1, parked: 0 });
    expect(lanes?.bytes).to.be.greaterThan(0);
    await retry.untilAtRest();
    const life = (await retry.tool.read(retry.bench.laneLog)).filter(
      ({ partition, key }) => partition === 0 && key?.[0] !== 3,
    );
    const retries = await retry.retries();
    show('lane log', life);
    show('retry records', retries);

    expect(life.at(0)?.key?.[0], 'first the record that waits').to.equal(2);
    expect(readLaneLog(life), 'nothing is left of it').to.include.keys('lanes');
    expect(readLaneLog(life).lanes).to.deep.equal([]);
    expect(readLaneLog(life).followers).to.deep.equal([]);
    expect(retries.map(({ topic }) => topic)).to.deep.equal(
      ['1s', '2s'].map((tier) => retry.retryTopic(tier)),
    );
    for (const [i, record] of retries.entries()) {
      expect(namesOf(record)).to.have.members(
        ['id', 'attempts', 'arm', 'due', 'delay-ms', 'first-failure', 'reason', 'message'].map(
          (name) => `x-lanes-${name}`,
        ),
      );
      expect(valuesOf(record.headers, 'x-lanes-id')).to.deep.equal([`${retry.source}-0-0`]);
      expect(valuesOf(record.headers, 'x-lanes-attempts')).to.deep.equal([String(i + 1)]);
      expect(valuesOf(record.headers, 'x-lanes-reason')).to.deep.equal(['directory-unavailable']);
    }

    const always = await retry.produce(recordsOf(ALWAYS, 1), 1);
    await until('it is given up', async () => (await retry.bench.letters()).length === 1);
    await retry.untilAtRest();
    const letter = firstOf(await retry.bench.letters());
    show('dead letter', [letter]);
    expect(valuesOf(letter.headers, 'x-lanes-attempts')).to.deep.equal(['3']);
    expect(valuesOf(letter.headers, 'x-lanes-class')).to.deep.equal(['retryable']);
    expect(valuesOf(letter.headers, 'x-lanes-state')).to.deep.equal([]);
    const source = firstOf(
      await retry.tool.read(retry.source).then((all) => all.filter(({ partition }) => partition === 1)),
    );
    expect(valuesOf(letter.headers, 'x-lanes-timestamp')).to.deep.equal([String(source.timestamp)]);
    const ends = always.map((input) => ({ ...input, record: ending(input.record, 'retries-exhausted') }));
    await retry.expectOrdered([...twice, ...ends]);

    const retried = async (tier: string): Promise<number> =>
      service.metric('audit_retry_count_total', `tier="${tier}"`);
    await until(
      'the counts are there',
      async () => (await retried('1s')) === 2 && (await retried('2s')) === 2,
    );
    expect(await service.metric('audit_dlq_count_total', 'retries-exhausted')).to.equal(1);
    expect((await service.status()).breaker).to.equal('closed');
  });

  it('parked: the notice in the dead letters, and what skip makes of it', async () => {
    const retry = await RetryBench.on(kafka, { tiers: ['1s'], env: { DLQ_POLICY: 'park' } });
    await retry.startReady('one');
    retry.directory.forUser(userOfSeed(ALWAYS), unavailable);
    await retry.produce(recordsOf(ALWAYS, 1), 0);
    const { lanes } = await retry.untilAtRest({ parked: 1 });
    const lane = firstOf(lanes);
    const notice = firstOf(await retry.bench.letters());
    expect((await retry.commands.skip(lane, lane.head, notice.offset)).outcome).to.equal('done');
    await until('it has ended', async () => (await retry.bench.letters()).length === 2);
    show('dead letters', await retry.bench.letters());
    show('commands', await retry.tool.read(retry.commandsTopic));
    show(
      'lane log',
      (await retry.tool.read(retry.bench.laneLog)).filter(({ partition }) => partition === 0),
    );
    const end = (await retry.bench.letters())[1];
    expect(valuesOf(end?.headers ?? [], 'x-lanes-reason')).to.deep.equal(['skipped']);
    expect(valuesOf(end?.headers ?? [], 'x-lanes-state')).to.deep.equal(['skipped']);
  });
});

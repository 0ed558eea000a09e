/**
 * P5 where a lane cannot have what it needs: a retry record that would be too large, a dead letter queue that
 * refuses writes, a lane log that disagrees with the offsets or is gone, retry records that are gone. The documented
 * behaviour each time, and never a record dropped in silence.
 */
import { expect } from 'chai';
import { NEVER_OPENS } from '../support/breaker-settings.js';
import { startBroker, type LocalKafka } from '../support/broker.js';
import type { Input } from '../support/checker.js';
import { failsFirst, knows, poisons, unavailable } from '../support/directory-server.js';
import type { HostileRecord } from '../support/hostile-records.js';
import { valuesOf } from '../support/original-record.js';
import { RetryBench } from '../support/retry-bench.js';
import type { ServiceProcess, ServiceStatus } from '../support/service-process.js';
import { ending, firstOf, recordsOf, userOfSeed } from '../support/user-records.js';
import { eventually, until } from '../support/wait.js';

const FAILING = 1;

type RefusedTask = ServiceStatus['tasks'][number];

const untilRefused = (service: ServiceProcess, partition: number): Promise<RefusedTask> =>
  eventually(`partition ${partition} is refused`, async () =>
    (await service.status()).tasks.find((task) => task.partition === partition && task.refused !== undefined),
  );

/** 960 kB as its producer wrote it; with its header as text it is larger than an internal topic takes. */
const nearlyTooLarge = (): HostileRecord => {
  const record = firstOf(
    recordsOf(FAILING, 40)
      .slice(3)
      .filter(({ what }) => what.includes('Spring type')),
  );
  const json = record.value?.toString('utf8') ?? '';
  const value = Buffer.from(json.replace(/\{/, `{"ballast":"${'b'.repeat(580_000)}",`));
  const blob = { name: 'blob', value: Buffer.alloc(380_000, 0xff) };
  return { ...record, value, headers: [...record.headers, blob], what: 'nearly too large' };
};

describe('what lanes need is refused', function () {
  this.timeout(180_000);
  let kafka: LocalKafka;

  before(async function () {
    kafka = await startBroker(this);
  });

  it('a retry record that would be too large goes without its value, and the lane log has it after a kill', async () => {
    const retry = await RetryBench.on(kafka, {
      tiers: ['2s'],
      env: { INSTANCE_ID: 'one', KAFKA_SESSION_TIMEOUT_MS: '6000' },
    });
    retry.directory.forUser(userOfSeed(FAILING), failsFirst(1));
    const first = await retry.startReady('first');
    const inputs = [
      ...(await retry.produce([nearlyTooLarge()], 0)),
      ...(await retry.produce(recordsOf(FAILING, 3).slice(1), 0)),
    ];
    await until('its retry record is there', async () => (await retry.retries()).length === 1);
    const record = firstOf(await retry.retries());
    expect(record.value).to.equal(null);
    expect(valuesOf(record.headers, 'x-lanes-value-omitted')).to.deep.equal(['true']);
    await first.kill();
    await retry.startReady('second');
    await retry.untilAtRest();
    await retry.expectOrdered(inputs, { retries: { quiet: false } });
  });

  for (const guarantee of ['exactly_once_v2', 'at_least_once'] as const) {
    it(`a dead letter queue that refuses writes stops its partition alone, which goes on when it is mended, ${guarantee}`, async () => {
      const retry = await RetryBench.on(kafka, { env: { PROCESSING_GUARANTEE: guarantee } });
      const service = await retry.startReady('one');
      retry.directory.forUser(userOfSeed(FAILING), poisons);
      await retry.tool.setTopicConfig(retry.bench.deadLetters, 'max.message.bytes', '100');
      const good = [...(await retry.produce(recordsOf(2, 20), 0))];
      const poisoned = await retry.produce(recordsOf(FAILING, 3), 0);
      good.push(...(await retry.produce(recordsOf(3, 20), 0)));
      for (const partition of [1, 2])
        good.push(...(await retry.produce(recordsOf(3 + partition, 20), partition)));

      const { refused } = await untilRefused(service, 0);
      expect(refused?.message).to.contain(retry.bench.deadLetters);
      for (const partition of [1, 2])
        good.push(...(await retry.produce(recordsOf(5 + partition, 20), partition)));
      await until('the others are committed', async () => {
        const committed = await retry.tool.committed(retry.bench.group, retry.source);
        return [1, 2].every((partition) => committed.get(partition) === 40);
      });
      expect(await retry.bench.letters()).to.deep.equal([]);
      const position = (await retry.tool.committed(retry.bench.group, retry.source)).get(0) ?? 0;
      expect(position, 'committed of the refused partition').to.be.at.most(20);
      expect((await service.get('/livez')).status).to.equal(200);
      expect((await service.get('/readyz')).status).to.equal(200);

      await retry.tool.setTopicConfig(retry.bench.deadLetters, 'max.message.bytes', '1065536');
      // It tries again by itself within half a minute; a restart need not wait so long.
      if (guarantee === 'at_least_once') {
        expect((await service.stop()).code).to.equal(0);
        await retry.startReady('two');
      }
      await retry.untilAtRest();
      const ends = poisoned.map((input) => ({ ...input, record: ending(input.record, 'directory-refused') }));
      const exactlyOnce = guarantee === 'exactly_once_v2';
      await retry.expectOrdered([...good, ...ends], {
        rules: { repeatsAllowed: !exactlyOnce },
        retries: { guarantee, quiet: false },
      });
    });
  }

  it('an offset that was moved refuses the partition with both positions; adopted, its lanes stay and nothing in them is doubled', async () => {
    const retry = await RetryBench.on(kafka, { tiers: ['1h'], env: NEVER_OPENS });
    retry.directory.forUser(userOfSeed(FAILING), unavailable);
    const first = await retry.startReady('first');
    const before = await retry.produce(recordsOf(2, 10), 0);
    const stuck = await retry.produce(recordsOf(FAILING, 3), 0);
    const behind = await retry.produce(recordsOf(3, 10), 0);
    await retry.bench.untilAllCommitted();
    await until('the lane is there', async () => (await retry.laneLog()).followers.length === stuck.length);
    expect((await first.stop()).code).to.equal(0);
    const end = (await retry.tool.ends(retry.source)).get(0) ?? 0;
    const moved = end - 15;
    await retry.tool.setOffset(retry.bench.group, retry.source, 0, moved);

    const second = await retry.startReady('second');
    const { refused } = await untilRefused(second, 0);
    expect(refused?.reason).to.equal('offset-mismatch');
    for (const position of [moved, end]) expect(refused?.message).to.contain(String(position));
    expect(refused?.message).to.contain('OFFSET_MISMATCH=adopt');
    const elsewhere = await retry.produce(recordsOf(4, 10), 1);
    await until('another partition is committed', async () => {
      const committed = await retry.tool.committed(retry.bench.group, retry.source);
      return committed.get(1) === elsewhere.length;
    });
    expect((await second.stop()).code).to.equal(0);

    retry.directory.forUser(userOfSeed(FAILING), knows({ id: 'back' }));
    await retry.startReady('third', { OFFSET_MISMATCH: 'adopt' }, ['1s']);
    await retry.untilAtRest();
    const inputs = [...before, ...stuck, ...behind, ...elsewhere];
    const judging = { rules: { repeatsAllowed: true }, retries: { quiet: false } };
    const [{ repeats }] = await retry.expectOrdered(inputs, judging);
    // Read again: two of those before, the lane's three, ten behind. What waited in the lane has one end.
    expect(repeats).to.equal(12);
    const endsOf = (inputsOf: readonly Input[]) =>
      retry.bench
        .audits()
        .then((audits) =>
          audits.filter(({ key }) => key?.equals(firstOf(inputsOf).record.key ?? Buffer.alloc(0))),
        );
    expect(await endsOf(stuck)).to.have.length(stuck.length);
  });

  it('a lane log that was deleted refuses its partitions: nobody knows what waited in it', async () => {
    const retry = await RetryBench.on(kafka, { tiers: ['1h'], env: NEVER_OPENS });
    retry.directory.forUser(userOfSeed(FAILING), unavailable);
    const first = await retry.startReady('first');
    const inputs = await retry.produce([...recordsOf(FAILING, 3), ...recordsOf(2, 3)], 0);
    await retry.bench.untilAllCommitted();
    await until('the lane is there', async () => (await retry.laneLog()).followers.length === 3);
    expect((await first.stop()).code).to.equal(0);
    await retry.tool.deleteTopic(retry.bench.laneLog);

    // Kafka drops the offsets of a topic that is deleted: the group does not say that there was a lane log.
    await until('its offsets are gone', async () => {
      const offsets = await retry.tool.committed(retry.bench.group, retry.bench.laneLog);
      return offsets.size === 0;
    });
    const second = await retry.start('second');
    const { refused } = await untilRefused(second, 0);
    expect(refused?.reason).to.equal('lane-log-lost');
    const more = await retry.produce(recordsOf(2, 5).slice(3), 0);
    expect(await retry.bench.audits(), 'audit events').to.have.length(3);
    expect((await retry.tool.committed(retry.bench.group, retry.source)).get(0)).to.be.at.most(inputs.length);
    expect(more).to.have.length(2);
    expect((await second.stop()).code).to.equal(0);

    // An operator who gives the lanes up says so.
    await retry.startReady('third', { OFFSET_MISMATCH: 'adopt' });
    await until('it goes on', async () => (await retry.bench.audits()).length === 5);
  });

  it('a retry topic that was deleted loses nothing: its lanes run from the lane log', async () => {
    const retry = await RetryBench.on(kafka, { tiers: ['5s'], env: NEVER_OPENS });
    retry.directory.forOthers(unavailable);
    const first = await retry.startReady('first');
    const waiting = [1, 2, 3, 4].flatMap((seed) => recordsOf(seed, 2));
    const inputs = [...(await retry.produce(waiting))];
    await until('all are in lanes', async () => (await retry.laneLog()).followers.length === waiting.length);
    expect((await first.stop()).code).to.equal(0);
    await retry.tool.deleteTopic(retry.retryTopic('5s'));
    retry.directory.forOthers(knows({ id: 'back' }));
    const second = await retry.startReady('second');
    // New ones go through the new topic, where their positions begin anew.
    retry.directory.forUser(userOfSeed(7), failsFirst(1));
    inputs.push(...(await retry.produce(recordsOf(7, 2))));
    await retry.untilAtRest();
    expect(second.hasExited).to.equal(false);
    await retry.expectOrdered(inputs, { retries: { quiet: false } });
    expect(await retry.retries()).to.have.length(1);
  });
});

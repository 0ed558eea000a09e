/**
 * DLQ_POLICY=park, and what an operator can do (P1, P2, P5): a head that cannot be processed waits with its
 * followers, a notice tells of it, and commands release it, skip it, bring dead letters back or dismiss them.
 * Commands are written to their topic by hand; what became of each is in the lane log.
 */
import { expect } from 'chai';
import { startBroker, type LocalKafka } from '../support/broker.js';
import type { Input } from '../support/checker.js';
import { knows, poisons, unavailable } from '../support/directory-server.js';
import type { LoggedLane } from '../support/lane-log.js';
import { differences, valuesOf } from '../support/original-record.js';
import type { StoredRecord } from '../support/record-tool.js';
import { RetryBench } from '../support/retry-bench.js';
import { ending, firstOf, recordsOf, userOfSeed } from '../support/user-records.js';
import { until } from '../support/wait.js';

const POISONED = 1;

const stateOf = ({ headers }: StoredRecord): string => valuesOf(headers, 'x-lanes-state').join();

describe('a head that cannot be processed is parked', function () {
  this.timeout(120_000);
  let kafka: LocalKafka;

  before(async function () {
    kafka = await startBroker(this);
  });

  /** One parked lane of three records, and healthy ones around it. */
  const parked = async (
    retry: RetryBench,
  ): Promise<{ lane: LoggedLane; stuck: readonly Input[]; others: readonly Input[] }> => {
    retry.directory.forUser(userOfSeed(POISONED), poisons);
    const before = await retry.produce(recordsOf(2, 10), 0);
    const stuck = await retry.produce(recordsOf(POISONED, 3), 0);
    const after = await retry.produce(recordsOf(3, 10), 0);
    const log = await retry.untilAtRest({ parked: 1 });
    return { lane: firstOf(log.lanes), stuck, others: [...before, ...after] };
  };

  const waitingOf = (stuck: readonly Input[]) => ({
    rules: { repeatsAllowed: false, waiting: new Set(stuck.map(({ record }) => record.id)) },
    retries: { quiet: false },
  });

  it('its followers wait with it, others go on, and the dead letter is a notice and no end', async () => {
    const retry = await RetryBench.on(kafka, { env: { DLQ_POLICY: 'park' } });
    const service = await retry.startReady('one');
    const { lane, stuck, others } = await parked(retry);
    const [{ counts }] = await retry.expectOrdered([...stuck, ...others], waitingOf(stuck));
    expect(counts).to.include({ notices: 1, deadLetters: 0, audits: others.length });
    expect(lane).to.include({ status: 'parked', copied: true, attempts: 1 });
    expect(lane.failure?.reason).to.equal('directory-refused');
    const notice = firstOf(await retry.bench.letters());
    expect(stateOf(notice)).to.equal('parked');
    expect(valuesOf(notice.headers, 'x-lanes-id')).to.deep.equal([lane.head]);
    const { tasks } = await service.status();
    expect(tasks.find(({ partition }) => partition === 0)?.lanes).to.include({ parked: 1, followers: 2 });
  });

  it('release runs it again: parked again while it fails, without a second notice, and done when it does not', async () => {
    const retry = await RetryBench.on(kafka, { env: { DLQ_POLICY: 'park' } });
    await retry.startReady('one');
    const { lane, stuck, others } = await parked(retry);
    expect((await retry.commands.release(lane, lane.head)).outcome).to.equal('done');
    await until('it is parked again', async () => {
      const [again] = (await retry.laneLog()).lanes;
      return again?.status === 'parked' && retry.directory.attemptsFor(userOfSeed(POISONED)).length === 2;
    });
    const [{ counts }] = await retry.expectOrdered([...stuck, ...others], waitingOf(stuck));
    expect(counts.notices).to.equal(1);

    retry.directory.forUser(userOfSeed(POISONED), knows({ id: 'cured' }));
    expect((await retry.commands.release(lane, lane.head)).outcome).to.equal('done');
    await retry.untilAtRest();
    await retry.expectOrdered([...stuck, ...others], { retries: { quiet: false } });
    // The head is another one now, or none: what the operator saw is gone.
    expect((await retry.commands.release(lane, lane.head)).outcome).to.equal('ignored');
  });

  it('skip ends it in the dead letters in full, names the notice, and its followers go on', async () => {
    const retry = await RetryBench.on(kafka, { env: { DLQ_POLICY: 'park' } });
    await retry.startReady('one');
    const { lane, stuck, others } = await parked(retry);
    const notice = firstOf(await retry.bench.letters());
    retry.directory.forUser(userOfSeed(POISONED), knows({ id: 'cured' }));
    const wrong = await retry.commands.skip(lane, `${retry.source}-0-9999`, notice.offset);
    expect(wrong.outcome, 'skip of a record that is not the head').to.equal('ignored');
    expect((await retry.commands.skip(lane, lane.head, notice.offset)).outcome).to.equal('done');
    await retry.untilAtRest();
    const [head, ...followers] = stuck;
    if (head === undefined) throw new Error('no head');
    const skipped = { ...head, record: ending(head.record, 'skipped') };
    await retry.expectOrdered([skipped, ...followers, ...others], { retries: { quiet: false } });
    const end = firstOf((await retry.bench.letters()).filter((letter) => stateOf(letter) === 'skipped'));
    expect(valuesOf(end.headers, 'x-lanes-notice')).to.deep.equal([String(notice.offset)]);
  });

  it('redrive of what still lies in a lane is refused, whatever the operator thinks', async () => {
    const retry = await RetryBench.on(kafka, { env: { DLQ_POLICY: 'park' } });
    await retry.startReady('one');
    const { stuck, others } = await parked(retry);
    const refused = await retry.commands.redrive(firstOf(await retry.bench.letters()));
    expect(refused.outcome).to.equal('refused');
    await retry.expectOrdered([...stuck, ...others], waitingOf(stuck));
  });

  it('redrive brings a dead letter back once, behind what its key does now; dismiss is kept as its outcome', async () => {
    const retry = await RetryBench.on(kafka);
    const service = await retry.startReady('one');
    retry.directory.forUser(userOfSeed(POISONED), poisons);
    const records = recordsOf(POISONED, 2).map((record) => ending(record, 'directory-refused'));
    const inputs = await retry.produce(records, 0);
    await retry.bench.untilAllCommitted();
    await retry.expectOrdered(inputs);
    const [one, other] = await retry.bench.letters();
    if (one === undefined || other === undefined) throw new Error('there are not two dead letters');
    for (const letter of [one, other]) expect(stateOf(letter)).to.equal('');

    retry.directory.forUser(userOfSeed(POISONED), knows({ id: 'cured' }));
    const redriven = await retry.commands.redrive(one);
    expect(redriven).to.include({ outcome: 'done', deadLetter: one.offset });
    await until('its audit event is there', async () => (await retry.bench.audits()).length === 1);
    await retry.untilAtRest();
    expect((await retry.commands.redrive(one)).outcome, 'a second redrive').to.equal('refused');
    const dismissed = await retry.commands.dismiss(other, 'a test');
    expect(dismissed).to.include({ command: 'dismiss', outcome: 'done', deadLetter: other.offset });

    // Outcomes are in the lane log: another process knows them too.
    await service.stop();
    await retry.startReady('two');
    expect((await retry.commands.redrive(one)).outcome, 'a redrive after a restart').to.equal('refused');
    const audits = await retry.bench.audits();
    expect(audits).to.have.length(1);
    const audit = firstOf(audits);
    expect(audit.key).to.deep.equal(one.key);
    expect(JSON.parse(audit.value?.toString() ?? '')).to.deep.include({ actor: { id: 'cured' } });
    const calls = retry.directory.attemptsFor(userOfSeed(POISONED)).map(({ eventId }) => eventId);
    expect(calls).to.have.length(3);
  });

  it('a redriven record that fails again goes through the tiers to a dead letter of its own, which can be redriven', async () => {
    const retry = await RetryBench.on(kafka, { tiers: ['1s'] });
    await retry.startReady('one');
    retry.directory.forUser(userOfSeed(POISONED), poisons);
    const record = firstOf(recordsOf(POISONED, 1));
    const input = firstOf(await retry.produce([record], 0));
    await retry.bench.untilAllCommitted();
    const letter = firstOf(await retry.bench.letters());
    retry.directory.forUser(userOfSeed(POISONED), unavailable);
    expect((await retry.commands.redrive(letter)).outcome).to.equal('done');
    await until('there is a second dead letter', async () => (await retry.bench.letters()).length === 2);
    const log = await retry.untilAtRest();
    expect(log.followers).to.deep.equal([]);
    const retried = (await retry.retries()).map(({ headers }) => valuesOf(headers, 'x-lanes-id').join());
    expect(retried).to.deep.equal([`dlq-0-${letter.offset}`]);
    const again = (await retry.bench.letters())[1];
    if (again === undefined) throw new Error('no second dead letter');
    expect(valuesOf(again.headers, 'x-lanes-reason')).to.deep.equal(['retries-exhausted']);
    expect(valuesOf(again.headers, 'x-lanes-id')).to.deep.equal([`dlq-0-${letter.offset}`]);
    // And still the place of the source, wherever the record was in between.
    expect(valuesOf(again.headers, '__streams.errors.topic')).to.deep.equal([retry.source]);
    expect(valuesOf(again.headers, '__streams.errors.offset')).to.deep.equal([`${input.place.offset}`]);
    expect(differences(again, record)).to.deep.equal([]);

    retry.directory.forUser(userOfSeed(POISONED), knows({ id: 'cured' }));
    expect(await retry.commands.redrive(again)).to.include({ outcome: 'done', why: '' });
    await until('its audit event is there', async () => (await retry.bench.audits()).length === 1);
    expect((await retry.commands.redrive(letter)).outcome, 'redrive of the first again').to.equal('refused');
  });

  it('a parked lane at its bound moves its followers to the dead letters, in order, and says why', async () => {
    const retry = await RetryBench.on(kafka, { env: { DLQ_POLICY: 'park', LANE_MAX_FOLLOWERS: '5' } });
    await retry.startReady('one');
    retry.directory.forUser(userOfSeed(POISONED), poisons);
    const stuck = await retry.produce(recordsOf(POISONED, 20), 0);
    const elsewhere = await retry.produce(recordsOf(2, 20), 0);
    await retry.untilAtRest({ parked: 1 });
    const { followers, lanes } = await retry.laneLog();
    const waits = new Set(followers.map(({ id }) => id));
    const inLane = stuck.filter(({ place }) => waits.has(`${retry.source}-0-${place.offset}`));
    const moved = stuck.filter((input) => !inLane.includes(input));
    expect(moved.length).to.be.greaterThan(0);
    const ends = moved.map((input) => ({ ...input, record: ending(input.record, 'lane-full') }));
    await retry.expectOrdered([...inLane, ...ends, ...elsewhere], waitingOf(inLane));
    const full = (await retry.bench.letters()).filter(({ headers }) =>
      valuesOf(headers, 'x-lanes-reason').includes('lane-full'),
    );
    for (const { headers } of full)
      expect(valuesOf(headers, 'x-lanes-cause')).to.deep.equal([firstOf(lanes).head]);
  });
});

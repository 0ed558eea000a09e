/** `lanes list|show|release|skip` on the simulated cluster. */
import { expect } from 'chai';
import type { LanesList } from '../../../src/cli/lanes/lanes-request.js';
import { encodeRecord } from '../../../src/lanes/record-codec.js';
import { encodeLane, followerKey, laneKeyOf, laneLogKey } from '../../../src/lanes/lane-log.js';
import { freshHead } from '../../../src/lanes/lane-state.js';
import { sourceId } from '../../../src/lanes/record-id.js';
import { epochMs } from '../../../src/record/units.js';
import { errorOf } from '../support/kafka-errors.js';
import { consumed } from '../support/records.js';
import { CARRYING, COMMANDS, LANE_LOG, OperatorBench, choice } from './operator-bench.js';
import { AUDIT } from '../support/records.js';

const LIST: LanesList = { kind: 'lanes list', status: null, topic: null, partition: null, limit: null };

const PARKED = {
  status: 'parked',
  attempts: 5,
  delayMs: 120_000,
  copied: true,
  firstFailureAt: epochMs(1000),
  failure: { reason: 'directory-refused', name: 'NotRetryableError', message: 'HTTP 418', retryable: false },
} as const;

const done = () => ({ outcome: 'done', why: '' }) as const;

describe('lanes list', () => {
  it('shows every lane of every partition with its head, followers and last failure, the oldest first', async () => {
    const bench = new OperatorBench();
    bench.lane([consumed(7, { key: 'young', partition: 1 }), consumed(8, { key: 'young', partition: 1 })]);
    bench.lane([consumed(3, { key: 'old' })], PARKED);
    const { exitCode, objects } = await bench.run(LIST, { isJson: true });
    expect(exitCode).to.equal(0);
    expect(
      objects.map(({ key, partition, status, head, followers }) => [key, partition, status, head, followers]),
    ).to.deep.equal([
      ['old', 0, 'parked', 'user.events-0-3', 0],
      ['young', 1, 'retrying', 'user.events-1-7', 1],
    ]);
    expect(objects[0]).to.deep.include({ attempts: 5, delayMs: 120_000, inDeadLetters: true, due: null });
    const { lines } = await bench.run(LIST);
    expect(lines.at(-1)).to.match(
      /^2 lanes: 1 retrying, 1 parked; followers 1; the oldest record is .* old$/,
    );
    expect(lines[1]).to.include('directory-refused: HTTP 418');
  });

  it('knows nothing of a lane that is gone', async () => {
    const bench = new OperatorBench();
    const record = consumed(3, { key: 'a' });
    bench.lane([record]);
    for (const key of [followerKey(sourceId(record)), laneLogKey(laneKeyOf(record.key, sourceId(record)))])
      bench.cluster.produce(LANE_LOG, 0, { key, value: null });
    const { exitCode, lines } = await bench.run(LIST);
    expect([exitCode, lines]).to.deep.equal([0, ['No lanes: no key has a failed record before it.']]);
  });

  it('filters by status, and by partition', async () => {
    const bench = new OperatorBench();
    bench.lane([consumed(3, { key: 'a' })], PARKED);
    bench.lane([consumed(4, { key: 'b', partition: 1 })]);
    const keys = async (of: Partial<LanesList>): Promise<unknown[]> =>
      (await bench.run({ ...LIST, ...of }, { isJson: true })).objects.map(({ key }) => key);
    expect(await keys({ status: 'parked' })).to.deep.equal(['a']);
    expect(await keys({ partition: 1 })).to.deep.equal(['b']);
    expect(await keys({ topic: 'user.events', limit: 1 })).to.deep.equal(['a']);
    expect((await bench.run({ ...LIST, partition: 2 })).exitCode).to.equal(2);
    expect((await bench.run({ ...LIST, topic: 'other' })).exitCode).to.equal(2);
  });

  it('shows the other partitions when a lane log cannot be understood, and fails', async () => {
    const bench = new OperatorBench();
    const key = laneLogKey({ kind: 'keyed', key: Buffer.from('headless') });
    const value = encodeLane({ state: freshHead(epochMs(1)), head: 'user.events-0-9', arm: null });
    bench.cluster.produce(LANE_LOG, 0, { key, value });
    bench.lane([consumed(4, { key: 'b', partition: 1 })]);
    const { exitCode, objects, notes } = await bench.run(LIST, { isJson: true });
    expect(exitCode).to.equal(1);
    expect(objects.map(({ key: of }) => of)).to.deep.equal(['b']);
    expect(notes.join()).to.include('partition 0').and.to.include('user.events-0-9');
  });

  it('ends with 3 and says what to look at when there is no lane log', async () => {
    const bench = new OperatorBench();
    bench.cluster.deleteTopic(LANE_LOG);
    const { exitCode, error } = await bench.run(LIST);
    expect(exitCode).to.equal(3);
    expect(error).to.include(LANE_LOG).and.to.include('KAFKA_GROUP_ID');
  });

  it('lets nothing of a key or a message through that a terminal would act on', async () => {
    const bench = new OperatorBench();
    const evil = '\u001b]0;owned\u0007\u202e';
    const failure = { ...PARKED.failure, message: evil, reason: evil };
    bench.lane([consumed(3, { key: Buffer.from([0x1b, 0x5b, 0xff, 0x00]) })], { ...PARKED, failure });
    for (const isJson of [true, false]) {
      const { lines } = await bench.run(LIST, { isJson });
      expect(lines.join('')).not.to.match(/[\p{C}]/u);
    }
  });
});

describe('lanes show', () => {
  const records = [3, 5, 9].map((at) => ({
    ...consumed(at, { key: 'a', value: `secret ${at}` }),
    headers: [{ name: 'ce_type', value: Buffer.from('user.auth\u001b[2J') }],
  }));
  const SHOW = {
    kind: 'lanes show',
    lane: choice({ key: Buffer.from('a') }),
    withValues: false,
    limit: null,
  } as const;

  it('has head and followers in their order, with headers, and values only when they are asked for', async () => {
    const bench = new OperatorBench();
    bench.lane(records, PARKED);
    const { objects } = await bench.run(SHOW, { isJson: true });
    expect(objects.map(({ kind, id }) => [kind, id])).to.deep.equal([
      ['lane', undefined],
      ['head', 'user.events-0-3'],
      ['follower', 'user.events-0-5'],
      ['follower', 'user.events-0-9'],
    ]);
    const plain = await bench.run(SHOW);
    expect(plain.lines.join('\n')).not.to.include('secret');
    expect(plain.lines.join('\n')).to.include('ce_type: user.auth\\x1b[2J');
    const whole = await bench.run({ ...SHOW, withValues: true });
    expect(whole.lines.join('\n')).to.include('value secret 9');
  });

  it('finds a record without key by its head, and says when there is no such lane', async () => {
    const bench = new OperatorBench();
    bench.lane([consumed(3, { key: null })]);
    const by = { ...SHOW, lane: choice({ head: 'user.events-0-3' }) };
    expect((await bench.run(by, { isJson: true })).objects[0]).to.deep.include({
      key: null,
      head: 'user.events-0-3',
    });
    const { exitCode, error } = await bench.run(SHOW);
    expect(exitCode).to.equal(1);
    expect(error).to.match(/^No lane has that key/);
  });

  it('asks which one when a key has lanes in two partitions', async () => {
    const bench = new OperatorBench();
    bench.lane([consumed(3, { key: 'a' })]);
    bench.lane([consumed(3, { key: 'a', partition: 1 })]);
    const { error } = await bench.run(SHOW);
    expect(error).to.include('user.events-0-3 in partition 0, user.events-1-3 in partition 1');
    const one = { ...SHOW, lane: choice({ key: Buffer.from('a'), head: 'user.events-1-3' }) };
    expect((await bench.run(one)).exitCode).to.equal(0);
  });
});

describe('lanes release', () => {
  it('names the head that the lane has now, goes to its partition, and reports what became of it', async () => {
    const bench = new OperatorBench();
    bench.lane([consumed(3, { key: 'a', partition: 1 })], PARKED);
    bench.answerWith(done);
    const { exitCode, lines } = await bench.run(bench.release({ key: Buffer.from('a') }));
    expect([exitCode, lines]).to.deep.equal([0, ['release user.events-1-3: done']]);
    const [command] = bench.commands(1);
    expect(command).to.deep.equal({
      kind: 'release',
      key: Buffer.from('a'),
      head: 'user.events-1-3',
      deadLetter: null,
      by: 'ann@host',
    });
    expect(bench.commands(0)).to.deep.equal([]);
  });

  it('ends with 1 when it was ignored or refused, and says why', async () => {
    for (const outcome of ['ignored', 'refused'] as const) {
      const bench = new OperatorBench();
      bench.lane([consumed(3, { key: 'a' })]);
      bench.answerWith(() => ({ outcome, why: 'the lane has gone on' }));
      const { exitCode, lines } = await bench.run(bench.release({ key: Buffer.from('a') }));
      expect([exitCode, lines]).to.deep.equal([
        1,
        [`release user.events-0-3: ${outcome}: the lane has gone on`],
      ]);
    }
  });

  it('reports its own command and not one that was written at the same time', async () => {
    const bench = new OperatorBench();
    bench.lane([consumed(3, { key: 'a' })]);
    const value = JSON.stringify({ v: 1, command: 'dismiss', deadLetter: 1, key: null, why: '', by: '' });
    const noise = (): void => {
      bench.cluster.produce(COMMANDS, 0, { key: null, value });
      bench.scheduler.later(1, 20, noise);
    };
    noise();
    bench.answerWith(({ kind }) => ({ outcome: kind === 'release' ? 'done' : 'refused', why: kind }));
    const { exitCode, lines } = await bench.run(bench.release({ key: Buffer.from('a') }));
    expect([exitCode, lines]).to.deep.equal([0, ['release user.events-0-3: done: release']]);
  });

  it('refuses a head that the lane has passed, and writes nothing', async () => {
    const bench = new OperatorBench();
    bench.lane([consumed(5, { key: 'a' })]);
    const { exitCode, error } = await bench.run(
      bench.release({ key: Buffer.from('a'), head: 'user.events-0-3' }),
    );
    expect(exitCode).to.equal(1);
    expect(error).to.include('user.events-0-5 is: the lane has gone on');
    expect(bench.commands()).to.deep.equal([]);
  });

  it('says where the command is and that it will be carried out when nobody reads it in time', async () => {
    const bench = new OperatorBench();
    bench.lane([consumed(3, { key: 'a' })]);
    const request = bench.release({ key: Buffer.from('a') });
    const { exitCode, lines } = await bench.run(request);
    expect(exitCode).to.equal(1);
    expect(lines[0]).to.include('not carried out yet').and.to.include(`${COMMANDS}-0@0`);
    const object = await bench.run(request, { isJson: true });
    expect(object.objects[0]).to.deep.include({ outcome: 'waiting', partition: 0, offset: 1 });
  });

  it('does not wait when it is told not to, and writes nothing in a dry run', async () => {
    const bench = new OperatorBench();
    bench.lane([consumed(3, { key: null })]);
    const dry = await bench.run(bench.release({ head: 'user.events-0-3' }, { isDryRun: true }));
    expect(dry.exitCode).to.equal(0);
    expect(bench.commands()).to.deep.equal([]);
    const sent = await bench.run(
      bench.release({ head: 'user.events-0-3' }, { waitMs: null, operator: 'ops-7' }),
    );
    expect([sent.exitCode, sent.lines]).to.deep.equal([
      0,
      [`release user.events-0-3: sent, ${COMMANDS}-0@0`],
    ]);
    expect(bench.commands()[0]).to.deep.include({ key: null, by: 'ops-7' });
  });

  it('says so when the task has read the command and kept no outcome', async () => {
    const bench = new OperatorBench();
    bench.lane([consumed(3, { key: 'a' })]);
    bench.answerWith(() => null);
    const { exitCode, lines } = await bench.run(bench.release({ key: Buffer.from('a') }));
    expect(exitCode).to.equal(1);
    expect(lines[0]).to.include('does not say what became of it');
  });

  it('finds its command when the broker took it and the answer was lost', async () => {
    const bench = new OperatorBench();
    bench.lane([consumed(3, { key: 'a' })]);
    bench.answerWith(done);
    bench.cluster.faults.fail('send', errorOf('retriable'), { applied: true, nth: 2 });
    const { exitCode, lines, notes } = await bench.run(bench.release({ key: Buffer.from('a') }));
    expect([exitCode, lines]).to.deep.equal([0, ['release user.events-0-3: done']]);
    expect(notes.at(-1)).to.include('retriable');
  });

  it('is recorded before and after, under the id of its head', async () => {
    const bench = new OperatorBench();
    bench.lane([consumed(3, { key: 'a' })]);
    bench.answerWith(done);
    // What is recorded is tried again, and is there once more under its id.
    bench.cluster.faults.fail('send', errorOf('retriable'), { applied: true });
    expect((await bench.run(bench.release({ key: Buffer.from('a') }))).exitCode).to.equal(0);
    expect(bench.actions().map(({ action, resource, status }) => [action, resource, status])).to.deep.equal([
      ['lanes.release', 'lane/user.events-0-3', 'requested'],
      ['lanes.release', 'lane/user.events-0-3', 'requested'],
      ['lanes.release', 'lane/user.events-0-3', 'success'],
    ]);
    const ids = bench.cluster.read(AUDIT).map(({ headers }) => headers[1]?.value?.toString());
    expect([ids[0] === ids[1], ids[1] === ids[2]]).to.deep.equal([true, false]);
  });

  it('ends with 3 when the broker did not take it', async () => {
    const bench = new OperatorBench();
    bench.lane([consumed(3, { key: 'a' })]);
    bench.cluster.faults.fail('send', errorOf('unusable'));
    const { exitCode, lines, error } = await bench.run(bench.release({ key: Buffer.from('a') }));
    expect([exitCode, lines]).to.deep.equal([3, []]);
    expect(error).to.include('unusable');
    expect(bench.commands()).to.deep.equal([]);
  });

  it('goes on over brokers that are late for a while, and gives up on those that stay away', async () => {
    const bench = new OperatorBench();
    bench.lane([consumed(3, { key: 'a' })]);
    bench.answerWith(done);
    for (const kind of ['watermarks', 'fetch', 'partition-counts'] as const)
      bench.cluster.faults.fail(kind, errorOf('retriable'), { nth: 2, times: 3 });
    expect((await bench.run(bench.release({ key: Buffer.from('a') }))).exitCode).to.equal(0);
    bench.cluster.faults.fail('watermarks', errorOf('retriable'), { times: 100 });
    expect((await bench.run(bench.release({ key: Buffer.from('a') }))).exitCode).to.equal(3);
  });

  it('says that its command stands when it is stopped while it waits', async () => {
    const bench = new OperatorBench();
    bench.lane([consumed(3, { key: 'a' })]);
    const beganMs = bench.nowMs;
    bench.scheduler.later(2000, 2000, () => bench.stop.abort());
    const request = bench.release({ key: Buffer.from('a') }, { waitMs: 3_600_000 });
    const { exitCode, lines } = await bench.run(request);
    expect(exitCode).to.equal(1);
    expect(lines[0]).to.include('will be carried out when');
    expect(bench.nowMs - beganMs).to.be.below(10_000);
  });

  it('ends with 3 when there is no commands topic', async () => {
    const bench = new OperatorBench();
    bench.lane([consumed(3, { key: 'a' })]);
    bench.cluster.deleteTopic(COMMANDS);
    const { exitCode, error } = await bench.run(bench.release({ key: Buffer.from('a') }));
    expect(exitCode).to.equal(3);
    expect(error).to.include(COMMANDS);
  });
});

describe('lanes skip', () => {
  const SKIP = { kind: 'lanes skip', lane: choice({ key: Buffer.from('a') }), carrying: CARRYING } as const;

  it('names the notice of a parked head, and the newest one of it', async () => {
    const bench = new OperatorBench();
    const notice = { 'x-lanes-id': 'user.events-0-3', 'x-lanes-state': 'parked' };
    bench.letter(0, {}, { ...notice, 'x-lanes-id': 'user.events-0-2' });
    bench.letter(0, {}, notice);
    const newest = bench.letter(0, {}, notice);
    bench.letter(0, {}, { 'x-lanes-id': 'user.events-0-3' });
    bench.lane([consumed(3, { key: 'a' })], PARKED);
    bench.answerWith(done);
    expect((await bench.run(SKIP)).exitCode).to.equal(0);
    expect(bench.commands()[0]).to.deep.include({
      kind: 'skip',
      head: 'user.events-0-3',
      deadLetter: newest,
    });
  });

  it('goes on without a notice that is not there any more, and says so', async () => {
    const bench = new OperatorBench();
    bench.lane([consumed(3, { key: 'a' })], PARKED);
    bench.answerWith(done);
    const { exitCode, notes } = await bench.run(SKIP);
    expect(exitCode).to.equal(0);
    expect(notes.join()).to.include('not in the dead letters any more');
    expect(bench.commands()[0]).to.deep.include({ deadLetter: null });
  });
});

describe('a lane log', () => {
  it('is read committed: a lane of a transaction that was aborted is no lane', async () => {
    const bench = new OperatorBench();
    const process = bench.cluster.process('service', { transactionalId: 'tx' });
    const producer = process.clients.transactionalProducer();
    const record = consumed(3, { key: 'a' });
    const write = async (): Promise<void> => {
      await producer.connect();
      await producer.initTransactions();
      await producer.begin();
      await producer.produce([
        {
          topic: LANE_LOG,
          partition: record.partition,
          key: followerKey(sourceId(record)),
          value: encodeRecord(record),
          headers: [],
        },
      ]);
      await producer.flush();
      await producer.abort();
    };
    await bench.scheduler.complete(write());
    const { objects } = await bench.run(LIST, { isJson: true });
    expect(objects).to.deep.equal([]);
  });
});

/** `dlq list|show|replay|dismiss` by ids on the simulated cluster. */
import { expect } from 'chai';
import type { DlqDismiss, DlqList, LetterSelector } from '../../../src/cli/dlq/dlq-request.js';
import { valueSchemaOf } from '../../../src/cli/cluster/value-schema.js';
import { encodeHeaders } from '../../../src/record/headers.js';
import { epochMs } from '../../../src/record/units.js';
import { consumed } from '../support/records.js';
import { bulk, LIST, lettered, list, redrive, show } from './dlq-requests.js';
import { CARRYING, OperatorBench } from './operator-bench.js';

const done = () => ({ outcome: 'done', why: '' }) as const;

describe('dlq list', () => {
  it('shows dead letters of all partitions, newest last, with what is known of each', async () => {
    const bench = new OperatorBench();
    bench.letter(1, { key: 'b' }, lettered(9, {}, 1));
    await bench.scheduler.advance(5000);
    bench.letter(0, { key: 'a' }, lettered(3, { 'x-lanes-reason': 'schema-violation' }));
    const { exitCode, objects } = await bench.run(LIST, { isJson: true });
    expect(exitCode).to.equal(0);
    expect(
      objects.map(({ id, key, reason, class: of, attempts }) => [id, key, reason, of, attempts]),
    ).to.deep.equal([
      ['1-0', 'b', 'retries-exhausted', 'retryable', 4],
      ['0-0', 'a', 'schema-violation', 'retryable', 4],
    ]);
    expect(objects[0]).to.deep.include({ origin: { topic: 'user.events', partition: 1, offset: 9 } });
    expect((await bench.run(LIST)).lines.at(-1)).to.equal('2 dead letters');
  });

  it('says of each whether it was redriven, dismissed, skipped, or waits in a lane', async () => {
    const bench = new OperatorBench();
    const parked = { 'x-lanes-state': 'parked' };
    for (const [at, more] of [
      [1, {}],
      [2, {}],
      [3, { 'x-lanes-state': 'skipped' }],
      [4, parked],
      [5, parked],
      [6, {}],
    ] as const)
      bench.letter(0, {}, lettered(at, more));
    bench.outcome(0, 10, { command: 'redrive', outcome: 'done', why: '', deadLetter: 0 });
    bench.outcome(0, 11, { command: 'dismiss', outcome: 'done', why: 'seen', deadLetter: 1 });
    bench.outcome(0, 12, { command: 'redrive', outcome: 'refused', why: 'no', deadLetter: 5 });
    bench.lane([consumed(4, { key: 'k' })], { status: 'parked', copied: true });
    const { lines } = await bench.run(LIST);
    const states = lines.slice(1, -1).map((line) => /(\S+(?: parked)?)$/.exec(line)?.[1]);
    expect(states).to.deep.equal(['redriven', 'dismissed', 'skipped', 'parked', 'was parked', '-']);
  });

  it('filters by reason and time, counts by reason, and says when there is more than the limit', async () => {
    const bench = new OperatorBench();
    for (let at = 0; at < 30; at++) {
      bench.letter(0, {}, lettered(at, at % 3 === 0 ? { 'x-lanes-reason': 'null-value' } : {}));
      await bench.scheduler.advance(1000);
    }
    const ids = async (selector: Partial<LetterSelector>, of: Partial<DlqList> = {}) =>
      (await bench.run(list(selector, of), { isJson: true })).objects.map(({ id }) => id);
    expect(await ids({ reason: 'null-value' }, { limit: 2 })).to.deep.equal(['0-24', '0-27']);
    expect(await ids({ since: epochMs(bench.nowMs - 2500) })).to.deep.equal(['0-28', '0-29']);
    const until = epochMs(bench.nowMs - 2500);
    expect(await ids({ since: epochMs(bench.nowMs - 4500), until })).to.deep.equal(['0-26', '0-27']);
    const groups = await bench.run({ ...LIST, by: 'reason' }, { isJson: true });
    expect(groups.objects.map(({ reason, count, newestId }) => [reason, count, newestId])).to.deep.equal([
      ['retries-exhausted', 20, '0-29'],
      ['null-value', 10, '0-27'],
    ]);
    const { notes, lines } = await bench.run({ ...LIST, limit: 4 });
    expect(lines).to.have.length(6);
    expect(notes.join()).to.include('newest 4');
    expect((await bench.run({ ...LIST, limit: 30 })).notes).to.deep.equal([]);
  });

  it('filters by type and key, and counts by type and age', async () => {
    const bench = new OperatorBench(1);
    bench.letter(0, { key: 'a' }, lettered(0, { ce_type: 'user.auth' }));
    bench.letter(0, { key: 'b' }, lettered(1, { __TypeId__: 'com.x.UserAuthEvent' }));
    await bench.scheduler.advance(2 * 3_600_000);
    bench.letter(0, { key: 'a' }, lettered(2, { ce_type: 'order.paid' }));
    bench.letter(0, { key: 'a' }, lettered(3));
    const ids = async (selector: Partial<LetterSelector>) =>
      (await bench.run(list(selector), { isJson: true })).objects.map(({ id }) => id);
    expect(await ids({ type: 'user.auth' })).to.deep.equal(['0-0', '0-1']);
    expect(await ids({ type: 'order.paid' })).to.deep.equal(['0-2']);
    expect(await ids({ key: Buffer.from('a') })).to.deep.equal(['0-0', '0-2', '0-3']);
    const counts = async (by: 'type' | 'age') =>
      (await bench.run({ ...LIST, by }, { isJson: true })).objects.map((group) => [
        group[by],
        group['count'],
      ]);
    expect(await counts('type')).to.deep.equal([
      ['user.auth', 2],
      ['-', 1],
      ['order.paid', 1],
    ]);
    expect(await counts('age')).to.deep.equal([
      ['<1d', 2],
      ['<1h', 2],
    ]);
  });

  it('finds an old one behind more than it reads at a time', async () => {
    const bench = new OperatorBench(1);
    bench.letter(0, { key: 'needle' }, lettered(0, { 'x-lanes-reason': 'rare' }));
    for (let at = 1; at < 3000; at++) bench.letter(0, {}, lettered(at));
    const { objects } = await bench.run(list({ reason: 'rare' }, { limit: 1 }), { isJson: true });
    expect(objects.map(({ id, key }) => [id, key])).to.deep.equal([['0-0', 'needle']]);
  });

  it('stops where everything is older than asked for', async () => {
    const bench = new OperatorBench(1);
    for (let at = 0; at < 5000; at++) bench.letter(0, {}, lettered(at));
    await bench.scheduler.advance(3_600_000);
    bench.letter(0, {}, lettered(5000));
    const since = epochMs(bench.nowMs - 60_000);
    const { objects, progress } = await bench.run(list({ since }), { isJson: true });
    expect(objects.map(({ id }) => id)).to.deep.equal(['0-5000']);
    const windows = progress.flatMap((text) => /offset (\d+) to/.exec(text)?.[1] ?? []);
    expect(windows.map(Number)).to.deep.equal([4501, 2501]);
  });

  it('shows what others have written into the queue, without guessing', async () => {
    const bench = new OperatorBench();
    bench.letter(0, { key: null, value: null }, {});
    bench.letter(
      0,
      { key: Buffer.from([0xff]) },
      { 'x-lanes-id': '\u001b[2J-1-2', 'x-lanes-attempts': 'many' },
    );
    const { exitCode, objects } = await bench.run(LIST, { isJson: true });
    expect(exitCode).to.equal(0);
    expect(objects[0]).to.deep.include({
      key: null,
      keyBase64: null,
      valueBytes: null,
      origin: null,
      reason: null,
    });
    expect(objects[1]).to.deep.include({ key: null, keyBase64: '/w==', origin: null, attempts: null });
    const { lines } = await bench.run(LIST);
    expect(lines.join('')).not.to.match(/\p{C}/u);
    expect(lines[2]).to.include('\\xff').and.to.include('\\x1b[2J-1-2');
  });
});

describe('dlq show', () => {
  it('has the headers of the record as they were, and its value only when it is asked for', async () => {
    const bench = new OperatorBench();
    const original = encodeHeaders([
      { name: 'ce_type', value: Buffer.from('user.auth') },
      { name: 'raw', value: Buffer.from([0xff, 0x00]) },
    ]);
    const headers = {
      ...Object.fromEntries(original.map(({ name, value }) => [name, value])),
      ...lettered(3),
    };
    bench.letter(0, { value: 'secret' }, headers);
    const { lines } = await bench.run(show(0, 0));
    expect(lines.join('\n')).to.include('ce_type: user.auth').and.to.include('raw: \\xff\\x00');
    expect(lines.join('\n')).not.to.include('secret').and.not.to.include('x-lanes-binary-headers');
    const whole = await bench.run(show(0, 0, true), { isJson: true });
    expect(whole.objects[0]).to.deep.include({ value: 'secret', headersRestored: true });
    expect(whole.objects[0]?.['headers']).to.deep.equal([
      { name: 'ce_type', value: 'user.auth', base64: Buffer.from('user.auth').toString('base64') },
      { name: 'raw', value: null, base64: '/wA=' },
    ]);
  });

  it('says what the schema says of the value now, its type and its trace, and nothing of the value', async () => {
    const bench = new OperatorBench();
    bench.schema = valueSchemaOf('user-audit', false)();
    const trace = '0af7651916cd43dd8448eb211c80319c';
    const headers = lettered(3, {
      ce_type: 'user.auth',
      traceparent: `00-${trace}-b7ad6b7169203331-01`,
    });
    bench.letter(0, { value: '{"userId":"secret"}' }, headers);
    bench.letter(0, { value: '{"userId":"secret' }, headers);
    const [object] = (await bench.run(show(0, 0), { isJson: true })).objects;
    expect(object).to.deep.include({
      type: 'user.auth',
      traceId: trace,
      attempts: 4,
      schema: 'invalid',
      schemaProblem: 'schema-violation: user.auth: / required (action)',
    });
    const lines = [...(await bench.run(show(0, 0))).lines, ...(await bench.run(show(0, 1))).lines].join('\n');
    expect(lines).to.include('/ required (action)').and.to.include(trace).and.not.to.include('secret');
    expect(lines).to.include('deserialization');
    bench.schema = null;
    expect((await bench.run(show(0, 0))).lines.join('\n')).to.include('there is no schema for this topic');
  });

  it('shows a huge value in part, and tells its size', async () => {
    const bench = new OperatorBench();
    bench.letter(0, { value: Buffer.alloc(900_000, 0xc0) }, lettered(3));
    const { lines } = await bench.run(show(0, 0, true));
    expect(Math.max(...lines.map((line) => line.length))).to.be.below(5000);
    expect(lines.join('\n')).to.include('900000 bytes');
  });

  it('says why there is no such dead letter', async () => {
    const bench = new OperatorBench();
    for (let at = 0; at < 3; at++) bench.letter(0, {}, lettered(at));
    bench.cluster.deleteRecords('app.user.events.dlq', 0, 2);
    const error = async (partition: number, offset: number) => {
      const said = await bench.run(show(partition, offset));
      return [said.exitCode, said.error?.replace(/^app\.user\.events\.dlq has no dead letter /, '')];
    };
    expect(await error(0, 1)).to.deep.equal([1, '0-1 any more: its retention has passed (it begins at 2).']);
    expect(await error(0, 3)).to.deep.equal([1, '0-3 yet: it ends at 3.']);
    expect(await error(7, 0)).to.deep.equal([1, '7-0: it has no such partition.']);
  });
});

describe('dlq replay of ids', () => {
  it('sends the whole record as it was, to the partition of its dead letter', async () => {
    const bench = new OperatorBench();
    const original = encodeHeaders([{ name: 'raw', value: Buffer.from([0xff]) }]);
    const headers = {
      ...Object.fromEntries(original.map(({ name, value }) => [name, value])),
      ...lettered(3, {}, 1),
    };
    bench.letter(1, { key: 'a', value: Buffer.from([0, 1, 0xff]) }, headers);
    bench.answerWith(done);
    const { exitCode, lines } = await bench.run(redrive([1, 0]));
    expect([exitCode, lines]).to.deep.equal([0, ['redrive 1-0: done']]);
    expect(bench.commands(1)).to.deep.equal([
      {
        kind: 'redrive',
        key: Buffer.from('a'),
        deadLetter: 0,
        record: {
          topic: 'user.events',
          partition: 1,
          offset: 3,
          timestamp: 1700000000123,
          key: Buffer.from('a'),
          value: Buffer.from([0, 1, 0xff]),
          headers: [{ name: 'raw', value: Buffer.from([0xff]) }],
        },
        by: 'ann@host',
      },
    ]);
  });

  it('takes the time of the dead letter when the record has none, and an empty value is not a missing one', async () => {
    const bench = new OperatorBench();
    const at = bench.nowMs;
    const { 'x-lanes-timestamp': _, ...headers } = lettered(3);
    bench.letter(0, { key: null, value: '' }, headers);
    bench.letter(0, { key: null, value: null }, headers);
    bench.answerWith(done);
    await bench.run(redrive([0, 0], [0, 1]));
    const records = bench.commands(0).map((command) => (command.kind === 'redrive' ? command.record : null));
    expect(records.map((record) => record?.value)).to.deep.equal([Buffer.alloc(0), null]);
    expect(records[0]?.timestamp).to.equal(at);
  });

  it('knows the record by the profile’s headers when its id says nothing', async () => {
    const bench = new OperatorBench();
    bench.letter(
      0,
      {},
      {
        ...lettered(3),
        'x-lanes-id': 'unknown',
        '__streams.errors.topic': 'user.events',
        '__streams.errors.partition': '0',
        '__streams.errors.offset': '3',
      },
    );
    bench.answerWith(done);
    expect((await bench.run(redrive([0, 0]))).exitCode).to.equal(0);
    expect(bench.commands(0)[0]).to.have.nested.include({ 'record.offset': 3, deadLetter: 0 });
  });

  it('refuses a notice, what was redriven already and what is not the service’s, and sends the others', async () => {
    const bench = new OperatorBench();
    bench.letter(0, {}, lettered(1, { 'x-lanes-state': 'parked' }));
    bench.letter(0, {}, lettered(2));
    bench.letter(0, {}, { 'x-lanes-id': 'other.topic-0-3' });
    bench.letter(0, {}, lettered(4, {}, 1));
    bench.letter(0, {}, lettered(5, { 'x-lanes-binary-headers': '{' }));
    bench.letter(0, {}, lettered(6));
    bench.outcome(0, 10, { command: 'redrive', outcome: 'done', why: '', deadLetter: 1 });
    bench.lane([consumed(1, { key: 'k' })], { status: 'parked', copied: true });
    bench.answerWith(done);
    const ids = [0, 1, 2, 3, 4, 5].map((offset) => [0, offset] as const);
    const { exitCode, notes, lines } = await bench.run(redrive(...ids));
    expect(exitCode).to.equal(1);
    expect(lines).to.deep.equal(['redrive 0-5: done']);
    expect(notes).to.have.length(5);
    expect(notes[0]).to.include('release the lane instead, "lanes release --head user.events-0-1"');
    expect(notes[1]).to.include('redriven at').and.to.include('command 10');
    expect(notes[2]).to.include('does not say which record');
    expect(notes[3]).to.include('not in the partition of its record user.events-1-4');
    expect(notes[4]).to.include('cannot be restored');
    expect(bench.commands().map(({ deadLetter }) => deadLetter)).to.deep.equal([5]);
  });

  it('sends several in the order of their writing, each once, and reports each', async () => {
    const bench = new OperatorBench();
    for (let at = 0; at < 4; at++) bench.letter(0, { key: 'same' }, lettered(at));
    bench.answerWith(({ deadLetter }) => ({
      outcome: deadLetter === 2 ? 'refused' : 'done',
      why: 'because',
    }));
    const { exitCode, objects } = await bench.run(redrive([0, 3], [0, 1], [0, 2], [0, 1]), { isJson: true });
    expect(exitCode).to.equal(1);
    expect(objects.map(({ target, outcome, offset }) => [target, outcome, offset])).to.deep.equal([
      ['0-1', 'done', 0],
      ['0-2', 'refused', 1],
      ['0-3', 'done', 2],
    ]);
  });

  it('writes nothing in a dry run', async () => {
    const bench = new OperatorBench();
    bench.letter(0, { value: 'secret' }, lettered(1));
    const request = { ...redrive([0, 0]), carrying: { ...CARRYING, isDryRun: true } };
    const { exitCode, lines } = await bench.run(request, { isJson: true });
    expect(exitCode).to.equal(0);
    expect(lines.join()).not.to.include('secret');
    expect(bench.commands()).to.deep.equal([]);
  });
});

describe('a record that was redriven and is parked again', () => {
  const at = (offset: number) => ({ kind: 'redriven', partition: 0, offset }) as const;

  it('is known by its second notice, and released under the id that its lane has', async () => {
    const bench = new OperatorBench();
    const notice = lettered(3, { 'x-lanes-state': 'parked' });
    bench.letter(0, {}, notice);
    await bench.scheduler.advance(60_000);
    bench.lane(
      [consumed(3, { key: 'k' })],
      { status: 'parked', copied: true, firstFailureAt: epochMs(bench.nowMs) },
      () => at(17),
    );
    bench.letter(
      0,
      {},
      {
        ...notice,
        'x-lanes-id': 'dlq-0-17',
        '__streams.errors.topic': 'user.events',
        '__streams.errors.partition': '0',
        '__streams.errors.offset': '3',
      },
    );
    const { objects } = await bench.run(LIST, { isJson: true });
    expect(objects.map(({ isWaiting }) => isWaiting)).to.deep.equal([false, true]);
    const { notes } = await bench.run(redrive([0, 0], [0, 1]));
    expect(notes[0]).to.include('its end is elsewhere');
    expect(notes[1]).to.include('"lanes release --head dlq-0-17"');
    bench.answerWith(done);
    const lane = { key: Buffer.from('k'), head: null, partition: null, topic: null };
    await bench.run({ kind: 'lanes skip', lane, carrying: CARRYING });
    expect(bench.commands()[0]).to.deep.include({ head: 'dlq-0-17', deadLetter: 1 });
  });
});

describe('dlq dismiss', () => {
  it('keeps the reason with the command, and refuses a notice', async () => {
    const bench = new OperatorBench();
    bench.letter(0, {}, lettered(1));
    bench.letter(0, {}, lettered(2, { 'x-lanes-state': 'parked' }));
    bench.lane([consumed(2, { key: 'k' })], { status: 'parked', copied: true });
    bench.answerWith(done);
    const request: DlqDismiss = {
      kind: 'dlq dismiss',
      why: 'test data',
      ...bulk([
        [0, 0],
        [0, 1],
      ]),
    };
    const { exitCode, lines, notes } = await bench.run(request);
    expect([exitCode, lines]).to.deep.equal([1, ['dismiss 0-0: done']]);
    expect(notes[0]).to.include('"lanes skip --head user.events-0-2" ends it');
    expect(bench.commands()[0]).to.deep.include({ kind: 'dismiss', deadLetter: 0, why: 'test data' });
  });
});

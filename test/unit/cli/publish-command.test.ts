/** `publish` on the simulated cluster. */
import { expect } from 'chai';
import type { Publish, RandomEvents } from '../../../src/cli/events/events-request.js';
import { brokerError } from '../../../src/testing/broker-error.js';
import { SOURCE } from '../support/records.js';
import { OperatorBench } from './operator-bench.js';

const USER = '5b0a6c1e-8a57-4d4b-9c1e-0d2f6a1b7c02';
const DATA = {
  userId: USER,
  action: 'login',
  status: 'success',
  timestamp: '2026-02-03T04:05:06.000Z',
  metadata: { source: 'web', ipAddress: null, userAgent: null, correlationId: USER },
};
const line = (given: object = {}): string => JSON.stringify({ type: 'user.auth', data: DATA, ...given });

const PUBLISH = { kind: 'publish', topic: null, isSpring: false, isDryRun: false } as const;
const random = (given: Partial<RandomEvents> = {}): Publish => ({
  ...PUBLISH,
  what: { kind: 'random', rate: null, keys: 10, count: 100, bad: 0, seed: 7, ...given },
});
const one = (data: string, given: Partial<Publish['what']> = {}): Publish => ({
  ...PUBLISH,
  what: { kind: 'one', type: 'user.auth', data, id: null, traceparent: null, ...given } as Publish['what'],
});
const file = (name: string): Publish => ({ ...PUBLISH, what: { kind: 'file', file: name } });

const headersOf = (record: { headers: readonly { name: string; value: Buffer | null }[] }) =>
  Object.fromEntries(record.headers.map(({ name, value }) => [name, value?.toString()]));

describe('publish', () => {
  let bench: OperatorBench;
  const written = () => bench.cluster.read(SOURCE);
  beforeEach(() => (bench = new OperatorBench()));

  describe('of one event', () => {
    it('writes it under its user, as a CloudEvent, and says so', async () => {
      const said = await bench.run(one(JSON.stringify(DATA), { id: 'mine' }));
      expect([said.exitCode, said.error]).to.deep.equal([0, null]);
      expect(said.lines).to.have.lengthOf(1);
      expect(said.lines[0]).to.match(/^1 event written to user\.events in /);
      const [record] = written();
      expect(record?.key?.toString()).to.equal(USER);
      expect(JSON.parse(record?.value?.toString() ?? '')).to.deep.equal(DATA);
      expect(headersOf(record!)).to.include({ ce_id: 'mine', ce_type: 'user.auth' });
    });

    it('takes its data from a file or from stdin', async () => {
      bench.files.set('login.json', [JSON.stringify(DATA).slice(0, 10), JSON.stringify(DATA).slice(10)]);
      bench.files.set('-', [JSON.stringify(DATA)]);
      for (const data of ['@login.json', '-']) expect((await bench.run(one(data))).exitCode).to.equal(0);
      expect(written()).to.have.lengthOf(2);
      expect((await bench.run(one('@none.json'))).exitCode).to.equal(2);
    });

    it('is refused when it is no JSON, with 2, or does not fit its schema, with 1', async () => {
      const broken = await bench.run(one('{secret'));
      expect([broken.exitCode, broken.error]).to.deep.equal([
        2,
        '--data is not JSON: give a JSON object, @FILE, or - for stdin.',
      ]);
      const wrong = await bench.run(one(JSON.stringify({ ...DATA, action: 'secret' })));
      expect([wrong.exitCode, wrong.error]).to.deep.equal([
        1,
        'the event does not fit its schema: user.auth: /action enum',
      ]);
      expect(written()).to.deep.equal([]);
    });

    it('needs a topic that is there', async () => {
      const said = await bench.run({ ...one(JSON.stringify(DATA)), topic: 'nowhere' });
      expect(said.exitCode).to.equal(3);
      expect(said.error).to.match(/nowhere does not exist/);
    });
  });

  describe('of a file', () => {
    it('writes the good lines in their order, tells the others by their number, and ends with 1', async () => {
      const lines = [
        line({ id: 'a' }),
        '{"type": secret',
        '',
        line({ data: { ...DATA, action: 'secret' } }),
        line({ type: 'user.deleted' }),
        line({ id: 'b', spring: true }),
        line({ id: 'c' }),
      ];
      bench.files.set('events.ndjson', [lines.join('\n')]);
      const said = await bench.run(file('events.ndjson'), { isJson: true });
      expect(said.exitCode).to.equal(1);
      expect(said.notes).to.deep.equal([
        'line 2: it is not JSON',
        'line 4: the event does not fit its schema: user.auth: /action enum',
        'line 5: the event does not fit its schema: the type is none of user.registered, user.updated, user.auth',
      ]);
      expect(said.objects).to.have.lengthOf(1);
      expect(said.objects[0]).to.include({ topic: SOURCE, sent: 3, bad: 0, failed: 0, wrong: 3, seed: null });
      expect(written().map((record) => headersOf(record)['ce_id'])).to.deep.equal(['a', undefined, 'c']);
      expect(said.notes.join()).not.to.include('secret');
    });

    it('ends with 0 when every line is good, from stdin too', async () => {
      bench.files.set('-', [`${line()}\n`, `${line()}\n`]);
      expect((await bench.run(file('-'))).exitCode).to.equal(0);
      expect(written()).to.have.lengthOf(2);
    });

    it('of more lines than may be under way at once loses none, and keeps their order', async () => {
      const many = Array.from({ length: 25_000 }, (_, i) => `${line({ id: `${i}` })}\n`);
      bench.files.set('many', [many.join('')]);
      const said = await bench.run(file('many'), { isJson: true });
      expect([said.exitCode, said.error]).to.deep.equal([0, null]);
      expect(said.objects[0]).to.include({ sent: 25_000 });
      expect(written().map((record) => headersOf(record)['ce_id'])).to.deep.equal(
        Array.from({ length: 25_000 }, (_, i) => `${i}`),
      );
    }).timeout(20_000);
  });

  describe('of random traffic', () => {
    it('writes so many, so many of them bad, and tells both', async () => {
      const said = await bench.run(random({ bad: 0.1 }), { isJson: true });
      expect([said.exitCode, said.error]).to.deep.equal([0, null]);
      expect(said.objects[0]).to.deep.include({ sent: 100, bad: 10, failed: 0, wrong: 0, seed: 7 });
      const byReason = said.objects[0]?.['badByReason'] as Record<string, number>;
      expect(Object.values(byReason).reduce((sum, each) => sum + each)).to.equal(10);
      expect(written()).to.have.lengthOf(100);
      expect(written().filter(({ value }) => value === null)).to.have.lengthOf(byReason['null-value'] ?? 0);
      const human = await bench.run(random({ bad: 0.1, count: 40 }));
      expect(human.lines).to.have.lengthOf(1);
      expect(human.lines[0]).to.match(/^40 events written .*; 4 of them bad \(1 [\w-]+, 1 .*\); seed 7$/);
    });

    it('is what a dry run shows, which writes nothing and needs no cluster', async () => {
      const dry = await bench.run({ ...random({ bad: 0.1, count: 30 }), isDryRun: true }, { isJson: true });
      expect(dry.exitCode).to.equal(0);
      expect(dry.objects).to.have.lengthOf(30);
      expect(written()).to.deep.equal([]);
      await bench.run(random({ bad: 0.1, count: 30 }));
      expect(dry.objects.map(({ key }) => key)).to.have.members(
        written().map(({ key }) => key?.toString() ?? null),
      );
      expect(dry.objects.filter(({ bad }) => bad !== null)).to.have.lengthOf(3);
    });

    it('keeps its rate by the clock', async () => {
      const startMs = bench.nowMs;
      await bench.run(random({ rate: 50, count: 101 }));
      expect(bench.nowMs - startMs).to.be.within(2000, 2500);
      const times = written().map(({ timestamp }) => timestamp);
      expect(Math.max(...times) - Math.min(...times)).to.be.within(1900, 2200);
    });

    it('without a number goes on until it is stopped, and then ends well with its summary', async () => {
      bench.scheduler.later(3000, 3000, () => bench.stop.abort());
      const said = await bench.run(random({ rate: 10, count: null }), { isJson: true });
      expect([said.exitCode, said.error]).to.deep.equal([0, null]);
      expect(said.objects[0]?.['sent']).to.equal(written().length);
      expect(written().length).to.be.within(25, 31);
    });

    it('that is stopped before its number ends with 1', async () => {
      bench.scheduler.later(1000, 1000, () => bench.stop.abort());
      const said = await bench.run(random({ rate: 10, count: 1000 }), { isJson: true });
      expect([said.exitCode, said.error]).to.deep.equal([1, null]);
      expect(said.objects[0]?.['sent']).to.equal(written().length);
    });

    it('gives itself a seed and tells it, and the same seed gives the same', async () => {
      const said = await bench.run(random({ seed: null, count: 5 }), { isJson: true });
      const seed = said.objects[0]?.['seed'] as number;
      const keys = written().map(({ key }) => key?.toString());
      await bench.run(random({ seed, count: 5 }));
      expect(written().map(({ key }) => key?.toString())).to.have.members([...keys, ...keys]);
    });

    it('that is not acknowledged is told, not once for each, and counted; what comes later is written', async () => {
      bench.cluster.faults.fail('send', brokerError('message-timed-out', SOURCE), { nth: 10, times: 40 });
      const said = await bench.run(random({ rate: 100, count: 400 }), { isJson: true });
      expect(said.exitCode).to.equal(1);
      const { sent, failed } = said.objects[0] as { sent: number; failed: number };
      expect(sent + failed).to.equal(400);
      expect(failed).to.be.within(40, 200);
      expect(written()).to.have.lengthOf(sent);
      expect(said.notes.length).to.be.within(1, 4);
      expect(said.notes[0]).to.match(/^\d+ not acknowledged: /);
    });
  });
});

/** `tail` on the simulated cluster. */
import { expect } from 'chai';
import type { Tail } from '../../../src/cli/events/events-request.js';
import { epochMs } from '../../../src/record/units.js';
import { AUDIT } from '../support/records.js';
import { TAIL } from './events-requests.js';
import { OperatorBench } from './operator-bench.js';

const event = (n: number, given: object = {}): string =>
  JSON.stringify({
    eventType: 'user.auth',
    userId: `user-${n % 3}`,
    action: n % 2 === 0 ? 'login' : 'logout',
    resource: `user/user-${n % 3}`,
    status: n % 5 === 0 ? 'failure' : 'success',
    timestamp: '2026-02-03T04:05:06.000Z',
    metadata: { source: 'web', correlationId: `c-${n}`, ipAddress: '203.0.113.7' },
    ...given,
  });

/** What a terminal would act on, beyond lines. */
const ACTED_ON = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

describe('tail', () => {
  let bench: OperatorBench;
  /** One a second, in turn to each partition. */
  const write = async (count: number, from = 0): Promise<void> => {
    for (let n = from; n < from + count; n++) {
      bench.cluster.produce(AUDIT, n % 2, { key: `user-${n % 3}`, value: event(n) });
      await bench.scheduler.advance(1000);
    }
  };
  const numbers = (objects: readonly Record<string, unknown>[]): number[] =>
    objects.map(({ value }) => {
      const { metadata } = value as { metadata: { correlationId: string } };
      return Number(metadata.correlationId.slice(2));
    });
  const seen = async (given: Partial<Tail>): Promise<number[]> => {
    const said = await bench.run({ ...TAIL, ...given }, { isJson: true });
    expect([said.exitCode, said.error]).to.deep.equal([0, null]);
    return numbers(said.objects);
  };
  const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

  beforeEach(() => (bench = new OperatorBench()));

  it('shows the newest twenty over all partitions by their time, one line each', async () => {
    await write(50);
    const said = await bench.run(TAIL);
    expect([said.exitCode, said.notes]).to.deep.equal([0, []]);
    expect(said.lines).to.have.lengthOf(20);
    expect(said.lines[0]).to.equal(
      `2026-02-03T04:05:06.000Z  ${'login'.padEnd(16)}  ${'failure'.padEnd(8)}  ${'user/user-0'.padEnd(42)}  web 203.0.113.7  ${AUDIT}-0@15`,
    );
    expect(await seen({})).to.deep.equal(range(30, 50));
  });

  it('shows as many as asked for, the newest; or from a place on, the first', async () => {
    await write(50);
    expect(await seen({ limit: 3 })).to.deep.equal([47, 48, 49]);
    expect(await seen({ limit: 0 })).to.deep.equal([]);
    expect(await seen({ limit: 1000 })).to.deep.equal(range(0, 50));
    expect(await seen({ from: 'beginning' })).to.deep.equal(range(0, 50));
    expect(await seen({ from: 'end' })).to.deep.equal([]);
    expect(await seen({ from: 20 })).to.deep.equal(range(40, 50));
    expect(await seen({ from: 20, partition: 1, limit: 2 })).to.deep.equal([41, 43]);
    expect(await seen({ from: 999 })).to.deep.equal([]);
  });

  it('shows those of a user, a type, an action, a status, and of all of these together', async () => {
    await write(60);
    const where = (holds: (n: number) => boolean, count = 20): number[] =>
      range(0, 60).filter(holds).slice(-count);
    expect(await seen({ user: 'user-1' })).to.deep.equal(where((n) => n % 3 === 1));
    expect(await seen({ action: 'logout', limit: 100 })).to.deep.equal(where((n) => n % 2 === 1, 100));
    expect(await seen({ status: 'failure' })).to.deep.equal(where((n) => n % 5 === 0));
    expect(await seen({ type: 'user.registered' })).to.deep.equal([]);
    expect(
      await seen({ type: 'user.auth', user: 'user-0', status: 'failure', action: 'login' }),
    ).to.deep.equal(where((n) => n % 30 === 0));
  });

  it('finds the newest that are rare by looking back further', async () => {
    bench.cluster.produce(AUDIT, 0, { key: 'user-0', value: event(0, { userId: 'rare' }) });
    for (let n = 1; n <= 6000; n++) bench.cluster.produce(AUDIT, n % 2, { key: 'k', value: event(n) });
    expect(await seen({ user: 'rare' })).to.deep.equal([0]);
  });

  it('shows those of a time, all of them', async () => {
    const startMs = bench.nowMs;
    await write(100);
    const at = (seconds: number) => epochMs(startMs + seconds * 1000);
    expect(await seen({ since: at(40) })).to.deep.equal(range(40, 100));
    expect(await seen({ since: at(40), until: at(70) })).to.deep.equal(range(40, 70));
    expect(await seen({ until: at(10) })).to.deep.equal(range(0, 10));
    expect(await seen({ since: at(40), limit: 5 })).to.deep.equal(range(95, 100));
    expect(await seen({ since: at(40), from: 'beginning', partition: 1, limit: 3 })).to.deep.equal([
      41, 43, 45,
    ]);
  });

  it('does not read a month to show an hour', async () => {
    for (let n = 0; n < 40_000; n++) bench.cluster.produce(AUDIT, 0, { key: 'k', value: event(n) });
    await bench.scheduler.advance(3_600_000);
    const since = epochMs(bench.nowMs - 60_000);
    await write(10, 40_000);
    const said = await bench.run({ ...TAIL, since }, { isJson: true });
    expect(numbers(said.objects)).to.deep.equal(range(40_000, 40_010));
    // Told with every 10,000 records that were read.
    expect(said.progress.filter((text) => text.endsWith('records read'))).to.deep.equal([]);
  });

  it('says on the side that there is nothing, and which topic or partition is not there', async () => {
    const said = await bench.run(TAIL);
    expect([said.exitCode, said.lines, said.notes]).to.deep.equal([
      0,
      [],
      [`No audit events in ${AUDIT} that were asked for.`],
    ]);
    expect((await bench.run({ ...TAIL, partition: 7 })).exitCode).to.equal(2);
    expect((await bench.run({ ...TAIL, topic: 'nowhere' })).exitCode).to.equal(3);
  });

  it('follows: what is written from now on, until it is stopped', async () => {
    await write(10);
    for (let n = 10; n < 15; n++)
      bench.scheduler.later(2000 + n, 2000 + n, () => {
        bench.cluster.produce(AUDIT, n % 2, { key: 'k', value: event(n) });
      });
    bench.scheduler.later(4000, 4000, () => bench.stop.abort());
    expect(await seen({ follow: true })).to.have.members(range(10, 15));
  });

  it('follows from a place or a time on, and ends after as many as were asked for', async () => {
    const startMs = bench.nowMs;
    await write(10);
    bench.scheduler.later(2000, 2000, () => {
      bench.cluster.produce(AUDIT, 0, { key: 'k', value: event(10) });
    });
    expect(await seen({ follow: true, from: 'beginning', limit: 11 })).to.have.members(range(0, 11));
    const since = epochMs(startMs + 8000);
    expect(await seen({ follow: true, since, limit: 3 })).to.have.members([8, 9, 10]);
    expect(await seen({ follow: true, limit: 0 })).to.deep.equal([]);
  });

  it('follows a topic that comes later, and says that it waits', async () => {
    bench.scheduler.later(2000, 2000, () => bench.cluster.createTopic('later', 1));
    bench.scheduler.later(9000, 9000, () => {
      bench.cluster.produce('later', 0, { key: 'k', value: event(1) });
    });
    const said = await bench.run({ ...TAIL, topic: 'later', follow: true, limit: 1 }, { isJson: true });
    expect(numbers(said.objects)).to.deep.equal([1]);
    expect(said.notes).to.deep.equal(['waiting for topic later']);
  });

  describe('of hostile records', () => {
    const EVIL = '\u001b]0;owned\u0007\u202e\n=cmd|x';
    const deep = `{"metadata":${'['.repeat(5000)}${']'.repeat(5000)}}`;
    beforeEach(() => {
      const evil = event(1, {
        action: EVIL,
        resource: EVIL,
        status: { a: EVIL },
        metadata: { source: EVIL },
      });
      const values = [evil, `{"not json ${EVIL}`, Buffer.from([0xff, 0x1b, 0x5b]), '[1]', '"x"', null, deep];
      for (const value of values)
        bench.cluster.produce(AUDIT, 0, {
          key: EVIL,
          value,
          headers: [{ name: 'traceparent', value: EVIL }],
        });
    });

    it('shows them escaped, one line each', async () => {
      const said = await bench.run(TAIL);
      expect(said.exitCode).to.equal(0);
      expect(said.lines).to.have.lengthOf(7);
      for (const line of said.lines) expect(line).not.to.match(ACTED_ON);
      expect(said.lines[0]).to.include('\\x1b]0;owned\\x07\\u{202e}\\n=cmd|x');
      expect(said.lines[2]).to.include('not an audit event: \\xff\\x1b[');
      expect(said.lines[5]).to.include('not an audit event: null');
    });

    it('gives them to programs whole', async () => {
      const said = await bench.run(TAIL, { isJson: true });
      for (const line of said.lines) expect(line).not.to.match(ACTED_ON);
      expect(said.objects).to.have.lengthOf(7);
      expect(said.objects[0]).to.deep.include({ key: EVIL, headers: { traceparent: EVIL }, offset: 0 });
      expect((said.objects[0]?.['value'] as { action: string }).action).to.equal(EVIL);
      expect(said.objects[1]).to.include({ value: null, valueText: `{"not json ${EVIL}` });
      expect(said.objects[2]).to.include({ value: null, valueText: null, valueBase64: '/xtb' });
    });

    it('exports each as a row that no spreadsheet runs', async () => {
      const said = await bench.run({ ...TAIL, format: 'csv' });
      const [header, ...rows] = said.lines;
      expect(header).to.match(/^time,eventType,userId,action,status,resource,/);
      expect(rows).to.have.lengthOf(7);
      for (const row of rows) expect(row).not.to.match(ACTED_ON);
      expect(rows[1]).to.match(/not an audit event$/);
      expect(rows[5]).to.match(/no value$/);
    });
  });

  it('exports rows of the same columns as CSV and as lines of JSON', async () => {
    const formula = '=HYPERLINK("http://evil")';
    bench.cluster.produce(AUDIT, 0, {
      key: 'user-1',
      value: event(1, { metadata: { source: 'web', userAgent: formula, ipAddress: '-1' } }),
      headers: [{ name: 'ce_id', value: 'id-1' }],
    });
    const csv = await bench.run({ ...TAIL, format: 'csv' });
    const ndjson = await bench.run({ ...TAIL, format: 'ndjson' });
    expect(csv.lines).to.have.lengthOf(2);
    expect(csv.lines[1]).to.include(`,web,'-1,"'=HYPERLINK(""http://evil"")",`);
    expect(ndjson.lines).to.have.lengthOf(1);
    const row = JSON.parse(ndjson.lines[0] ?? '') as Record<string, unknown>;
    expect(Object.keys(row).join(',')).to.equal(csv.lines[0]);
    expect(row).to.include({
      userId: 'user-1',
      userAgent: formula,
      ipAddress: '-1',
      id: 'id-1',
      partition: 0,
      offset: 0,
      problem: null,
    });
  });
});

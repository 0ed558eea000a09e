/**
 * P3 and P5 with a directory that fails in every way a server can: a stalled call delays its own partition's
 * later records only, and what cannot be enriched is a dead letter with its reason. Without tiers of retries, which
 * have tests of their own.
 */
import { expect } from 'chai';
import { NEVER_OPENS } from '../support/breaker-settings.js';
import { startBroker, type LocalKafka } from '../support/broker.js';
import type { Input } from '../support/checker.js';
import { answers, breaks, DirectoryServer, knows, type Behaviour } from '../support/directory-server.js';
import type { HostileRecord } from '../support/hostile-records.js';
import { produceAll } from '../support/load.js';
import { ServiceBench } from '../support/service-bench.js';
import { firstOf, recordsOf, userOf } from '../support/user-records.js';
import { until } from '../support/wait.js';

/** Nobody loses patience with a slow call: what happens then is in ordered-retries-isolation.test.ts. */
const NO_LANES = { EMISSION_PATIENCE_MS: '600000' };

const PATIENT = {
  ...NO_LANES,
  DIRECTORY_TIMEOUT_MS: '60000',
  ATTEMPT_TIMEOUT_MS: '60000',
  RETRY_IMMEDIATE_BACKOFF_MS: '10',
};

/** Attempts in memory and no others; the breaker would hold back what is to fail here. */
const WITHOUT_TIERS = { RETRY_TIERS: '', ...NO_LANES, ...NEVER_OPENS };

describe('the user directory fails', function () {
  this.timeout(120_000);
  let kafka: LocalKafka;

  before(async function () {
    kafka = await startBroker(this);
  });

  for (const ordering of ['key', 'partition']) {
    it(`a stalled call stops neither polling, nor other partitions, nor what came before, ORDERING=${ordering}`, async () => {
      const directory = await DirectoryServer.start();
      const bench = await ServiceBench.on(kafka, {
        env: { ...PATIENT, DIRECTORY_URL: directory.url, ORDERING: ordering },
      });
      const service = await bench.startReady('one');
      const stalled = recordsOf(1, 3);
      directory.forUser(userOf(firstOf(stalled)), directory.stalls);

      const inputs: Input[] = [];
      const produce = async (records: readonly HostileRecord[], partition: number): Promise<void> => {
        inputs.push(...(await produceAll(bench.tool, bench.source, records, partition)));
      };
      await produce(recordsOf(2, 10), 0);
      await produce(stalled, 0);
      await produce(recordsOf(3, 10), 0);
      await produce(recordsOf(4, 40), 1);
      await until('the directory holds a call', () => directory.held > 0);

      const committed = async (partition: number): Promise<number> =>
        (await bench.tool.committed(bench.group, bench.source)).get(partition) ?? 0;
      await until('what came before is committed', async () => (await committed(0)) === 10);
      await until('another partition is committed', async () => (await committed(1)) === 40);
      // Written only now: whoever reads it has gone on polling.
      await produce(recordsOf(5, 40), 2);
      await until('a third partition is read and committed', async () => (await committed(2)) === 40);
      expect(await committed(0), 'committed of the stalled partition').to.equal(10);
      expect((await service.get('/livez')).status).to.equal(200);
      expect((await service.get('/readyz')).status).to.equal(200);

      directory.release();
      await bench.untilAllCommitted();
      await bench.expectExactlyOnce(inputs);
      const calls = directory.attemptsFor(userOf(firstOf(stalled)));
      expect(new Set(calls.map(({ eventId }) => eventId)).size, 'one call for each record').to.equal(
        calls.length,
      );
    });
  }

  it('a process that is told to stop during a stalled call ends, and the next one calls again', async () => {
    const directory = await DirectoryServer.start();
    const bench = await ServiceBench.on(kafka, {
      env: { ...PATIENT, DIRECTORY_URL: directory.url, DRAIN_TIMEOUT_MS: '1000' },
    });
    const first = await bench.startReady('first');
    const stalled = recordsOf(1, 2);
    directory.forUser(userOf(firstOf(stalled)), directory.stalls);
    const inputs = [
      ...(await produceAll(bench.tool, bench.source, recordsOf(2, 5), 0)),
      ...(await produceAll(bench.tool, bench.source, stalled, 0)),
    ];
    await until('the directory holds a call', () => directory.held > 0);
    await until('what came before is committed', async () => (await bench.committed()) === 5);
    expect(await first.stop()).to.deep.equal({ code: 0, signal: null });
    const committed = await bench.tool.committed(bench.group, bench.source);
    expect(committed.get(0)).to.equal(5);
    directory.release();
    await bench.startReady('second');
    await bench.untilAllCommitted();
    await bench.expectExactlyOnce(inputs);
    const eventIds = directory.attemptsFor(userOf(firstOf(stalled))).map(({ eventId }) => eventId);
    expect(
      eventIds.filter((id) => id === `${bench.source}-0-5`),
      'calls for the stalled record',
    ).to.have.length(2);
  });

  it('every answer leads to an audit event or to a dead letter with its reason', async () => {
    const directory = await DirectoryServer.start();
    const bench = await ServiceBench.on(kafka, {
      env: {
        ...WITHOUT_TIERS,
        DIRECTORY_URL: directory.url,
        DIRECTORY_TIMEOUT_MS: '500',
        RETRY_IMMEDIATE_BACKOFF_MS: '10',
      },
    });
    await bench.startReady('one');
    const full = { id: 'u-1', displayName: 'Ada', department: 'R&D', roles: ['admin'], salary: 'secret' };
    const unavailable = answers(503, 'later', { 'retry-after': '1' });
    const cases: readonly (readonly [
      what: string,
      behaviour: Behaviour,
      ends: object | null | string,
      calls: number,
    ])[] = [
      ['200', knows(full), { id: 'u-1', displayName: 'Ada', department: 'R&D', roles: ['admin'] }, 1],
      ['404', answers(404, 'who?'), null, 1],
      ['503 once', (...of) => (of[2] === 1 ? unavailable : knows({ id: 'u-2' }))(...of), { id: 'u-2' }, 2],
      ['503 always', unavailable, 'retries-exhausted', 2],
      ['429 always', answers(429, '', { 'retry-after': 'soon' }), 'retries-exhausted', 2],
      ['a connection that breaks', breaks, 'retries-exhausted', 2],
      ['no answer in time', directory.stalls, 'retries-exhausted', 2],
      ['400', answers(400, 'no'), 'directory-refused', 1],
      ['a redirect', answers(302, '', { location: 'http://127.0.0.1:1/' }), 'directory-refused', 1],
      ['no JSON', answers(200, '<html>'), 'directory-answer', 1],
      ['an empty answer', answers(200, ''), 'directory-answer', 1],
      ['another shape', knows({ id: 7 }), 'directory-answer', 1],
      ['an endless answer', answers(200, `{"id":"${'x'.repeat(200_000)}"}`), 'directory-answer', 1],
    ];
    const records = cases.map(([what, behaviour, ends], i): HostileRecord => {
      const record = firstOf(recordsOf(100 + i, 1));
      directory.forUser(userOf(record), behaviour);
      return typeof ends === 'string'
        ? { ...record, what, expected: { to: 'dlq', reason: ends } }
        : { ...record, what };
    });
    const users = records.map(({ key }) => key?.toString() ?? '');
    const inputs = await produceAll(bench.tool, bench.source, records);
    await bench.untilAllCommitted();
    await bench.expectExactlyOnce(inputs);

    const actors = new Map<string, object | null>();
    for (const { value } of await bench.audits()) {
      const { userId, actor } = JSON.parse(value?.toString() ?? '') as { userId: string; actor?: object };
      actors.set(userId, actor ?? null);
    }
    for (const [i, [what, , ends, calls]] of cases.entries()) {
      const user = users[i] ?? '';
      if (typeof ends !== 'string') expect(actors.get(user), `actor of "${what}"`).to.deep.equal(ends);
      const seen = directory.attemptsFor(user);
      expect(seen.length, `calls of "${what}"`).to.equal(calls);
      expect(new Set(seen.map(({ eventId }) => eventId)).size, `event ids of "${what}"`).to.equal(1);
    }
    for (const letter of await bench.letters()) {
      for (const { value } of letter.headers) expect(value?.toString() ?? '').not.to.contain('secret');
    }
  });

  it('a directory that is not there makes dead letters, in order, and stops nothing', async () => {
    const directory = await DirectoryServer.start();
    const { url } = directory;
    await directory.stop();
    const bench = await ServiceBench.on(kafka, {
      env: {
        ...WITHOUT_TIERS,
        DIRECTORY_URL: url,
        RETRY_IMMEDIATE: '2',
        RETRY_IMMEDIATE_BACKOFF_MS: '20',
      },
    });
    const service = await bench.startReady('one');
    const records = [recordsOf(1, 20), recordsOf(2, 20)].flat();
    const expected = { to: 'dlq', reason: 'retries-exhausted' } as const;
    const inputs = await produceAll(
      bench.tool,
      bench.source,
      records.map((record) => ({ ...record, expected })),
    );
    await bench.untilAllCommitted();
    await bench.expectExactlyOnce(inputs);
    for (const { headers } of await bench.letters()) {
      const attempts = headers.find(({ name }) => name === 'x-lanes-attempts');
      expect(attempts?.value?.toString()).to.equal('3');
    }
    expect(await service.metric('audit_dlq_count_total', 'retries-exhausted')).to.equal(40);
    expect(await service.metric('audit_retry_count_total')).to.equal(80);
  });
});

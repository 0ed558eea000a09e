/**
 * Dead letters are replayed against a real Kafka, as the operator does it: many of them, killed in the middle and
 * resumed, each processed once and in order (P2, P1); and those of Spring, Kafka Connect and Kafka Streams.
 * What is judged was read by Apache Kafka's own client.
 */
import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBroker, uniqueName, type LocalKafka } from '../support/broker.js';
import { operatorCliOf } from '../support/operator-cli.js';
import type { RawHeader } from '../support/record-tool.js';
import { ServiceBench } from '../support/service-bench.js';
import { until } from '../support/wait.js';

const LETTERS = 10_000;
const USERS = 300;
/** Letters a second. */
const RATE = 1000;
/** Of the journal that is known to have ended when the command is killed. */
const KILL_AT = 3000;

interface Audit {
  readonly userId: string;
  readonly status: string;
  readonly metadata: {
    readonly correlationId: string;
    readonly origin: { readonly partition: number; readonly offset: number };
  };
}

const header = (name: string, value: string | Buffer): RawHeader => ({ name, value: Buffer.from(value) });

/** Ids that the journal knows to have ended. */
const endedIn = (journal: string): number => {
  if (!existsSync(journal)) return 0;
  const lines = readFileSync(journal, 'utf8').split('\n').slice(0, -1);
  return lines.reduce((sum, line) => {
    const { end } = JSON.parse(line) as { end?: readonly unknown[] };
    return sum + (end?.length ?? 0);
  }, 0);
};

/** A batch has begun, and its end is not in the journal. */
const isWithinBatch = (journal: string): boolean =>
  readFileSync(journal, 'utf8').trimEnd().split('\n').at(-1)?.startsWith('{"begin"') === true;

describe('dlq replay on a real Kafka', function () {
  this.timeout(420_000);
  let kafka: LocalKafka;
  let folder: string;

  before(async function () {
    kafka = await startBroker(this);
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'dlq-replay-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it(`${LETTERS} dead letters, killed in the middle and resumed, are each processed once, in the order of their keys`, async () => {
    const bench = await ServiceBench.on(kafka);
    const cli = operatorCliOf(kafka, bench, { limitMs: 200_000 });
    await bench.startReady('one');
    const users = Array.from({ length: USERS }, () => randomUUID());
    const ids = Array.from({ length: LETTERS }, () => randomUUID());
    const written = await Promise.all(
      ids.map((correlationId, at) => {
        const userId = users[at % USERS] ?? '';
        const value = JSON.stringify({
          userId,
          action: 'logout',
          status: 'succeeded',
          timestamp: '2026-02-03T04:05:06.789Z',
          metadata: { source: 'a test', correlationId, ipAddress: null, userAgent: null },
        });
        const headers = [header('ce_type', 'user.auth')];
        return bench.tool.produce(bench.source, {
          key: Buffer.from(userId),
          value: Buffer.from(value),
          headers,
        });
      }),
    );
    await bench.untilAllCommitted(180_000);
    const groups = (await cli('dlq list --by reason --json')).objects();
    expect(groups.map(({ reason, count }) => [reason, count])).to.deep.equal([['schema-violation', LETTERS]]);

    const transform = join(folder, 'mend.mjs');
    writeFileSync(transform, "export default (value) => ({ ...value, status: 'success' });\n");
    const refused = await cli('dlq replay --reason schema-violation --max 2 --yes 2');
    expect([refused.code, refused.stderr.includes('/status enum')], refused.stderr).to.deep.equal([1, true]);

    const commands = `${bench.group}.${bench.source}.commands`;
    const journal = join(folder, 'replay.ndjson');
    const beganMs = Date.now();
    const killed = await cli(
      `dlq replay --reason schema-violation --transform ${transform} --rate ${RATE} --yes ${LETTERS} --journal ${journal}`,
      {
        during: (child) => {
          const timer = setInterval(() => {
            if (endedIn(journal) < KILL_AT || !isWithinBatch(journal)) return;
            void bench.tool.ends(commands).then((ends) => {
              const sent = [...ends.values()].reduce((sum, end) => sum + end, 0);
              // Commands are written of which the journal does not know: it would not be the middle otherwise.
              if (sent > endedIn(journal) && isWithinBatch(journal)) child.kill('SIGKILL');
            });
          }, 20);
          child.once('exit', () => clearInterval(timer));
        },
      },
    );
    const firstMs = Date.now() - beganMs;
    const before = endedIn(journal);
    expect(killed.code, killed.stderr).to.equal(null);
    expect(before).to.be.within(KILL_AT, LETTERS - 1);

    const resumedMs = Date.now();
    const resumed = await cli(`dlq replay --resume ${journal}`);
    expect(resumed.code, resumed.stderr).to.equal(0);
    expect(resumed.stderr).to.include(`replayed ${LETTERS} of ${LETTERS}, refused 0, left out 0, open 0`);
    console.log(
      `      killed after ${firstMs} ms with ${before} ended; resumed in ${Date.now() - resumedMs} ms: ${resumed.stderr.split('\n')[0] ?? ''}`,
    );
    await until('all lanes are gone', async () => (await cli('lanes list --json')).stdout === '', 120_000);

    const audits = (await bench.audits()).map(({ value }) => JSON.parse(value?.toString() ?? '') as Audit);
    const found = audits.map(({ metadata }) => metadata.correlationId);
    expect(found.length).to.equal(LETTERS);
    expect(new Set(found)).to.deep.equal(new Set(ids));
    expect(new Set(audits.map(({ status }) => status))).to.deep.equal(new Set(['success']));
    const places = new Map<string, unknown>(ids.map((id, at) => [id, written[at]]));
    const last = new Map<string, number>();
    for (const { userId, metadata } of audits) {
      const { partition, offset } = metadata.origin;
      expect(places.get(metadata.correlationId)).to.deep.equal({ partition, offset });
      expect(offset).to.be.above(last.get(userId) ?? -1);
      last.set(userId, offset);
    }
    expect((await bench.letters()).length).to.equal(LETTERS);

    const actions = (await bench.operatorActions()).slice(2);
    expect(actions.map(({ action, status }) => [action, status])).to.deep.equal([
      ['dlq.replay', 'requested'],
      ['dlq.replay', 'requested'],
      ['dlq.replay', 'success'],
    ]);
    expect(new Set(actions.map(({ metadata }) => metadata.correlationId)).size).to.equal(1);
    expect(actions.at(-1)?.operator).to.deep.include({ count: LETTERS, done: LETTERS });
    const again = await cli(`dlq replay --resume ${journal}`);
    expect([again.code, again.stderr.includes('Nothing is left')], again.stderr).to.deep.equal([0, true]);
  });

  it('nobody reads on what it says: it ends as after Ctrl-C, is recorded as a failure, and can be resumed', async () => {
    const letters = 40;
    const bench = await ServiceBench.on(kafka);
    const cli = operatorCliOf(kafka, bench, { limitMs: 200_000 });
    await bench.startReady('one');
    await Promise.all(
      Array.from({ length: letters }, (_, at) =>
        bench.tool.produce(bench.source, {
          key: Buffer.from(`user-${at}`),
          value: Buffer.from('{}'),
          headers: [header('ce_type', 'user.auth')],
        }),
      ),
    );
    await bench.untilAllCommitted();
    const journal = join(folder, 'replay.ndjson');
    const replay = `dlq replay --reason schema-violation --no-validate --rate 4 --yes ${letters} --json`;
    const unread = await cli(`${replay} --journal ${journal}`, {
      during: ({ stdout }) => stdout?.once('data', () => stdout.destroy()),
    });
    expect(unread.code, unread.stderr).to.equal(1);
    expect(unread.stderr).not.to.match(/EPIPE|\n {4}at /);
    const ended = endedIn(journal);
    expect(ended).to.be.within(1, letters - 1);
    const resumed = await cli(`dlq replay --resume ${journal}`);
    expect(resumed.stderr).to.include(`replayed ${letters} of ${letters}`);
    const actions = await bench.operatorActions();
    expect(actions.map(({ status }) => status)).to.deep.equal([
      'requested',
      'failure',
      'requested',
      'success',
    ]);
  });

  it('a letter of Spring, Kafka Connect and Kafka Streams each goes back to its topic, partition and headers', async () => {
    const bench = await ServiceBench.on(kafka, { partitions: 0 });
    const cli = operatorCliOf(kafka, bench, { limitMs: 200_000 });
    const orders = uniqueName('orders');
    const queue = `${orders}.DLT`;
    for (const [topic, partitions] of [
      [orders, 3],
      [queue, 1],
      [bench.audit, 1],
    ] as const)
      await bench.tool.createTopic(topic, partitions);
    const partition = Buffer.alloc(4);
    partition.writeInt32BE(2);
    const offset = Buffer.alloc(8);
    offset.writeBigInt64BE(41n);
    const kinds: readonly (readonly RawHeader[])[] = [
      [
        header('kafka_dlt-original-topic', orders),
        header('kafka_dlt-original-partition', partition),
        header('kafka_dlt-original-offset', offset),
        header('kafka_dlt-exception-fqcn', 'java.lang.IllegalStateException'),
      ],
      [
        header('__connect.errors.topic', orders),
        header('__connect.errors.partition', '2'),
        header('__connect.errors.offset', '42'),
        header('__connect.errors.exception.class.name', 'java.lang.IllegalStateException'),
      ],
      [
        header('__streams.errors.topic', orders),
        header('__streams.errors.partition', '2'),
        header('__streams.errors.offset', '43'),
        header('__streams.errors.exception', 'java.lang.IllegalStateException'),
      ],
    ];
    for (const [at, errors] of kinds.entries())
      await bench.tool.produce(queue, {
        key: Buffer.from('k'),
        value: Buffer.from([0xff, at]),
        headers: [header('own', 'é'), ...errors],
      });
    const listed = (await cli(`dlq list --dead-letters ${queue} --json`)).objects();
    expect(listed.map(({ origin, reason }) => [origin, reason])).to.deep.equal(
      [41, 42, 43].map((at) => [
        { topic: orders, partition: 2, offset: at },
        'java.lang.IllegalStateException',
      ]),
    );
    const unconfirmed = await cli(`dlq replay --dead-letters ${queue}`);
    expect(unconfirmed.code, unconfirmed.stderr).to.equal(2);
    const journal = join(folder, 'replay.ndjson');
    const { code, stderr } = await cli(`dlq replay --dead-letters ${queue} --yes 3 --journal ${journal}`);
    expect(code, stderr).to.equal(0);
    const records = await bench.tool.read(orders);
    expect(
      records.map((record) => [
        record.partition,
        record.key?.toString(),
        record.value?.toString('hex'),
        record.headers.map(({ name, value }) => [name, value?.toString()]),
      ]),
    ).to.deep.equal(['ff00', 'ff01', 'ff02'].map((value) => [2, 'k', value, [['own', 'é']]]));
  });
});

/** Repartition topics, co-partitioned joins and final results of windows on a real Kafka. */
import { expect } from 'chai';
import { partitionForKey } from '../../src/record/murmur2.js';
import { Random } from '../../src/testing/random.js';
import { startBroker, type LocalKafka } from '../support/broker.js';
import type { StoredRecord } from '../support/record-tool.js';
import type { ServiceProcess } from '../support/service-process.js';
import { StatefulBench, textOf, type KeyValueTime } from '../support/stateful-bench.js';
import { untilShared } from '../support/task-shares.js';
import { until } from '../support/wait.js';

const USERS = 400;
const ORDERS = 2_000;
/** Of orders 3, and as many of the topic that is as wide; 5 of the one that says so; 4 of the users. */
const TASKS = 3 + 3 + 5 + 4;

const KEYS = 30;
const STEP_MS = 100;
const PER_PHASE = 900;
const CLOSING = 100;

const TEXTS = ['', 'é', '漢字', '🙂', 'a b', '/', 'x'.repeat(50)];

const times = <T>(count: number, make: (at: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, at) => make(at));

const valuesByKey = (records: readonly StoredRecord[]): Readonly<Record<string, readonly string[]>> => {
  const lines: Record<string, string[]> = {};
  for (const { key, value, timestamp, partition } of records)
    (lines[textOf(key)] ??= []).push(`${textOf(value)} at ${timestamp} in ${partition}`);
  return lines;
};

/** All tasks run, and each member has some. */
const untilBothWork = async (
  bench: StatefulBench,
  members: readonly ServiceProcess[],
  tasks: number,
): Promise<void> =>
  until(`both members run some of ${tasks} tasks`, async () => {
    const running = await Promise.all(members.map((member) => bench.running([member])));
    return running.flat().length === tasks && running.every(({ length }) => length > 0);
  });

describe('topics between the tasks of a topology', function () {
  this.timeout(300_000);
  let kafka: LocalKafka;

  before(async function () {
    kafka = await startBroker(this);
  });

  it('have the name and the partitions that they should, and keys where Java puts them; a join finds its table', async () => {
    const bench = await StatefulBench.on(kafka, {
      topology: 'repartitions',
      sources: [3, 4],
      // Those of Java are there long before they are written: the producer has hung for two minutes on new ones.
      outputs: { derived: 1, explicit: 1, joined: 1, 'java-3': 3, 'java-4': 4, 'java-5': 5 },
    });
    const { tool } = bench;
    const members = await Promise.all(['a', 'b'].map((name) => bench.start(name)));
    await untilBothWork(bench, members, TASKS);

    const topics = { derived: 3, explicit: 5, 'orders-by-user': 4 } as const;
    const topicOf = (name: string): string => `${bench.group}-${name}-repartition`;
    for (const [name, partitions] of Object.entries(topics)) {
      expect(await tool.partitions(topicOf(name)), topicOf(name)).to.equal(partitions);
      expect(await tool.topicConfig(topicOf(name), 'cleanup.policy')).to.equal('delete');
    }

    const random = new Random(21);
    const users = times(USERS, (at) => `${TEXTS[at % TEXTS.length] ?? ''}user ${at}`);
    const known = users.filter((_, at) => at % 3 !== 0);
    await bench.write(
      known.map((user) => ({ key: user, value: `<${user}>` })),
      bench.source(1),
    );
    await bench.untilCommitted(bench.source(1));
    const orders = times(ORDERS, (at): KeyValueTime => {
      return { key: `order-${at}`, value: users[random.below(USERS)] ?? '' };
    });
    await bench.write(orders);
    for (const name of ['derived', 'explicit', 'joined']) await bench.untilWritten(name, ORDERS);
    for (const { code } of await Promise.all(members.map((member) => member.stop())))
      expect(code).to.equal(0);

    const used = new Set(orders.map(({ value }) => value ?? ''));
    for (const [name, partitions] of Object.entries(topics)) {
      const java = bench.output(`java-${partitions}`);
      const places = new Map<string, number>();
      await Promise.all(
        [...used].map(async (user) => {
          const record = { key: Buffer.from(user), value: null, headers: [] };
          places.set(user, (await tool.produce(java, record)).partition);
        }),
      );
      const records = await tool.read(topicOf(name));
      expect(records, name).to.have.length(ORDERS);
      for (const { key, partition } of records) {
        expect(partition, textOf(key)).to.equal(places.get(textOf(key)));
        expect(partition).to.equal(partitionForKey(key ?? Buffer.alloc(0), partitions));
      }
      expect(new Set(records.map(({ partition }) => partition)).size, name).to.equal(partitions);
    }

    const knownOnes = new Set(known);
    const joined = (await bench.read('joined')).map(({ value }) => textOf(value));
    const expected = orders.map(({ value: user }) => {
      const there = knownOnes.has(user ?? '') ? `<${user ?? ''}>` : 'null';
      return `${user ?? ''}+${there}`;
    });
    expect([...joined].sort()).to.deep.equal([...expected].sort());
  });

  it('a task of two of them gets the same partition of both', async () => {
    const bench = await StatefulBench.on(kafka, {
      topology: 'rekeyed-join',
      sources: [3],
      outputs: { joined: 1 },
    });
    const members = await Promise.all(['a', 'b'].map((name) => bench.start(name)));
    await untilBothWork(bench, members, 6);
    for (const { code } of await Promise.all(members.map((member) => member.stop())))
      expect(code).to.equal(0);
  });

  it('a join and final results of windows are the same when a member comes and goes', async () => {
    const outputs = { joined: 3, final: 1 };
    const calm = await StatefulBench.on(kafka, { topology: 'windows', sources: [3, 3], outputs });
    const moved = await StatefulBench.on(kafka, { topology: 'windows', sources: calm.sources, outputs });
    const both = [calm, moved];
    const alone = await calm.start('alone');
    const stays = await moved.start('stays');
    await untilShared([alone], 3);
    await untilShared([stays], 3);

    const random = new Random(22);
    const baseMs = Math.floor((Date.now() - 600_000) / 10_000) * 10_000;
    let step = 0;
    const late = (): number => (random.chance(0.3) ? random.between(1, 25_000) : 0);
    const orders = (count: number): readonly KeyValueTime[] =>
      times(count, () => {
        const timestamp = baseMs + 30_000 + (step += 1) * STEP_MS - late();
        return { key: `key-${random.below(KEYS)}`, value: `order ${step}`, timestamp };
      });
    const users = (): readonly KeyValueTime[] =>
      times(KEYS, (at) => {
        const value = random.chance(0.2) ? null : `user ${step}`;
        return { key: `key-${at}`, value, timestamp: baseMs + step * STEP_MS };
      });
    const atRest = (): Promise<unknown> =>
      Promise.all(both.flatMap((bench) => bench.sources.map((source) => bench.untilCommitted(source))));
    const writeUsers = async (): Promise<void> => {
      await calm.write(users(), calm.source(1));
      await atRest();
    };

    /** Orders while the members of `moved` change. */
    let written = 0;
    const during = async (change: () => Promise<void>): Promise<void> => {
      await writeUsers();
      for (const some of [PER_PHASE / 3, PER_PHASE / 3]) {
        await calm.write(orders(some));
        written += some;
      }
      const changing = change();
      await calm.write(orders(PER_PHASE / 3));
      written += PER_PHASE / 3;
      await changing;
      await atRest();
    };

    await during(() => Promise.resolve());
    const comes = await moved.start('comes');
    await during(() => untilShared([stays, comes], 3));
    await untilBothWork(moved, [stays, comes], 3);
    await during(() => Promise.resolve());
    await during(async () => {
      expect((await comes.stop()).code).to.equal(0);
      await untilShared([stays], 3);
    });
    const killed = await moved.start('killed');
    await untilBothWork(moved, [stays, killed], 3);
    await during(async () => {
      await killed.kill();
      await untilShared([stays], 3);
    });
    // Every window but the last ones is closed.
    step += 300;
    await calm.write(orders(CLOSING));
    await atRest();
    expect(
      (await Promise.all([alone, stays].map((one) => one.stop()))).map(({ code }) => code),
    ).to.deep.equal([0, 0]);

    const [joined, final] = await Promise.all([calm.read('joined'), calm.read('final')]);
    console.log(
      `      ${written + CLOSING} orders: ${joined.length} joined, ${final.length} final results of windows`,
    );
    expect(joined).to.have.length(written + CLOSING);
    expect(final.length).to.be.greaterThan(KEYS * 10);
    expect(new Set(final.map(({ key }) => textOf(key))).size, 'one result of each window').to.equal(
      final.length,
    );
    expect(valuesByKey(await moved.read('joined'))).to.deep.equal(valuesByKey(joined));
    expect(valuesByKey(await moved.read('final'))).to.deep.equal(valuesByKey(final));
  });
});

/** State stores on a real Kafka: exactly once whatever becomes of the processes, and back after a restart. */
import { expect } from 'chai';
import { partition } from '../../src/record/units.js';
import { Random } from '../../src/testing/random.js';
import { startBroker, type LocalKafka } from '../support/broker.js';
import { fillingProducer } from '../support/open-clients.js';
import type { StoredRecord } from '../support/record-tool.js';
import type { ServiceProcess } from '../support/service-process.js';
import { StatefulBench, textOf, type KeyValueTime } from '../support/stateful-bench.js';
import type { Counted, Run } from '../support/stateful-topologies.js';
import { untilShared } from '../support/task-shares.js';
import { until } from '../support/wait.js';

const KEYS = 40;
const GROUPS = 7;
const PER_STEP = 600;
/** Of some that are written: the kill comes in their middle. */
const PROGRESS = 150;
/** Three of the source, three of the repartition topic. */
const TASKS = 6;
const MEMBERS = ['a', 'b'] as const;
const KILLS = [[0], [1], [0, 1], [0], [1], [0, 1]] as const;

const ENTRIES = 100_000;
const OVERWRITTEN = 5_000;
const DELETED = 2_000;
const ASKED = 3_000;
const AT_ONCE = 10_000;

/** One key after the other in turn, at random; a tenth fails once or twice. */
class Inputs {
  readonly #random = new Random(11);
  readonly #ids = new Map<string, number>();
  readonly byGroup = new Map<string, number>();
  failing = 0;

  next(): KeyValueTime {
    const key = `key-${this.#random.below(KEYS)}`;
    const id = this.#ids.get(key) ?? 0;
    this.#ids.set(key, id + 1);
    const group = `group-${this.#random.below(GROUPS)}`;
    this.byGroup.set(group, (this.byGroup.get(group) ?? 0) + 1);
    const fails = this.#random.chance(0.1) ? this.#random.between(1, 3) : 0;
    if (fails > 0) this.failing += 1;
    return { key, value: JSON.stringify({ id, group, fails } satisfies Counted) };
  }

  get byKey(): ReadonlyMap<string, number> {
    return this.#ids;
  }
}

/** In the order of their offsets, by key; a key in two partitions is a fault. */
const byKey = (records: readonly StoredRecord[]): ReadonlyMap<string, readonly StoredRecord[]> => {
  const found = new Map<string, StoredRecord[]>();
  for (const record of records) {
    const key = textOf(record.key);
    const list = found.get(key) ?? [];
    found.set(key, [...list, record]);
    expect(record.partition, `partition of ${key}`).to.equal(list[0]?.partition ?? record.partition);
  }
  return found;
};

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at + 1);

describe('state stores', function () {
  this.timeout(400_000);
  let kafka: LocalKafka;

  before(async function () {
    kafka = await startBroker(this);
  });

  it('are exactly once when processes are killed while records fail, also behind a repartition topic', async () => {
    const bench = await StatefulBench.on(kafka, {
      topology: 'counting',
      sources: [3],
      outputs: { runs: 3, groups: 2 },
      env: { RETRY_IMMEDIATE: '0', RETRY_TIERS: '300ms,400ms,500ms' },
    });
    const start = (which: number): Promise<ServiceProcess> => {
      const name = MEMBERS[which] ?? '';
      return bench.start(name, { INSTANCE_ID: name });
    };
    const members = await Promise.all(MEMBERS.map((_, which) => start(which)));
    await untilShared(members, TASKS);

    const inputs = new Inputs();
    let written = 0;
    const write = async (): Promise<void> => {
      await bench.write(Array.from({ length: PER_STEP }, () => inputs.next()));
      written += PER_STEP;
    };
    const unfinished: number[] = [];
    for (const which of KILLS) {
      const before = await bench.committed();
      await write();
      await until('the group is at work', async () => (await bench.committed()) >= before + PROGRESS);
      unfinished.push(written - (await bench.committed()));
      await Promise.all(which.map(async (at) => members[at]?.kill()));
      for (const at of which) members[at] = await start(at);
      await untilShared(members, TASKS);
    }
    await write();
    await bench.untilWritten('runs', written);
    await bench.untilWritten('groups', written);
    for (const { code } of await Promise.all(members.map((member) => member.stop())))
      expect(code).to.equal(0);

    const [runs, groups] = await Promise.all([bench.read('runs'), bench.read('groups')]);
    console.log(
      `      ${written} inputs, ${inputs.failing} of them failing; ${KILLS.flat().length} kills, with ${unfinished.join(', ')} records uncommitted; ${runs.length} counts of keys, ${groups.length} of groups`,
    );
    expect(inputs.failing).to.be.greaterThan(written / 20);

    const runsByKey = byKey(runs);
    expect(runsByKey.size).to.equal(inputs.byKey.size);
    for (const [key, count] of inputs.byKey) {
      const found = (runsByKey.get(key) ?? []).map(({ value }) => JSON.parse(textOf(value)) as Run);
      expect(
        found.map(({ count: n }) => n),
        `counts of ${key}`,
      ).to.deep.equal(upTo(count));
      // In the order in which they were written, those that had failed too.
      expect(
        found.map(({ id }) => id + 1),
        `order of ${key}`,
      ).to.deep.equal(upTo(count));
    }
    const groupsByKey = byKey(groups);
    expect(groupsByKey.size).to.equal(inputs.byGroup.size);
    for (const [group, count] of inputs.byGroup) {
      const found = (groupsByKey.get(group) ?? []).map(({ value }) => Number(value?.readBigInt64BE()));
      expect(found, `counts of ${group}`).to.deep.equal(upTo(count));
    }
  });

  const fill = async (topic: string, records: readonly KeyValueTime[]): Promise<void> => {
    const producer = await fillingProducer(kafka.bootstrapServers);
    for (let from = 0; from < records.length; from += AT_ONCE) {
      const some = records.slice(from, from + AT_ONCE).map(({ key, value }) => ({
        topic,
        partition: partition(0),
        key: key === null ? null : Buffer.from(key),
        value: value === null ? null : Buffer.from(value),
        headers: [],
      }));
      await producer.send(some);
    }
    await producer.close();
  };

  it(`of ${ENTRIES} entries come back after a restart, which tells how far it is`, async () => {
    const bench = await StatefulBench.on(kafka, {
      topology: 'latest',
      sources: [1],
      outputs: { before: 1 },
    });
    const entries = new Map<string, string>();
    const write = (i: number, value: string): KeyValueTime => {
      entries.set(`key-${i}`, value);
      return { key: `key-${i}`, value };
    };
    const random = new Random(12);
    const records = Array.from({ length: ENTRIES + DELETED }, (_, i) => write(i, `first value of ${i}`));
    for (let n = 0; n < OVERWRITTEN; n += 1) {
      const i = random.below(ENTRIES);
      records.push(write(i, `value ${n} of ${i}`));
    }
    for (let i = ENTRIES; i < ENTRIES + DELETED; i += 1) {
      entries.delete(`key-${i}`);
      records.push({ key: `key-${i}`, value: null });
    }
    const first = await bench.start('first');
    await first.untilReady();
    await fill(bench.source(), records);
    await bench.untilCommitted();
    const [of] = (await first.status()).tasks;
    expect(of?.stores['latest']?.entries).to.equal(ENTRIES);
    expect((await first.stop()).code).to.equal(0);

    const second = await bench.start('second');
    const startedMs = Date.now();
    const seen: number[] = [];
    let total = 0;
    await until('the store is back', async () => {
      for (;;) {
        const [task] = (await second.status()).tasks;
        if (task?.state === 'running') return true;
        if (task?.restore === undefined) return false;
        total = task.restore.total;
        seen.push(task.restore.done);
      }
    });
    const sinceStartMs = Date.now() - startedMs;

    const told = second.output
      .split('\n')
      .filter((line) => line.startsWith('restore '))
      .map((line) => line.split(' '));
    const done = told.map(([, , , count]) => Number(count));
    console.log(
      `      ${ENTRIES} entries, a changelog of ${total} records: ${restoreMs(second)} ms, ${sinceStartMs} ms after the start of the process; /status was seen at ${new Set(seen).size} steps, the listener was told ${told.length} times`,
    );
    expect(told[0]?.slice(1, 4)).to.deep.equal(['start', '0_0', '0']);
    expect(told.at(-1)?.slice(1, 3)).to.deep.equal(['end', '0_0']);
    expect(done.at(-1)).to.equal(Number(told[0]?.[4]));
    for (const counts of [done, seen]) {
      expect(counts).to.deep.equal([...counts].sort((one, other) => one - other));
      expect(new Set(counts).size, 'steps').to.be.greaterThan(2);
    }

    const [task] = (await second.status()).tasks;
    expect(task?.stores['latest']?.entries).to.equal(ENTRIES);
    expect(task).to.not.have.property('restore');
    const asked = Array.from({ length: ASKED }, () => `key-${random.below(ENTRIES + DELETED)}`);
    const was = (await bench.tool.ends(bench.output('before'))).get(0);
    await bench.write(asked.map((key) => ({ key, value: `asked for ${key}` })));
    await bench.untilCommitted();
    const answers = (await bench.read('before')).filter(({ offset }) => offset >= (was ?? 0));
    const expected = asked.map((key, at) => {
      const again = asked.indexOf(key) < at;
      return `${key}: ${again ? `asked for ${key}` : (entries.get(key) ?? 'nothing')}`;
    });
    expect(answers.map(({ key, value }) => `${textOf(key)}: ${textOf(value)}`)).to.deep.equal(expected);
    expect((await second.stop()).code).to.equal(0);
  });
});

/** From the first to the last that the listener was told: each of these lines has the time. */
const restoreMs = (service: ServiceProcess): number => {
  const times = [...service.output.matchAll(/^restore \w+ \S+ \d+ \d+ (\d+)$/gm)].map(([, ms]) => Number(ms));
  return (times.at(-1) ?? 0) - (times[0] ?? 0);
};

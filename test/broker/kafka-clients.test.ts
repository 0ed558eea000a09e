/**
 * What only the adapters can get wrong, on a real broker. What every implementation of the ports must do
 * is in test/contract.
 */
import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import rdkafka, { type Producer } from 'node-rdkafka';
import type { ClientEvent, ClientStatistics } from '../../src/kafka/client-events.js';
import { createKafkaClients } from '../../src/kafka/clients.js';
import type { KafkaClientOptions } from '../../src/kafka/settings.js';
import type { RebalanceEvent, SourceConsumer } from '../../src/ports/consumer.js';
import type { KafkaClients } from '../../src/ports/kafka-clients.js';
import { KafkaError } from '../../src/ports/kafka-error.js';
import type { RecordBatch } from '../../src/ports/record-batch.js';
import { partitionName } from '../../src/ports/topic-partition.js';
import type { ProducedRecord } from '../../src/record/record.js';
import { commitOffset, partition } from '../../src/record/units.js';
import { startBroker, startOwnBroker, uniqueName, type LocalKafka } from '../support/broker.js';
import { OpenClients, testClientOptions } from '../support/open-clients.js';
import { freeze } from '../support/freeze.js';
import { until } from '../support/wait.js';

const PATIENCE_MS = 60_000;
/** More than close may take when no broker is there: transaction time-out and a margin. */
const CLOSE_LIMIT_MS = 45_000;

describe('the Kafka clients of the service', function () {
  this.timeout(120_000);
  let broker: LocalKafka;
  const open = new OpenClients();

  before(async function () {
    broker = await startBroker(this);
  });

  afterEach(() => open.close());

  const options = (over: Partial<KafkaClientOptions> = {}): KafkaClientOptions =>
    testClientOptions(broker.bootstrapServers, over);

  const makeTopic = async (clients: KafkaClients, partitions = 1): Promise<string> => {
    const name = uniqueName('clients');
    const admin = await open.connect(clients.clusterAdmin());
    await admin.createTopic({ name, partitions, replicationFactor: 1, config: {} });
    return name;
  };

  describe('a producer that closes', () => {
    /** What node-rdkafka is asked for, in order; its disconnecting begins late, so that a timer would be heard. */
    const heard = (): { readonly calls: string[]; restore(): void } => {
      const { prototype } = rdkafka.Producer;
      const { poll, disconnect } = prototype;
      const calls: string[] = [];
      prototype.poll = function (this: Producer) {
        calls.push('poll');
        return poll.call(this);
      };
      prototype.disconnect = function (this: Producer, ...args: Parameters<typeof disconnect>) {
        calls.push('disconnect');
        setTimeout(() => disconnect.apply(this, args), 200);
        return this;
      } as typeof disconnect;
      return { calls, restore: () => Object.assign(prototype, { poll, disconnect }) };
    };

    for (const kind of ['acknowledgedProducer', 'transactionalProducer'] as const)
      it(`is not polled any more: a client that is being destroyed must not be (${kind})`, async () => {
        const { calls, restore } = heard();
        try {
          const producer = await open.connect(createKafkaClients(options())[kind]());
          await until('it is polled by its timer', () => calls.length > 0);
          await producer.close();
        } finally {
          restore();
        }
        expect(calls.slice(calls.indexOf('disconnect'))).to.deep.equal(['disconnect']);
      });
  });

  describe('when no broker answers', () => {
    const nowhere = { bootstrapServers: '127.0.0.1:1', startTimeoutMs: 1_000 };

    it('each client rejects as retriable, with one line that names the servers and the reason', async () => {
      const clients = createKafkaClients(options(nowhere));
      const all = [
        clients.sourceConsumer(),
        clients.logConsumer(),
        clients.transactionalProducer(),
        clients.acknowledgedProducer(),
        clients.clusterAdmin(),
      ];
      await Promise.all(
        all.map(async (client) => {
          const error = await rejection(client.connect());
          expect(error.kind).to.equal('retriable');
          expect(error.message).to.match(/127\.0\.0\.1:1.*within 1000 ms.*Connection refused/);
          expect(error.message).to.not.contain('\n');
          await client.close();
        }),
      );
    });

    it('closing while it connects does not wait for the start time-out to end', async () => {
      const client = createKafkaClients(options({ ...nowhere, startTimeoutMs: 600_000 })).sourceConsumer();
      const connecting = rejection(client.connect());
      await client.close();
      expect((await connecting).kind).to.equal('retriable');
    });

    it('a process whose clients are closed ends by itself', async () => {
      const clients = new URL('../../src/kafka/clients.js', import.meta.url).href;
      const both = [options(nowhere), options()];
      const program = `
        import { createKafkaClients } from ${JSON.stringify(clients)};
        for (const options of ${JSON.stringify(both)}) {
          const make = createKafkaClients(options);
          for (const client of [make.sourceConsumer(), make.logConsumer(), make.transactionalProducer(),
              make.acknowledgedProducer(), make.clusterAdmin()]) {
            await client.connect().then(() => client.initTransactions?.(), (error) => console.log(error.kind));
            await client.close();
          }
        }
        console.log('closed');`;
      const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
        timeout: 60_000,
      });
      expect(stdout.trim().split('\n')).to.deep.equal([...Array<string>(5).fill('retriable'), 'closed']);
    });
  });

  describe('settings', () => {
    it('a feature that librdkafka was built without is refused before anything connects', () => {
      const make = (): KafkaClients => createKafkaClients(options({ compression: 'zstd' }));
      expect(make).to.throw(KafkaError, /zstd/).that.includes({ kind: 'unusable' });
    });

    it('a setting that librdkafka refuses is unusable, and the message says which', async () => {
      const client = createKafkaClients(options({ sessionTimeoutMs: 0 })).sourceConsumer();
      const error = await rejection(client.connect());
      expect(error.kind).to.equal('unusable');
      expect(error.message).to.contain('timeout.ms');
      await client.close();
    });

    it('statistics tell the brokers and the lag of what is assigned', async () => {
      const seen: ClientStatistics[] = [];
      const clients = createKafkaClients(
        options({ statisticsIntervalMs: 200, onStatistics: (one) => seen.push(one) }),
      );
      const topic = await makeTopic(clients);
      await (
        await open.connect(clients.acknowledgedProducer())
      ).send([record(topic, 'a'), record(topic, 'b')]);
      const member = new Member(await open.connect(clients.sourceConsumer()), topic);
      await member.until('it is assigned', () => member.partitions.length === 1);
      await member.read(0);
      await member.until('both are read', () => member.values.length === 2);
      await member.until('statistics say so', () =>
        seen.some(
          ({ client, brokers, partitions }) =>
            client === 'source' && brokers.some(({ up }) => up) && partitions[0]?.fetchState === 'active',
        ),
      );
    });
  });

  describe('records', () => {
    it('empty stays apart from null in keys and values, whatever made the empty buffer', async () => {
      const clients = createKafkaClients(options());
      const topic = await makeTopic(clients);
      const bytes = [
        null,
        Buffer.alloc(0),
        Buffer.from(''),
        Buffer.from('ab').subarray(1, 1),
        Buffer.from('x'),
      ];
      const records = bytes.map((one) => ({ ...record(topic, ''), key: one, value: one }));
      await (await open.connect(clients.acknowledgedProducer())).send(records);
      const read = await readAll(clients, topic, records.length);
      for (const side of ['key', 'value'] as const) {
        expect(read.map((one) => one[side]?.toString() ?? null)).to.deep.equal([null, '', '', '', 'x']);
      }
    });

    it('a header value ends at its first NUL: the limit that the header codec is there for', async () => {
      const clients = createKafkaClients(options());
      const topic = await makeTopic(clients);
      const headers = [
        { name: 'nul', value: 'a\u0000b' },
        { name: '__proto__', value: 'safe' },
        { name: 'umlaut', value: 'ä€😀' },
      ];
      await (await open.connect(clients.acknowledgedProducer())).send([{ ...record(topic, 'v'), headers }]);
      const [read] = await readAll(clients, topic, 1);
      expect(read?.headers.map(({ name, value }) => [name, value?.toString()])).to.deep.equal([
        ['nul', 'a'],
        ['__proto__', 'safe'],
        ['umlaut', 'ä€😀'],
      ]);
    });
  });

  describe('errors', () => {
    it('a consumer that is not connected is refused, where node-rdkafka would crash the process', async () => {
      const clients = createKafkaClients(options());
      const topic = await makeTopic(clients);
      const producer = await open.connect(clients.transactionalProducer());
      await producer.initTransactions();
      const offsets = [{ topic, partition: partition(0), offset: commitOffset(1) }];
      const never = clients.sourceConsumer();
      const closed = await open.connect(clients.sourceConsumer());
      await closed.close();
      for (const member of [never, closed]) {
        await producer.begin();
        expect((await rejection(producer.sendOffsets(offsets, member))).kind).to.equal('abortable');
        await producer.abort();
      }
    });

    it('a partition that does not exist is named by produce', async () => {
      const clients = createKafkaClients(options());
      const topic = await makeTopic(clients);
      const producer = await open.connect(clients.acknowledgedProducer());
      await producer.send([record(topic, 'a')]);
      const error = await rejection(producer.send([{ ...record(topic, 'b'), partition: partition(7) }]));
      expect(error).to.include({ kind: 'unusable', code: -190 });
      expect(error.message).to.contain(`${topic}-7`);
    });

    it('a topic that cannot be made says why', async () => {
      const clients = createKafkaClients(options());
      const admin = await open.connect(clients.clusterAdmin());
      const topic = { name: uniqueName('refused'), partitions: 1, replicationFactor: 1, config: {} };
      const replicas = await rejection(admin.createTopic({ ...topic, replicationFactor: 3 }));
      expect(replicas).to.include({ kind: 'unusable', code: 38 });
      const setting = await rejection(admin.createTopic({ ...topic, config: { 'retention.ms': 'long' } }));
      expect(setting).to.include({ kind: 'unusable', code: 40 });
      expect(setting.message).to.contain('retention.ms');
    });

    it('a partition that stops for want of a position is named although the others keep reads full', async () => {
      const clients = createKafkaClients(options());
      const topic = await makeTopic(clients, 2);
      const values = Array.from({ length: 20_000 }, (_, index) => record(topic, `${index}`));
      await (await open.connect(clients.acknowledgedProducer())).send(values);
      const member = new Member(await open.connect(clients.sourceConsumer()), topic);
      await member.until('it is assigned', () => member.partitions.length === 2);
      await member.consumer.seek({ topic, partition: partition(1), offset: commitOffset(77) });
      await member.read(0);
      member.consumer.resume([{ topic, partition: partition(1) }]);
      await member.until('all are read', () => member.values.length === values.length);
      await member.until('the error is told', () => member.errors.length > 0);
      const [error] = member.errors;
      expect(error).to.include({ kind: 'unusable', code: -140 });
      expect(error?.message).to.contain(`${topic}-1@77`);
      expect(member.errors).to.have.length(1);
      const again = await rejection(
        member.consumer.seek({ topic, partition: partition(1), offset: commitOffset(0) }),
      );
      expect(again.kind).to.equal('fatal');
    });
  });

  for (const groupProtocol of ['classic', 'consumer'] as const) {
    describe(`the group, with the ${groupProtocol} protocol`, () => {
      it('an assigned partition is paused, is sought, and its offsets pass in a transaction', async () => {
        const clients = createKafkaClients(options({ groupProtocol }));
        const topic = await makeTopic(clients);
        await (
          await open.connect(clients.acknowledgedProducer())
        ).send(['a', 'b', 'c'].map((value) => record(topic, value)));
        const member = new Member(await open.connect(clients.sourceConsumer()), topic);
        await member.until('it is assigned', () => member.partitions.length === 1);
        await member.for(500);
        expect(member.values).to.deep.equal([]);
        await member.read(1);
        await member.until('the rest is read', () => member.values.length === 2);
        expect(member.values).to.deep.equal(['b', 'c']);
        const producer = await open.connect(clients.transactionalProducer());
        await producer.initTransactions();
        await producer.begin();
        await producer.produce([record(topic, 'out')]);
        await producer.flush();
        const place = { topic, partition: partition(0) };
        await producer.sendOffsets([{ ...place, offset: commitOffset(3) }], member.consumer);
        await producer.commit();
        expect(await member.consumer.committed([place], 10_000)).to.deep.equal([3]);
      });

      for (const eagerRange of [false, true]) {
        it(`a revoked partition waits for the answer${eagerRange ? ', eager and by range' : ''}`, async () => {
          const shared = options({ groupProtocol, eagerRange });
          const clients = createKafkaClients(shared);
          const topic = await makeTopic(clients, 2);
          const one = new Member(await open.connect(clients.sourceConsumer()), topic);
          await one.until('one has both', () => one.partitions.length === 2);
          one.answers = false;
          const two = new Member(await open.connect(clients.sourceConsumer()), topic);
          await both([one, two], 'one is asked to give up', () => one.waiting.length > 0);
          expect(one.waiting[0]?.kind).to.equal('revoke');
          // Longer than a rebalance takes when nobody holds it up.
          await Promise.all([one.for(2_000), two.for(2_000)]);
          expect(two.partitions).to.deep.equal([]);
          one.answers = true;
          await both(
            [one, two],
            'each has one',
            () => one.partitions.length === 1 && two.partitions.length === 1,
          );
          expect(new Set([...one.partitions, ...two.partitions])).to.have.property('size', 2);
          expect(
            [...one.events, ...two.events].every(({ kind, lost }) => kind === 'assign' || !lost),
          ).to.equal(true);
        });
      }

      it('a static member that comes back has its partitions, and its double fences it', async () => {
        const shared = options({ groupProtocol, instanceId: uniqueName('instance') });
        const clients = createKafkaClients(shared);
        const topic = await makeTopic(clients);
        const first = new Member(await open.connect(clients.sourceConsumer()), topic);
        await first.until('it is assigned', () => first.partitions.length === 1);
        await first.close();
        const second = new Member(await open.connect(clients.sourceConsumer()), topic);
        await second.until('it has its partition', () => second.partitions.length === 1);
        if (groupProtocol === 'classic') {
          const double = new Member(await open.connect(clients.sourceConsumer()), topic);
          await both([second, double], 'the older one is fenced', () => second.errors.length > 0);
          expect(second.errors[0]).to.include({ kind: 'fenced' });
        } else {
          // KIP-848 refuses the newcomer while the older one is there.
          const double = new Member(await open.connect(clients.sourceConsumer()), topic);
          await both([second, double], 'the newcomer is refused', () => double.errors.length > 0);
          expect(double.errors[0]?.kind).to.equal('fatal');
          expect(double.errors[0]?.message).to.match(/instance ID/i);
        }
      });

      it('a member that did not poll for too long has lost its partitions, and may not commit', async () => {
        const events: ClientEvent[] = [];
        const clients = createKafkaClients(
          options({ groupProtocol, maxPollIntervalMs: 6_000, onClientError: (event) => events.push(event) }),
        );
        const topic = await makeTopic(clients);
        const member = new Member(await open.connect(clients.sourceConsumer()), topic);
        await member.until('it is assigned', () => member.partitions.length === 1);
        const producer = await open.connect(clients.transactionalProducer());
        await producer.initTransactions();
        await eventually('the client says so', () => events.some(({ kind }) => kind === 'assignment-lost'));
        await producer.begin();
        await producer.produce([record(topic, 'late')]);
        await producer.flush();
        const offsets = [{ topic, partition: partition(0), offset: commitOffset(1) }];
        const error = await rejection(producer.sendOffsets(offsets, member.consumer));
        expect(error).to.include({ kind: 'abortable', code: 25 });
        await producer.abort();
        await member.until('it is told', () => member.events.some(({ kind }) => kind === 'revoke'));
        expect(member.events.find(({ kind }) => kind === 'revoke')?.lost).to.equal(true);
        await member.until('it joins again', () => member.partitions.length === 1);
      });

      it('close ends although an event has not been answered', async () => {
        const clients = createKafkaClients(options({ groupProtocol }));
        const topic = await makeTopic(clients);
        const member = new Member(await open.connect(clients.sourceConsumer()), topic);
        member.answers = false;
        await member.until('an event waits', () => member.waiting.length > 0);
        await ends(member.consumer.close());
      });
    });
  }

  describe('when the broker is frozen or killed', () => {
    let own: LocalKafka;

    before(async function () {
      own = await startOwnBroker(this);
    });

    after(async () => {
      await own.stop();
    });

    for (const binding of ['packed', 'published'] as const)
      it(`a full queue takes what fits, and the rest later (${binding})`, async () => {
        const clients = createKafkaClients(
          options({ bootstrapServers: own.bootstrapServers, binding, transactionTimeoutMs: 60_000 }),
        );
        const topic = await makeTopic(clients);
        const producer = await open.connect(clients.transactionalProducer());
        await producer.initTransactions();
        await producer.begin();
        expect(await producer.produce([record(topic, 'x')])).to.equal(1);
        await producer.flush();
        const records = Array<ProducedRecord>(200_300).fill(record(topic, 'x'));
        let taken = 0;
        // A broker that stands still acknowledges nothing: nothing leaves the queue, which holds 200,000.
        try {
          await freeze(own.pid ?? 0);
          taken = await producer.produce(records);
          expect(taken).to.equal(200_000);
          expect(await producer.produce(records, taken)).to.equal(0);
        } finally {
          process.kill(own.pid ?? 0, 'SIGCONT');
        }
        while (taken < records.length) {
          await sleep(5);
          taken += await producer.produce(records, taken);
        }
        await producer.flush();
        await producer.commit();
        const admin = await open.connect(clients.clusterAdmin());
        const high = async (): Promise<number> =>
          (await admin.watermarks({ topic, partition: partition(0) })).high;
        // With the first one and the commit's control record, which the broker writes after it has answered.
        await until('the control record is there', async () => (await high()) > 200_301);
        expect(await high()).to.equal(200_302);
      });

    it('a producer whose records wait for an answer waits as well, and does not poll', async () => {
      const clients = createKafkaClients(
        options({ bootstrapServers: own.bootstrapServers, binding: 'packed', transactionTimeoutMs: 60_000 }),
      );
      const topic = await makeTopic(clients);
      const producer = await open.connect(clients.transactionalProducer());
      await producer.initTransactions();
      await producer.begin();
      await producer.produce([record(topic, 'x')]);
      await producer.flush();
      const records = Array<ProducedRecord>(100).fill(record(topic, 'x'));
      try {
        await freeze(own.pid ?? 0);
        // The first ones are sent, and are not answered; the others have waited longer than the linger time.
        await producer.produce(records);
        await sleep(100);
        await producer.produce(records);
        await sleep(100);
        const before = process.cpuUsage();
        const from = performance.now();
        await sleep(2_000);
        const { user, system } = process.cpuUsage(before);
        // Without the patch of librdkafka its thread takes all of a core.
        expect((user + system) / 1_000 / (performance.now() - from)).to.be.below(0.2);
      } finally {
        process.kill(own.pid ?? 0, 'SIGCONT');
      }
      await producer.commit();
    });

    it('a commit under way outlasts an outage that is shorter than the transaction', async function () {
      const clients = createKafkaClients(
        options({ bootstrapServers: own.bootstrapServers, transactionTimeoutMs: 60_000 }),
      );
      const topic = await makeTopic(clients);
      const producer = await open.connect(clients.transactionalProducer());
      await producer.initTransactions();
      await producer.begin();
      await producer.produce([record(topic, 'a')]);
      await producer.flush();
      await own.kill();
      const commit = producer.commit();
      await own.restart();
      await commit;
      await producer.begin();
      await producer.produce([record(topic, 'b')]);
      await producer.flush();
      await producer.commit();
      const read = await readAll(clients, topic, 2);
      expect(read.map(({ value }) => value?.toString())).to.deep.equal(['a', 'b']);
    });

    it('every client closes, whatever it was doing', async () => {
      const clients = createKafkaClients(options({ bootstrapServers: own.bootstrapServers }));
      const topic = await makeTopic(clients);
      const admin = await open.connect(clients.clusterAdmin());
      const acknowledged = await open.connect(clients.acknowledgedProducer());
      const log = await open.connect(clients.logConsumer());
      log.assign([{ topic, partition: partition(0), offset: commitOffset(0) }]);
      const member = new Member(await open.connect(clients.sourceConsumer()), topic);
      await member.until('it is assigned', () => member.partitions.length === 1);
      const idle = await open.connect(clients.sourceConsumer());
      const producer = await open.connect(clients.transactionalProducer());
      await producer.initTransactions();
      await producer.begin();
      await producer.produce([record(topic, 'a')]);
      await own.kill();
      const place = { topic, partition: partition(0) };
      const underWay = [
        rejection(producer.abort()),
        rejection(acknowledged.send([record(topic, 'b')])),
        rejection(member.consumer.committed([place], 3_000)),
        rejection(admin.watermarks(place)),
        log.poll(100, 500).catch(() => undefined),
      ];
      await sleep(1_000);
      const all = [producer, acknowledged, log, member.consumer, idle, admin];
      await ends(Promise.all(all.map((client) => client.close())));
      await ends(Promise.all(underWay));
    });
  });

  /** What a test does with a member: polls while it waits, answers unless told not to. */
  class Member {
    answers = true;
    readonly values: string[] = [];
    readonly errors: KafkaError[] = [];
    readonly events: { kind: RebalanceEvent['kind']; lost: boolean }[] = [];
    waiting: RebalanceEvent[] = [];
    #assigned = new Set<string>();
    #closing: Promise<void> | undefined;

    constructor(
      readonly consumer: SourceConsumer,
      private readonly topic: string,
    ) {
      open.add(this);
      consumer.subscribe([topic], (event) => {
        this.events.push({ kind: event.kind, lost: event.kind === 'revoke' && event.lost });
        this.waiting.push(event);
        if (this.#closing !== undefined) this.#answer();
      });
    }

    get partitions(): readonly string[] {
      return [...this.#assigned];
    }

    async read(offset: number): Promise<void> {
      const place = { topic: this.topic, partition: partition(0) };
      await this.consumer.seek({ ...place, offset: commitOffset(offset) });
      this.consumer.resume([place]);
    }

    async turn(): Promise<void> {
      if (this.answers) this.#answer();
      try {
        const batch = await this.consumer.poll(1_000, 50);
        for (let index = 0; index < batch.length; index += 1) {
          this.values.push(batch.value(index)?.toString() ?? '');
        }
      } catch (error) {
        if (!(error instanceof KafkaError)) throw error;
        this.errors.push(error);
        await sleep(50);
      }
    }

    until(what: string, condition: () => boolean): Promise<void> {
      return both([this], what, condition);
    }

    async for(ms: number): Promise<void> {
      const end = performance.now() + ms;
      while (performance.now() < end) await this.turn();
    }

    close(): Promise<void> {
      this.#closing ??= this.consumer.close();
      if (this.answers) this.#answer();
      return this.#closing;
    }

    #answer(): void {
      const waiting = this.waiting;
      this.waiting = [];
      for (const event of waiting) {
        for (const one of event.partitions) {
          if (event.kind === 'assign') this.#assigned.add(partitionName(one));
          else this.#assigned.delete(partitionName(one));
        }
        event.answer();
      }
    }
  }

  const readAll = async (clients: KafkaClients, topic: string, count: number): Promise<Read[]> => {
    const reader = await open.connect(clients.logConsumer());
    reader.assign([{ topic, partition: partition(0), offset: commitOffset(0) }]);
    const read: Read[] = [];
    const end = performance.now() + PATIENCE_MS;
    while (read.length < count && performance.now() < end) {
      const batch = await reader.poll(1_000, 100);
      for (let index = 0; index < batch.length; index += 1) read.push(readOf(batch, index));
    }
    return read;
  };
});

type Read = ReturnType<typeof readOf>;

const readOf = (batch: RecordBatch, index: number) => ({
  key: batch.key(index),
  value: batch.value(index),
  headers: batch.headers(index),
});

const record = (topic: string, value: string): ProducedRecord => ({
  topic,
  partition: partition(0),
  key: Buffer.from('key'),
  value: Buffer.from(value),
  headers: [],
});

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const rejection = async (promise: Promise<unknown>): Promise<KafkaError> => {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).to.be.instanceOf(KafkaError);
  return error as KafkaError;
};

const eventually = async (what: string, condition: () => boolean): Promise<void> => {
  const end = performance.now() + PATIENCE_MS;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`never: ${what}`);
    await sleep(50);
  }
};

/** Lets all members poll until the condition holds. */
const both = async (
  members: readonly { turn(): Promise<void> }[],
  what: string,
  condition: () => boolean,
): Promise<void> => {
  const end = performance.now() + PATIENCE_MS;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`never: ${what}`);
    await Promise.all(members.map((member) => member.turn()));
  }
};

const ends = async (work: Promise<unknown>): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it did not end in ${CLOSE_LIMIT_MS} ms`)), CLOSE_LIMIT_MS);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};

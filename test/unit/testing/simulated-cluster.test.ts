import { expect } from 'chai';
import type { RebalanceEvent, SourceConsumer } from '../../../src/ports/consumer.js';
import { isKafkaError, KafkaError } from '../../../src/ports/kafka-error.js';
import type { TransactionalProducer } from '../../../src/ports/producer.js';
import { sleep } from '../../../src/ports/nap.js';
import type { ProducedRecord } from '../../../src/record/record.js';
import { commitOffset, partition } from '../../../src/record/units.js';
import type { SimulatedClientOptions } from '../../../src/testing/client-options.js';
import { Scheduler } from '../../../src/testing/scheduler.js';
import { SimulatedCluster } from '../../../src/testing/simulated-cluster.js';
import type { SimulatedProcess } from '../../../src/testing/simulated-process.js';

const p0 = { topic: 'in', partition: partition(0) };
const out = (value: string): ProducedRecord => ({
  topic: 'out',
  partition: partition(0),
  key: null,
  value: Buffer.from(value),
  headers: [],
});

const rejection = (promise: Promise<unknown>): Promise<KafkaError> =>
  promise.then(
    () => expect.fail('it did not reject'),
    (error: unknown) => (isKafkaError(error) ? error : expect.fail(String(error))),
  );

interface Worker {
  readonly process: SimulatedProcess;
  readonly consumer: SourceConsumer;
  readonly producer: TransactionalProducer;
  readonly events: string[];
  readonly errors: unknown[];
}

const make = (seed = 1, options = {}): { scheduler: Scheduler; cluster: SimulatedCluster } => {
  const scheduler = new Scheduler(seed);
  const cluster = new SimulatedCluster(scheduler, options);
  cluster.createTopic('in', 2);
  cluster.createTopic('out', 1);
  return { scheduler, cluster };
};

/** A member that polls for ever and answers at once. */
const start = async (
  cluster: SimulatedCluster,
  name: string,
  options: Partial<SimulatedClientOptions> = {},
): Promise<Worker> => {
  const process = cluster.process(name, { sessionTimeoutMs: 6000, ...options });
  const consumer = process.clients.sourceConsumer();
  const producer = process.clients.transactionalProducer();
  const worker: Worker = { process, consumer, producer, events: [], errors: [] };
  await Promise.all([consumer.connect(), producer.connect(), producer.initTransactions()]);
  consumer.subscribe(['in'], (event: RebalanceEvent) => {
    const partitions = event.partitions.map((of) => of.partition).join();
    worker.events.push(`${event.kind === 'revoke' && event.lost ? 'lost' : event.kind} ${partitions}`);
    event.answer();
  });
  const poll = (): void => {
    consumer.poll(10, 100).then(poll, (error: unknown) => {
      worker.errors.push(error);
      if (isKafkaError(error) && error.kind !== 'fenced') poll();
    });
  };
  poll();
  return worker;
};

describe('SimulatedCluster', () => {
  it('takes no time for anything when it is told to, whatever the seed', async () => {
    for (const seed of [1, 2, 3]) {
      const { scheduler, cluster } = make(seed, { markerDelayMs: [0, 0], latency: 'none' });
      const { producer } = await scheduler.complete(start(cluster, 'a'));
      await producer.begin();
      await producer.produce([out('x'), out('y')]);
      await scheduler.complete(producer.commit());
      await scheduler.run(() => cluster.read('out').length === 2);
      expect(scheduler.clock.monotonic()).to.equal(0);
    }
  });

  it('makes everybody join again on request', async () => {
    const { scheduler, cluster } = make();
    const worker = await scheduler.complete(start(cluster, 'a', { assignor: 'range' }));
    await scheduler.run(() => worker.events.length > 0);
    cluster.group('group').enforceRebalance();
    await scheduler.run(() => worker.events.length === 3);
    expect(worker.events).to.deep.equal(['assign 0,1', 'revoke 0,1', 'assign 0,1']);
  });

  it('tells of records that the source consumer has taken, before it tells them', async () => {
    const { scheduler, cluster } = make();
    const process = cluster.process('a');
    const consumer = process.clients.sourceConsumer();
    cluster.produce('in', 0, { key: null, value: 'x' });
    cluster.faults.at('receive', 'before', () => process.crash());
    let polls = 0;
    await scheduler.complete(consumer.connect());
    consumer.subscribe(['in'], (event: RebalanceEvent) => {
      event.answer();
      consumer.resume(event.partitions);
    });
    const poll = async (): Promise<void> => {
      for (;;) polls += (await consumer.poll(10, 100)).length;
    };
    void poll();
    await scheduler.run(() => process.isCrashed);
    await scheduler.advance(1000);
    expect(polls).to.equal(0);
  });

  it('writes each marker some time after the decision, and shows records only then', async () => {
    const { scheduler, cluster } = make(1, { markerDelayMs: [500, 1000] });
    const producer = cluster.process('a').clients.transactionalProducer();
    await scheduler.complete(producer.initTransactions());
    await producer.begin();
    await producer.produce([out('x')]);
    await scheduler.complete(producer.commit());
    expect(cluster.read('out')).to.have.length(0);
    expect(cluster.endOffset('out', 0)).to.equal(1);
    await scheduler.run(() => cluster.read('out').length === 1);
    expect(cluster.endOffset('out', 0)).to.equal(2);
  });

  it('aborts the transaction of a crashed process after its time-out, and not before', async () => {
    const { scheduler, cluster } = make();
    const process = cluster.process('a', { transactionTimeoutMs: 15_000 });
    const producer = process.clients.transactionalProducer();
    await scheduler.complete(producer.initTransactions());
    await producer.begin();
    await producer.produce([out('x')]);
    await scheduler.complete(producer.flush());
    process.crash();
    await scheduler.advance(14_000);
    expect(cluster.lastStableOffset('out', 0)).to.equal(0);
    await scheduler.run(() => cluster.lastStableOffset('out', 0) === 2);
    expect(cluster.read('out')).to.have.length(0);
  });

  it('fences a producer whose transaction timed out while its process was stopped', async () => {
    const { scheduler, cluster } = make();
    const process = cluster.process('a', { transactionTimeoutMs: 5000 });
    const producer = process.clients.transactionalProducer();
    await scheduler.complete(producer.initTransactions());
    await producer.begin();
    await producer.produce([out('x')]);
    await scheduler.complete(producer.flush());
    process.freeze();
    await scheduler.advance(10_000);
    process.thaw();
    expect((await scheduler.complete(rejection(producer.commit()))).kind).to.equal('fenced');
    expect((await scheduler.complete(rejection(producer.begin()))).kind).to.equal('fenced');
  });

  it('gives the partitions of a crashed member to another one after its session time-out', async () => {
    const { scheduler, cluster } = make();
    const a = await scheduler.complete(start(cluster, 'a'));
    await scheduler.run(() => a.events.length > 0);
    const b = await scheduler.complete(start(cluster, 'b'));
    await scheduler.run(() => b.events.includes('assign 1') || b.events.includes('assign 0'));
    a.process.crash();
    const crashedAtMs = scheduler.clock.monotonic();
    await scheduler.run(() => b.events.filter((event) => /assign \d/.test(event)).length === 2);
    expect(scheduler.clock.monotonic() - crashedAtMs).to.be.greaterThan(3000);
    expect(cluster.group('group').memberIds).to.have.length(1);
  });

  it('tells a member that was stopped beyond its session time-out that its partitions are lost', async () => {
    const { scheduler, cluster } = make();
    const a = await scheduler.complete(start(cluster, 'a'));
    await scheduler.run(() => a.events.includes('assign 0,1'));
    a.process.freeze();
    await scheduler.run(() => cluster.group('group').memberIds.length === 0);
    a.process.thaw();
    await scheduler.run(() => a.events.filter((event) => event === 'assign 0,1').length === 2);
    expect(a.events).to.include('lost 0,1');
  });

  it('refuses the offsets of a zombie as abortable, with the codes of Kafka, and keeps its producer usable', async () => {
    const { scheduler, cluster } = make();
    const a = await scheduler.complete(start(cluster, 'a'));
    await scheduler.run(() => a.events.includes('assign 0,1'));
    const [member = ''] = cluster.group('group').memberIds;
    await a.producer.begin();
    cluster.group('group').evict(member);
    const error = await scheduler.complete(
      rejection(a.producer.sendOffsets([{ ...p0, offset: commitOffset(7) }], a.consumer)),
    );
    expect(error).to.include({ kind: 'abortable', code: 25 });
    await scheduler.complete(a.producer.abort());
    expect(cluster.committedOffsets('group').size).to.equal(0);
    await scheduler.run(() => a.events.filter((event) => event.startsWith('assign')).length === 2);
    await a.producer.begin();
    await scheduler.complete(a.producer.sendOffsets([{ ...p0, offset: commitOffset(8) }], a.consumer));
    await scheduler.complete(a.producer.commit());
    await scheduler.run(() => cluster.committedOffsets('group').get('in-0') === 8);
  });

  it('lets offsets pass that a member sends with the generation it has just learnt (review.md, F1)', async () => {
    const { scheduler, cluster } = make();
    const a = await scheduler.complete(start(cluster, 'a', { assignor: 'range' }));
    await scheduler.run(() => a.events.includes('assign 0,1'));
    await a.producer.begin();
    const [member = ''] = cluster.group('group').memberIds;
    cluster.group('group').evict(member);
    await scheduler.run(() => a.events.filter((event) => event === 'assign 0,1').length === 2);
    await scheduler.complete(a.producer.sendOffsets([{ ...p0, offset: commitOffset(7) }], a.consumer));
    await scheduler.complete(a.producer.commit());
    await scheduler.run(() => cluster.committedOffsets('group').get('in-0') === 7);
  });

  it('does not lend a member that is lost: the broker would not check its offsets (review.md, F2)', async () => {
    const { scheduler, cluster } = make();
    const { clients } = cluster.process('a', { sessionTimeoutMs: 6000 });
    const consumer = clients.sourceConsumer();
    const producer = clients.transactionalProducer();
    await scheduler.complete(Promise.all([consumer.connect(), producer.initTransactions()]));
    let refused: Promise<KafkaError> | undefined;
    const tryIt = async (answer: () => void): Promise<KafkaError> => {
      await producer.begin();
      const error = await rejection(producer.sendOffsets([{ ...p0, offset: commitOffset(7) }], consumer));
      await producer.abort();
      answer();
      return error;
    };
    consumer.subscribe(['in'], (event) => {
      if (event.kind === 'revoke' && event.lost) refused ??= tryIt(() => event.answer());
      else event.answer();
    });
    const poll = (): void => void consumer.poll(10, 100).then(poll, poll);
    poll();
    await scheduler.run(() => cluster.group('group').memberIds.length === 1);
    await scheduler.advance(1000);
    const [member = ''] = cluster.group('group').memberIds;
    cluster.group('group').evict(member);
    await scheduler.run(() => refused !== undefined);
    if (refused === undefined) return expect.fail('it was never lost');
    expect((await scheduler.complete(refused)).kind).to.equal('abortable');
    await scheduler.advance(1000);
    expect(cluster.committedOffsets('group').size).to.equal(0);
  });

  it('rebalances when a topic grows', async () => {
    const { scheduler, cluster } = make();
    const a = await scheduler.complete(start(cluster, 'a'));
    await scheduler.run(() => a.events.includes('assign 0,1'));
    cluster.createPartitions('in', 3);
    await scheduler.run(() => a.events.includes('assign 2'));
    expect(a.events).to.not.include('revoke 0,1');
  });

  it('survives a broker that is away for longer than the session time-out', async () => {
    const { scheduler, cluster } = make();
    const a = await scheduler.complete(start(cluster, 'a'));
    await scheduler.run(() => a.events.includes('assign 0,1'));
    cluster.brokerDown();
    await scheduler.advance(10_000);
    cluster.brokerUp();
    await scheduler.run(() => a.events.filter((event) => event === 'assign 0,1').length === 2);
    expect(a.events).to.include('lost 0,1');
    await scheduler.run(
      () => cluster.group('group').memberIds.length === 1 && cluster.group('group').isStable,
    );
  });

  it('puts a member out that stops polling, and takes it back when it polls again', async () => {
    const { scheduler, cluster } = make();
    const process = cluster.process('a', { sessionTimeoutMs: 6000, maxPollIntervalMs: 10_000 });
    const consumer = process.clients.sourceConsumer();
    const events: string[] = [];
    await scheduler.complete(consumer.connect());
    consumer.subscribe(['in'], (event) => {
      events.push(event.kind === 'revoke' && event.lost ? 'lost' : event.kind);
      event.answer();
    });
    while (!events.includes('assign')) await scheduler.complete(consumer.poll(1, 100));
    await scheduler.advance(20_000);
    expect(cluster.group('group').memberIds).to.have.length(0);
    expect((await scheduler.complete(rejection(consumer.poll(1, 100)))).code).to.equal(-147);
    while (events.length < 3) await scheduler.complete(consumer.poll(1, 100));
    expect(events).to.deep.equal(['assign', 'lost', 'assign']);
  });

  it('fails the planned call and no other, and can apply it all the same', async () => {
    const { scheduler, cluster } = make();
    const producer = cluster.process('a').clients.transactionalProducer();
    await scheduler.complete(producer.initTransactions());
    const unknown = new KafkaError('retriable', -185, 'no answer');
    cluster.faults.fail('commit-transaction', unknown, { nth: 2, applied: true });
    await producer.begin();
    await producer.produce([out('first')]);
    await scheduler.complete(producer.commit());
    await producer.begin();
    await producer.produce([out('second')]);
    expect(await scheduler.complete(rejection(producer.commit()))).to.equal(unknown);
    await scheduler.run(() => cluster.read('out').length === 2);
  });

  it('crashes a process between what the broker did and its answer', async () => {
    const { scheduler, cluster } = make();
    const process = cluster.process('a');
    const producer = process.clients.transactionalProducer();
    await scheduler.complete(producer.initTransactions());
    cluster.faults.at('commit-transaction', 'after', () => process.crash());
    await producer.begin();
    await producer.produce([out('x')]);
    let isAnswered = false;
    void producer.commit().then(() => (isAnswered = true));
    await scheduler.run(() => cluster.read('out').length === 1);
    await scheduler.advance(60_000);
    expect(isAnswered).to.equal(false);
  });

  it('tells of every append', () => {
    const { cluster } = make();
    const told: string[] = [];
    cluster.watchAppends(({ topic, partition: number }, base, count) =>
      told.push(`${topic}-${number}@${base} x${count}`),
    );
    for (const value of ['a', 'b', 'c']) cluster.produce('in', 1, { key: null, value });
    expect(told).to.deep.equal(['in-1@0 x1', 'in-1@1 x1', 'in-1@2 x1']);
  });

  it('lets the wall clock of one process jump without the others and without its timers', async () => {
    const { scheduler, cluster } = make();
    const [a, b] = [cluster.process('a'), cluster.process('b')];
    let rang = false;
    a.clock.after(1000, () => (rang = true));
    a.jumpWallClock(7_200_000);
    expect(a.clock.now() - b.clock.now()).to.equal(7_200_000);
    expect(a.clock.monotonic()).to.equal(b.clock.monotonic());
    await scheduler.advance(999);
    expect(rang).to.equal(false);
    await scheduler.advance(1);
    expect(rang).to.equal(true);
  });

  it('drops superseded keys when compacted, keeps offsets and tombstones, and nothing above the LSO', async () => {
    const { scheduler, cluster } = make();
    for (const [key, value] of [
      ['a', '1'],
      ['b', '1'],
      ['a', '2'],
      ['b', null],
    ] as const) {
      cluster.produce('out', 0, { key, value });
    }
    const producer = cluster.process('a').clients.transactionalProducer();
    await scheduler.complete(producer.initTransactions());
    await producer.begin();
    await producer.produce([{ ...out('3'), key: Buffer.from('a') }]);
    await scheduler.complete(producer.flush());
    cluster.compact('out');
    expect(cluster.read('out').map(({ offset }) => offset)).to.deep.equal([2, 3]);
    await scheduler.complete(producer.commit());
    await scheduler.run(() => cluster.read('out').length === 3);
    cluster.compact('out');
    expect(cluster.read('out').map(({ offset }) => offset)).to.deep.equal([3, 4]);
  });

  describe('replay', () => {
    /** Two members, input, transactions, a crash: enough for every part to draw its delays. */
    const trace = async (seed: number): Promise<string> => {
      const { scheduler, cluster } = make(seed);
      const [a, b] = await scheduler.complete(Promise.all([start(cluster, 'a'), start(cluster, 'b')]));
      const work = async ({ process, producer, consumer }: Worker): Promise<void> => {
        for (let round = 0; round < 20; round++) {
          await producer.begin();
          await producer.produce([out(`${process.name}${round}`)]);
          await producer.flush();
          const sent = producer.sendOffsets([{ ...p0, offset: commitOffset(round) }], consumer);
          await sent.then(
            () => producer.commit(),
            () => producer.abort(),
          );
          await sleep(process.clock, 50);
        }
      };
      void work(a);
      void work(b);
      for (let index = 0; index < 50; index++)
        cluster.produce('in', index % 2, { key: null, value: `${index}` });
      await scheduler.advance(700);
      a.process.crash();
      await scheduler.advance(20_000);
      return scheduler.trace;
    };

    it('runs the same again with the same seed', async () => {
      expect(await trace(11)).to.equal(await trace(11));
    });

    it('runs differently with another seed', async () => {
      expect(await trace(11)).to.not.equal(await trace(12));
    });
  });
});

/** A stretch of a topic is read whole, in order, and never beyond its end. */
import { expect } from 'chai';
import type { Stretch } from '../../../src/cli/cluster/topic-reader.js';
import { TopicReader } from '../../../src/cli/cluster/topic-reader.js';
import { KafkaError } from '../../../src/ports/kafka-error.js';
import { commitOffset, partition } from '../../../src/record/units.js';
import { Scheduler } from '../../../src/testing/scheduler.js';
import { SimulatedCluster } from '../../../src/testing/simulated-cluster.js';
import { logConsumer } from '../support/ports.js';

const TOPIC = 'letters';
const stretch = (number: number, from: number, end: number): Stretch => ({
  topic: TOPIC,
  partition: partition(number),
  from: commitOffset(from),
  end: commitOffset(end),
});
const NEVER = new AbortController().signal;

const bench = async (seed: number) => {
  const scheduler = new Scheduler(seed);
  const cluster = new SimulatedCluster(scheduler);
  cluster.createTopic(TOPIC, 2);
  const process = cluster.process('cli');
  const consumer = process.clients.logConsumer();
  await scheduler.complete(consumer.connect());
  const reader = new TopicReader(consumer, process.clock);
  const read = async (stretches: readonly Stretch[]): Promise<string[]> => {
    const seen: string[] = [];
    await scheduler.complete(
      reader.read(stretches, (record) => void seen.push(`${record.partition}@${record.offset}`), NEVER),
    );
    return seen;
  };
  return { scheduler, cluster, read };
};

describe('TopicReader', () => {
  it('reads several partitions, in order each, and nothing beyond the ends', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { cluster, read } = await bench(seed);
      for (let i = 0; i < 50; i++) cluster.produce(TOPIC, i % 2, { key: null, value: `${i}` });
      const seen = await read([stretch(0, 3, 20), stretch(1, 0, 5)]);
      const of = (number: number) => seen.filter((name) => name.startsWith(`${number}@`));
      expect(of(0)).to.deep.equal(Array.from({ length: 17 }, (_, i) => `0@${i + 3}`));
      expect(of(1)).to.deep.equal(Array.from({ length: 5 }, (_, i) => `1@${i}`));
      expect(await read([stretch(1, 24, 25)])).to.deep.equal(['1@24']);
      expect(await read([stretch(1, 5, 5)])).to.deep.equal([]);
    }
  });

  it('stops before its end where the end is a marker and the next record comes with it', async () => {
    const { scheduler, cluster, read } = await bench(1);
    const producer = cluster.process('service').clients.transactionalProducer();
    const write = async (): Promise<void> => {
      await producer.connect();
      await producer.initTransactions();
      await producer.begin();
      await producer.produce([
        { topic: TOPIC, partition: partition(0), key: null, value: Buffer.from('one'), headers: [] },
      ]);
      await producer.flush();
      await producer.commit();
    };
    await scheduler.complete(write());
    await scheduler.advance(1000);
    const last = cluster.produce(TOPIC, 0, { key: null, value: 'next' });
    expect(last).to.equal(2);
    expect(await read([stretch(0, 0, last)])).to.deep.equal(['0@0']);
  });

  it('does not wait for a transaction that stays open at the end', async () => {
    const { scheduler, cluster, read } = await bench(1);
    cluster.produce(TOPIC, 0, { key: null, value: 'before' });
    const producer = cluster.process('service').clients.transactionalProducer();
    const begin = async (): Promise<void> => {
      await producer.connect();
      await producer.initTransactions();
      await producer.begin();
      await producer.produce([
        { topic: TOPIC, partition: partition(0), key: null, value: Buffer.from('open'), headers: [] },
      ]);
      await producer.flush();
    };
    await scheduler.complete(begin());
    expect(cluster.endOffset(TOPIC, 0)).to.equal(2);
    expect(await read([stretch(0, 0, 2)])).to.deep.equal(['0@0']);
  });

  it('ends when it is told to stop, and on an error that will not pass', async () => {
    const scheduler = new Scheduler(1);
    const failing = (error: Error) =>
      new TopicReader(
        logConsumer({ assign: () => undefined, poll: () => Promise.reject(error) }),
        scheduler.clock,
      );
    const stop = new AbortController();
    scheduler.later(900, 900, () => stop.abort(new Error('stopped')));
    const passing = new KafkaError('retriable', -185, 'late');
    const reading = failing(passing).read([stretch(0, 0, 1)], () => undefined, stop.signal);
    await scheduler.complete(
      reading.then(
        () => expect.fail('it resolved'),
        (error: unknown) => expect(error).to.have.property('message', 'stopped'),
      ),
    );
    const fatal = new KafkaError('fatal', -1, 'over');
    await scheduler.complete(
      failing(fatal)
        .read([stretch(0, 0, 1)], () => undefined, NEVER)
        .then(
          () => expect.fail('it resolved'),
          (error: unknown) => expect(error).to.equal(fatal),
        ),
    );
  });
});

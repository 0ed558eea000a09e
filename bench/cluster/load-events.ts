/** Writes the events of the bench into a topic, as fast as the broker takes them, and not as a transaction. */
import rdkafka from 'node-rdkafka';
import { disconnectProducer } from '../../src/kafka/disconnect-producer.js';
import { COMPILED_BINDING } from '../../src/kafka/binding.js';
import { enqueueEach } from '../../src/kafka/enqueue.js';
import { QUEUE_FULL } from '../../src/kafka/error-codes.js';
import { PackedEnqueuer } from '../../src/kafka/packed-enqueuer.js';
import { PlainRecords } from '../../src/record/record-list.js';
import type { BenchEvent } from '../events.js';
import { ask } from './ask.js';

const QUEUE_RECORDS = 100_000;
const FLUSH_MS = 120_000;
/** What was delivered makes room only when the client is polled. */
const POLL_MS = 10;

/** In one list: how many there are between two turns of the event loop, too. */
const AT_ONCE = 1_000;

/** How many of them the producer has taken, from the first on: for the others it has no room now. */
export type Enqueue = (events: readonly BenchEvent[]) => Promise<number>;

/** By the patched binding where it is there: it writes several times as fast. */
const enqueueTo = (producer: rdkafka.Producer, topic: string): Enqueue => {
  const packed = COMPILED_BINDING === 'packed' ? new PackedEnqueuer() : undefined;
  return async (events) => {
    const records = packed?.buffer() ?? new PlainRecords();
    for (const event of events) records.add({ topic, partition: null, ...event });
    const [count, refusal] =
      packed === undefined ? enqueueEach(producer, records, 0) : await packed.enqueue(producer, records, 0);
    records.release();
    if (count < events.length && (refusal as { code?: number }).code !== QUEUE_FULL) throw refusal;
    return count;
  };
};

/** `count` events from that number on. */
export const eventsFrom = (
  first: number,
  count: number,
  eventOf: (index: number) => BenchEvent,
): readonly BenchEvent[] => Array.from({ length: count }, (_, at) => eventOf(first + at));

/** `write` gives events to a connected producer; all are in the topic when it has resolved. */
export const withProducer = async (
  bootstrapServers: string,
  topic: string,
  write: (put: Enqueue, flush: () => Promise<void>) => Promise<void>,
  lingerMs = 20,
): Promise<void> => {
  const producer = new rdkafka.Producer(
    {
      'bootstrap.servers': bootstrapServers,
      'enable.idempotence': true,
      'linger.ms': lingerMs,
      'queue.buffering.max.messages': QUEUE_RECORDS,
      'queue.buffering.max.kbytes': 1_048_576,
    },
    { partitioner: 'murmur2_random' },
  );
  await ask<unknown>((done) => {
    producer.connect({}, done);
  });
  producer.setPollInterval(POLL_MS);
  const flush = (): Promise<void> =>
    ask((done) => {
      producer.flush(FLUSH_MS, done);
    });
  try {
    await write(enqueueTo(producer, topic), flush);
    await flush();
  } finally {
    await new Promise<void>((resolve) => {
      disconnectProducer(producer, resolve);
    });
  }
};

export const loadEvents = (
  bootstrapServers: string,
  topic: string,
  count: number,
  eventOf: (index: number) => BenchEvent,
): Promise<void> =>
  withProducer(bootstrapServers, topic, async (put, flush) => {
    for (let index = 0; index < count;) {
      const events = eventsFrom(index, Math.min(AT_ONCE, count - index), eventOf);
      const taken = await put(events);
      index += taken;
      if (taken < events.length) await flush();
    }
  });

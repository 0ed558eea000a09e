/** Writes the events of the bench into a topic, as fast as the broker takes them, and not as a transaction. */
import rdkafka from 'node-rdkafka';
import { disconnectProducer } from '../../src/kafka/disconnect-producer.js';
import { enqueue } from '../../src/kafka/enqueue.js';
import { QUEUE_FULL } from '../../src/kafka/error-codes.js';
import type { BenchEvent } from '../events.js';
import { ask } from './ask.js';

const QUEUE_RECORDS = 100_000;
const FLUSH_MS = 120_000;
/** What was delivered makes room only when the client is polled. */
const POLL_MS = 10;

/** False when the producer has no room for it now. */
export type Enqueue = (event: BenchEvent) => boolean;

/** `write` gives events to a connected producer; all are in the topic when it has resolved. */
export const withProducer = async (
  bootstrapServers: string,
  topic: string,
  write: (put: Enqueue, room: () => Promise<void>) => Promise<void>,
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
    await write(({ key, value, headers }) => {
      try {
        enqueue(producer, { topic, partition: null, key, value, headers });
        return true;
      } catch (error) {
        if ((error as { code?: number }).code === QUEUE_FULL) return false;
        throw error;
      }
    }, flush);
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
      if (put(eventOf(index))) index += 1;
      else await flush();
    }
  });

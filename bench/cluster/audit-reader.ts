/**
 * A read_committed reader of a topic from its beginning, which tells of every record the moment that it comes. It
 * reads batches as the service does: a read ends when no more records are there, so none waits for others, and
 * headers are not looked at. One callback for each message is overwhelmed at 10,000 a second.
 */
import rdkafka from 'node-rdkafka';
import { createBatchReader } from '../../src/kafka/batch-reader.js';
import { COMPILED_BINDING } from '../../src/kafka/binding.js';
import type { RecordBatch } from '../../src/ports/record-batch.js';
import { ask } from './ask.js';

const BATCH = 1_000;
const WAIT_MS = 25;

export interface AuditReader {
  close(): Promise<void>;
}

/** `partitions` of the topic; `onRecord` is told the time in Kafka of the record, and the time at which it came. */
export const readAudits = async (
  bootstrapServers: string,
  topic: string,
  partitions: number,
  onRecord: (recordMs: number, receivedMs: number) => void,
): Promise<AuditReader> => {
  const consumer = new rdkafka.KafkaConsumer(
    {
      'bootstrap.servers': bootstrapServers,
      'group.id': `${topic}-reader`,
      'enable.auto.commit': false,
      'isolation.level': 'read_committed',
      'fetch.wait.max.ms': 20,
    },
    { 'auto.offset.reset': 'earliest' },
  );
  await ask<unknown>((done) => {
    consumer.connect({}, done);
  });
  consumer.assign(Array.from({ length: partitions }, (_, partition) => ({ topic, partition, offset: 0 })));
  const reader = createBatchReader(consumer, COMPILED_BINDING);
  let isClosing = false;
  const reading = (async () => {
    while (!isClosing) {
      const batch = await ask<RecordBatch>((done) => {
        reader.read(BATCH, WAIT_MS, done);
      });
      const receivedMs = Date.now();
      for (let at = 0; at < batch.length; at += 1) onRecord(batch.timestamp(at), receivedMs);
    }
  })();
  // Whoever closes it hears of it.
  reading.catch(() => undefined);
  return {
    close: async () => {
      isClosing = true;
      try {
        await reading;
      } finally {
        await ask<unknown>((done) => {
          consumer.disconnect(done);
        });
      }
    },
  };
};

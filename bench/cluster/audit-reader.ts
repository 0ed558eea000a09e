/**
 * A read_committed reader of a topic from its beginning, which tells of every record when it has come. It reads batches
 * as the service does, without looking at headers, so that it takes little of the cores that are measured. With the packed
 * binding a read ends when no more records are there; with the published one up to 5 ms after the last.
 */
import rdkafka from 'node-rdkafka';
import { createBatchReader } from '../../src/kafka/batch-reader.js';
import { COMPILED_BINDING } from '../../src/kafka/binding.js';
import type { RecordBatch } from '../../src/ports/record-batch.js';
import type { Running } from '../subjects/subject.js';
import { ask } from './ask.js';

const BATCH = 1_000;
const WAIT_MS = 25;

export interface AuditReader {
  /** What has ended it; undefined: nothing has. */
  ended(): string | undefined;
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
  let failure: string | undefined;
  const read = async (): Promise<void> => {
    while (!isClosing) {
      const batch = await ask<RecordBatch>((done) => {
        reader.read(BATCH, WAIT_MS, done);
      });
      const receivedMs = Date.now();
      for (let at = 0; at < batch.length; at += 1) onRecord(batch.timestamp(at), receivedMs);
    }
  };
  const reading = read().catch((error: unknown) => {
    failure = `${topic} could not be read: ${String(error)}`;
  });
  return {
    ended: () => failure,
    close: async () => {
      isClosing = true;
      await reading;
      await ask<unknown>((done) => {
        consumer.disconnect(done);
      });
    },
  };
};

/** It has ended too when its reader has: nobody would hear of what it does. */
export const readBy = (running: Running, reader: AuditReader): Running => ({
  ...running,
  ended: () => running.ended() ?? reader.ended(),
});

/**
 * A read_committed reader of a topic from its beginning, which tells of every record the moment that it comes: the
 * client's flowing mode, because a batched read would wait for its batch.
 */
import rdkafka, { type Message } from 'node-rdkafka';
import { ask } from './ask.js';

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
  consumer.on('data', (message: Message) => {
    onRecord(message.timestamp ?? -1, Date.now());
  });
  consumer.consume();
  return {
    close: () =>
      ask((done) => {
        consumer.disconnect((error: unknown) => {
          done(error);
        });
      }),
  };
};

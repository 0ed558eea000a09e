/** Records by the published binding: message objects in, one call for each record out. */
import type { KafkaConsumer, Message, Producer } from 'node-rdkafka';
import { ask } from '../cluster/ask.js';
import type { LoopIo } from './exactly-once-loop.js';
import { nextOffset, type Output, type Work } from './work.js';

const BATCH = 1_000;
/** Per record: a batch ends when nothing came for so long. */
const WAIT_MS = 5;

export class PublishedIo implements LoopIo<readonly Message[], Output> {
  readonly gathers = false;
  constructor(
    private readonly topic: string,
    private readonly toOutput: Work,
  ) {}

  read(consumer: KafkaConsumer): Promise<readonly Message[]> {
    consumer.setDefaultConsumeTimeout(WAIT_MS);
    return ask<Message[]>((done) => {
      consumer.consume(BATCH, done);
    });
  }

  work(batch: readonly Message[], take: (output: Output, partition: number, next: number) => void): void {
    for (const message of batch) take(this.toOutput(message), message.partition, nextOffset(message));
  }

  put(producer: Producer, { key, value, timestamp, headers }: Output): void {
    producer.produce(this.topic, null, value, key, timestamp, undefined, headers);
  }

  enqueued(): Promise<void> {
    return Promise.resolve();
  }
}

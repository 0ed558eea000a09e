/** Records by the patched binding: whole batches in one call each way, and the JSON work of the service on them. */
import type { KafkaConsumer, Producer } from 'node-rdkafka';
import { createBatchReader, type BatchReader } from '../../src/kafka/batch-reader.js';
import { PackedEnqueuer } from '../../src/kafka/packed-enqueuer.js';
import type { RecordBatch } from '../../src/ports/record-batch.js';
import type { OutputRecord } from '../../src/record/output-record.js';
import { textReaderOf } from '../../src/record/serde.js';
import { after } from '../../src/record/units.js';
import { auditHeaders } from '../../topology/user-audit/audit-headers.js';
import { auditOf } from '../../topology/user-audit/audit-mapping.js';
import { auditSerde } from '../../topology/user-audit/audit-serde.js';
import { createUserEventSerde } from '../../topology/user-audit/user-event-serde.js';
import { ask } from '../cluster/ask.js';
import type { LoopIo } from './exactly-once-loop.js';

const BATCH = 1_000;
const WAIT_MS = 25;

export class PackedIo implements LoopIo<RecordBatch, OutputRecord> {
  readonly gathers = true;
  #reader: BatchReader | undefined;
  readonly #enqueuer = new PackedEnqueuer();
  #open = this.#enqueuer.buffer();
  readonly #serde = createUserEventSerde({ strict: false });
  readonly #readText = textReaderOf(this.#serde);
  readonly #headersOf: ReturnType<typeof auditHeaders>;

  /** `group`: the CloudEvents source is made of it. */
  constructor(
    private readonly topic: string,
    group: string,
  ) {
    this.#headersOf = auditHeaders(`/${group}`);
  }

  async read(consumer: KafkaConsumer): Promise<RecordBatch> {
    const reader = (this.#reader ??= createBatchReader(consumer, 'packed'));
    return ask<RecordBatch>((done) => {
      reader.read(BATCH, WAIT_MS, done);
    });
  }

  work(batch: RecordBatch, take: (output: OutputRecord, partition: number, next: number) => void): void {
    for (let index = 0; index < batch.length; index += 1)
      take(this.#outputOf(batch, index), batch.partition(index), after(batch.offset(index)));
  }

  put(_: Producer, output: OutputRecord): void {
    this.#open.add(output);
  }

  async enqueued(producer: Producer): Promise<void> {
    const open = this.#open;
    this.#open = this.#enqueuer.buffer();
    const [count, refusal] = await this.#enqueuer.enqueue(producer, open, 0);
    if (count < open.length) throw new Error(`record ${count} was refused`, { cause: refusal });
    open.release();
  }

  #outputOf(batch: RecordBatch, index: number): OutputRecord {
    const topic = batch.topic(index);
    const timestamp = batch.timestamp(index);
    const context = { topic, headers: batch.headers(index), isKey: false };
    const text = batch.valueText(index);
    const event =
      text === undefined || this.#readText === undefined
        ? this.#serde.deserialize(batch.value(index), context)
        : this.#readText(text, context);
    const origin = { topic, partition: batch.partition(index), offset: batch.offset(index) };
    const audit = auditOf(event, origin, timestamp);
    return {
      topic: this.topic,
      partition: null,
      key: batch.key(index),
      value: auditSerde.serialize(audit, { topic: this.topic, headers: [], isKey: false }),
      headers: this.#headersOf(audit, origin, event.traceparent, event.tracestate),
      timestamp,
    };
  }
}

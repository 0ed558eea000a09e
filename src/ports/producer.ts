/**
 * The two producers of the engine. Both take a batch and answer how much of it they could take:
 * the rest is offered again after a short wait (their queue is full).
 */
import type { ProducedRecord } from '../record/record.js';
import type { RecordBuffer, RecordList } from '../record/record-list.js';
import type { SourceConsumer } from './consumer.js';
import type { TopicPartitionOffset } from './topic-partition.js';

/** One transaction at a time, KIP-98 and KIP-447. Methods reject with a KafkaError. */
export interface TransactionalProducer {
  connect(): Promise<void>;
  /** Fences every other producer of the same transactional id and ends its open transaction. */
  initTransactions(): Promise<void>;
  begin(): Promise<void>;
  /**
   * Enqueues from the first on; the number that was enqueued. Rejects with a KafkaError of kind `unusable`,
   * with `enqueued` records before it taken, when a record can never be sent (too large).
   * Several lists may be under way at once: each keeps its order, and there is none between them. No record may change
   * before its call is done, and whatever ends the transaction is not called before all are.
   */
  produce(records: RecordList, from?: number): Promise<number>;
  /** An empty list, kept in the form that this client takes at the least cost. Any other list is taken too. */
  buffer(): RecordBuffer;
  /**
   * Waits until every enqueued record has an outcome. It does not report a failed delivery: the
   * `sendOffsets` that follows does, as `abortable`, before anything can be committed. Called before
   * `sendOffsets`, so that whatever `commit` answers later is about the end of the transaction alone.
   */
  flush(): Promise<void>;
  /** Adds offsets to the transaction under the consumer's group metadata as it is when this runs. */
  sendOffsets(offsets: readonly TopicPartitionOffset[], member: SourceConsumer): Promise<void>;
  /** Ends the transaction. When it rejects, the outcome is not known, whatever the error's kind. */
  commit(): Promise<void>;
  abort(): Promise<void>;
  close(): Promise<void>;
}

/** Idempotent, `acks=all`, each batch acknowledged as a whole. */
export interface AcknowledgedProducer {
  connect(): Promise<void>;
  /** Resolves when every record is acknowledged; rejects with the first failure once all have an outcome. */
  send(records: readonly ProducedRecord[]): Promise<void>;
  /** Waits for what is under way, then disconnects. */
  close(): Promise<void>;
}

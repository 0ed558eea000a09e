/**
 * What a simulated producer has taken and not yet sent: a queue per partition, each sent in order, in
 * chunks, after random delays, independently of the others. A queue that fails is dropped and reported.
 */
import { partitionName, type TopicPartition } from '../ports/topic-partition.js';
import type { ProducedRecord } from '../record/record.js';
import { partitionForKey } from '../record/murmur2.js';
import { partition } from '../record/units.js';
import { brokerError } from './broker-error.js';
import type { BrokerLink } from './broker-link.js';

interface Outgoing {
  readonly of: TopicPartition;
  records: ProducedRecord[];
  /** Under way for as long as there is something to send. */
  sending: Promise<void> | null;
}

export class OutgoingRecords {
  readonly #queues = new Map<string, Outgoing>();
  #size = 0;

  constructor(
    readonly link: BrokerLink,
    readonly send: (of: TopicPartition, records: readonly ProducedRecord[]) => Promise<void>,
    readonly failed: (error: unknown) => void,
  ) {}

  get size(): number {
    return this.#size;
  }

  add(record: ProducedRecord): void {
    const of = partitionOf(this.link, record);
    const name = partitionName(of);
    const queue = this.#queues.get(name) ?? { of, records: [], sending: null };
    this.#queues.set(name, queue);
    queue.records.push(record);
    this.#size += 1;
    queue.sending ??= this.#drain(queue);
  }

  /** Forgets what is not sent yet. */
  purge(): void {
    for (const queue of this.#queues.values()) queue.records = [];
    this.#size = 0;
  }

  /** Resolves once nothing is queued or under way. */
  async settled(): Promise<void> {
    for (const { sending } of this.#queues.values()) await sending;
  }

  async #drain(queue: Outgoing): Promise<void> {
    await this.link.pause([0.5, 8]);
    while (queue.records.length > 0) {
      const { random } = this.link;
      const count = random.chance(0.5) ? queue.records.length : random.between(1, queue.records.length);
      const chunk = queue.records.splice(0, count);
      this.#size -= chunk.length;
      try {
        await this.send(queue.of, chunk);
      } catch (error) {
        this.#size -= queue.records.length;
        queue.records = [];
        this.failed(error);
      }
    }
    queue.sending = null;
  }
}

/** Where the client sends it: the partition it names, else Java's partitioner, at random without a key. */
export const partitionOf = (link: BrokerLink, record: ProducedRecord): TopicPartition => {
  const { topic, key } = record;
  if (record.partition !== null) return { topic, partition: record.partition };
  const partitions = link.broker.catalog.partitionsOf(topic);
  if (partitions === 0) throw brokerError('unknown-partition', topic);
  return {
    topic,
    partition: key ? partitionForKey(key, partitions) : partition(link.random.below(partitions)),
  };
};

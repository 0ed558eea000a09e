/** The tools of one contract case: makes clients, waits for conditions, closes everything at the end. */
import { expect } from 'chai';
import type { Clock } from '../../src/ports/clock.js';
import { sleep } from '../../src/ports/nap.js';
import type { ClusterAdmin } from '../../src/ports/cluster.js';
import type { KafkaClients } from '../../src/ports/kafka-clients.js';
import { isKafkaError, type KafkaError } from '../../src/ports/kafka-error.js';
import type { AcknowledgedProducer, TransactionalProducer } from '../../src/ports/producer.js';
import type { TopicPartition } from '../../src/ports/topic-partition.js';
import type { ProducedRecord } from '../../src/record/record.js';
import { partition } from '../../src/record/units.js';
import type { ContractClientOptions, ContractHarness } from './contract-harness.js';
import { ContractMember, type MemberOptions } from './contract-member.js';
import { ContractReader } from './contract-reader.js';

const PATIENCE_MS = 30_000;

export class ContractBench {
  readonly group: string;
  readonly #closers: (() => Promise<void>)[] = [];
  #admin: ClusterAdmin | undefined;

  constructor(readonly harness: ContractHarness) {
    this.group = harness.uniqueName('group');
  }

  get clock(): Clock {
    return this.harness.clock;
  }

  clients(options: Partial<ContractClientOptions> = {}): KafkaClients {
    return this.harness.clients({
      groupId: this.group,
      transactionalId: this.harness.uniqueName('transactional'),
      ...options,
    });
  }

  async admin(): Promise<ClusterAdmin> {
    if (this.#admin) return this.#admin;
    const admin = this.clients().clusterAdmin();
    this.#closers.push(() => admin.close());
    await admin.connect();
    this.#admin = admin;
    return admin;
  }

  async topic(partitions = 1, config: Readonly<Record<string, string>> = {}): Promise<string> {
    const name = this.harness.uniqueName('topic');
    const admin = await this.admin();
    await admin.createTopic({ name, partitions, replicationFactor: 1, config });
    await this.eventually(`${name} is there`, async () => {
      return (await admin.partitionCounts([name])).get(name) === partitions;
    });
    return name;
  }

  async transactional(options: Partial<ContractClientOptions> = {}): Promise<TransactionalProducer> {
    const producer = this.clients(options).transactionalProducer();
    this.#closers.push(() => producer.close());
    await producer.connect();
    await producer.initTransactions();
    return producer;
  }

  async acknowledged(): Promise<AcknowledgedProducer> {
    const producer = this.clients().acknowledgedProducer();
    this.#closers.push(() => producer.close());
    await producer.connect();
    return producer;
  }

  /** A log consumer; assign it, then let it read. */
  async reader(): Promise<ContractReader> {
    const consumer = this.clients().logConsumer();
    this.#closers.push(() => consumer.close());
    await consumer.connect();
    return new ContractReader(consumer, this.clock);
  }

  /** A member that polls in the background; it answers rebalances at once unless told otherwise. */
  async member(topics: readonly string[], options: MemberOptions = {}): Promise<ContractMember> {
    const consumer = this.clients(options).sourceConsumer();
    const member = new ContractMember(consumer, options);
    this.#closers.push(() => member.close());
    await consumer.connect();
    member.subscribe(topics);
    return member;
  }

  /** A member that has been given all of its partitions. */
  async memberWith(topic: string, partitions: number, options: MemberOptions = {}): Promise<ContractMember> {
    const member = await this.member([topic], options);
    await this.eventually(
      `a member has ${partitions} partitions`,
      () => member.assigned.length === partitions,
    );
    return member;
  }

  async eventually(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    const untilMs = this.clock.monotonic() + PATIENCE_MS;
    while (!(await condition())) {
      if (this.clock.monotonic() > untilMs) expect.fail(`did not come true in ${PATIENCE_MS} ms: ${what}`);
      await sleep(this.clock, 20);
    }
  }

  sleep(delayMs: number): Promise<void> {
    return sleep(this.clock, delayMs);
  }

  /** Last made, first closed. */
  async close(): Promise<void> {
    for (const close of this.#closers.reverse()) await close();
  }
}

/** One transaction from begin to commit. */
export const commitRecords = async (
  producer: TransactionalProducer,
  records: readonly ProducedRecord[],
): Promise<void> => {
  await producer.begin();
  expect(await producer.produce(records)).to.equal(records.length);
  await producer.commit();
};

export const rejection = (promise: Promise<unknown>): Promise<KafkaError> =>
  promise.then(
    () => expect.fail('it did not reject'),
    (error: unknown) => (isKafkaError(error) ? error : expect.fail(`no KafkaError: ${String(error)}`)),
  );

export const first = (topic: string): TopicPartition => ({ topic, partition: partition(0) });

export const record = (
  topic: string,
  value: string | Buffer | null,
  more: Partial<ProducedRecord> = {},
): ProducedRecord => ({
  topic,
  partition: partition(0),
  key: null,
  value: typeof value === 'string' ? Buffer.from(value) : value,
  headers: [],
  ...more,
});

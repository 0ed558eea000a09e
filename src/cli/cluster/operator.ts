/**
 * What every operator command works with: the application's topics, clients that are connected when they are
 * first asked for, and the state of lane logs. It only reads; what changes something is a command's delivery.
 * It never joins the service's group.
 */
import type { Clock } from '../../ports/clock.js';
import { sleep } from '../../ports/clock.js';
import type { ClusterAdmin, Watermarks } from '../../ports/cluster.js';
import type { KafkaClients } from '../../ports/kafka-clients.js';
import { isKafkaError } from '../../ports/kafka-error.js';
import type { AcknowledgedProducer } from '../../ports/producer.js';
import type { TopicPartition } from '../../ports/topic-partition.js';
import { partition as toPartition } from '../../record/units.js';
import { LogReader } from '../../state/log-reader.js';
import { TopicMissing, UsageError } from '../exit-code.js';
import { LaneLogView } from './lane-log-view.js';
import type { Output } from '../terminal/output.js';
import type { Printable } from '../terminal/printable.js';
import { shown } from '../terminal/printable.js';
import type { Site } from './site.js';
import { TopicReader } from './topic-reader.js';
import type { ValueSchema } from './value-schema.js';

export interface OperatorParts {
  readonly clients: KafkaClients;
  readonly clock: Clock;
  /** Ctrl-C. */
  readonly stop: AbortSignal;
  readonly sites: readonly Site[];
  readonly output: Output;
  /** Who asks, unless the command says otherwise. */
  readonly user: string;
  /** A uuid that nothing else has. */
  readonly unique: () => string;
  /** Where operators' actions are recorded. */
  readonly auditTopic: string;
  /** What values of the source topics must be; null: the topology does not say. */
  readonly schema: () => ValueSchema | null;
  /** Asks whoever sits at the terminal; null: nobody does. */
  readonly ask: ((question: Printable) => Promise<string>) | null;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const ATTEMPTS = 5;
const RETRY_PAUSE_MS = 500;

/** Made when it is first asked for, and closed with the others. */
interface Closable {
  close(): Promise<void>;
}

export class Operator {
  readonly #open: Promise<Closable>[] = [];
  #admin: Promise<ClusterAdmin> | undefined;
  #logReader: Promise<LogReader> | undefined;
  #reader: Promise<TopicReader> | undefined;
  #producer: Promise<AcknowledgedProducer> | undefined;

  constructor(readonly parts: OperatorParts) {}

  get output(): Output {
    return this.parts.output;
  }

  admin(): Promise<ClusterAdmin> {
    return (this.#admin ??= this.#connect(this.parts.clients.clusterAdmin()));
  }

  reader(): Promise<TopicReader> {
    return (this.#reader ??= this.#connect(this.parts.clients.logConsumer()).then(
      (consumer) => new TopicReader(consumer, this.parts.clock),
    ));
  }

  producer(): Promise<AcknowledgedProducer> {
    return (this.#producer ??= this.#connect(this.parts.clients.acknowledgedProducer()));
  }

  /** Throws TopicMissing. */
  async partitionsOf(topic: string): Promise<number> {
    const admin = await this.admin();
    const count = (await this.insist(() => admin.partitionCounts([topic]))).get(topic) ?? 0;
    if (count > 0) return count;
    throw new TopicMissing(
      `Topic ${topic} does not exist. It is made when the service first starts: are KAFKA_BROKERS, KAFKA_GROUP_ID and SOURCE_TOPICS those of the service?`,
    );
  }

  async watermarks(of: TopicPartition): Promise<Watermarks> {
    const admin = await this.admin();
    return this.insist(() => admin.watermarks(of));
  }

  /** The lane logs as they are now, of one partition or of all. A partition that there is not is a UsageError. */
  async laneLogs(sites: readonly Site[], partition: number | null): Promise<readonly LaneLogView[]> {
    const views: LaneLogView[] = [];
    for (const site of sites) {
      const count = await this.partitionsOf(site.laneLog);
      if (partition !== null && partition >= count)
        throw new UsageError(`${site.laneLog} has partitions 0 to ${count - 1}, there is no ${partition}.`);
      const numbers = partition === null ? Array.from({ length: count }, (_, i) => i) : [partition];
      for (const number of numbers) views.push(await this.#view(site, number));
    }
    const telling = this.#tell(views);
    try {
      await Promise.all(views.map((view) => this.insist(() => view.catchUp(this.parts.stop))));
    } finally {
      telling();
    }
    return views;
  }

  /** Repeats a call that a broker was only late for. */
  async insist<T>(call: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        this.parts.stop.throwIfAborted();
        return await call();
      } catch (error) {
        if (attempt >= ATTEMPTS || !isKafkaError(error) || error.kind !== 'retriable') throw error;
        await sleep(this.parts.clock, RETRY_PAUSE_MS, this.parts.stop);
      }
    }
  }

  /** Never rejects. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#open.map(async (one) => (await one).close()));
  }

  async #view(site: Site, number: number): Promise<LaneLogView> {
    this.#logReader ??= this.#connect(this.parts.clients.logConsumer()).then(
      (consumer) => new LogReader(consumer, this.parts.clock),
    );
    const source = { admin: await this.admin(), reader: await this.#logReader };
    return new LaneLogView(site, toPartition(number), source);
  }

  /** Shows how far reading has come, until the answer is called. */
  #tell(views: readonly LaneLogView[]): () => void {
    const { clock, output } = this.parts;
    let cancel = (): void => undefined;
    const tell = (): void => {
      const entries = views.reduce((sum, view) => sum + view.entries, 0);
      output.progress(shown`reading lane logs: ${entries} entries`);
      cancel = clock.after(RETRY_PAUSE_MS, tell);
    };
    cancel = clock.after(RETRY_PAUSE_MS, tell);
    return () => {
      cancel();
      output.progress(shown``);
    };
  }

  #connect<T extends Closable & { connect(): Promise<void> }>(client: T): Promise<T> {
    this.output.progress(shown`connecting`);
    const connected = client
      .connect()
      .then(() => client)
      .finally(() => this.output.progress(shown``));
    this.#open.push(connected);
    return connected;
  }
}

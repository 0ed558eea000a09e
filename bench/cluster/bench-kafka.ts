/**
 * The broker of the bench and what it asks of it: topics, the committed offsets of a group, and how many records a
 * topic has. One for all subjects; its data is deleted when it is stopped, and when this process is killed.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import rdkafka, { type IAdminClient, type KafkaConsumer } from 'node-rdkafka';
import type { KafkaOptions, LocalKafka } from '../../tools/kafka/local-kafka.mjs';
import { projectRoot } from '../../test/support/broker.js';
import { ask } from './ask.js';
import { RecordBatches, type RecordCount } from './record-batches.js';

/**
 * Kafka's default, where tests do not wait: members that come soon after the first one are in the group's first
 * assignment. Without it each begins with a rebalance, and half of the partitions move amid a run of some seconds.
 */
const SETTINGS = { 'group.initial.rebalance.delay.ms': 3_000 };
const ASK_MS = 30_000;
/** Topics are deleted after each run: a disk that fills up would be measured. */
const FILE_DELETE_DELAY_MS = 1_000;
const METADATA_POLL_MS = 100;

/** The coordinator of a group is loading, not there yet, or another one by now: what was seen last still holds. */
const COORDINATOR_AWAY: readonly unknown[] = [14, 15, 16];
const isCoordinatorAway = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && COORDINATOR_AWAY.includes(error.code);

/** How far a group has come in one topic. */
export interface Progress {
  /** Records that it has committed, over all partitions. */
  readonly read: () => Promise<number>;
  readonly close: () => Promise<void>;
}

export class BenchKafka {
  readonly #admin: IAdminClient;

  private constructor(private readonly kafka: LocalKafka) {
    this.#admin = rdkafka.AdminClient.create({ 'bootstrap.servers': kafka.bootstrapServers });
  }

  static async start(say: (line: string) => void): Promise<BenchKafka> {
    // The tools are plain modules outside the TypeScript build.
    const path = pathToFileURL(join(projectRoot(), 'tools', 'kafka', 'local-kafka.mjs')).href;
    const { startKafka } = (await import(path)) as {
      readonly startKafka: (options: KafkaOptions) => Promise<LocalKafka>;
    };
    return new BenchKafka(await startKafka({ log: say, settings: SETTINGS }));
  }

  get bootstrapServers(): string {
    return this.kafka.bootstrapServers;
  }

  get pid(): number {
    const { pid } = this.kafka;
    if (pid === undefined) throw new Error(`Kafka has ended by itself: look at ${this.kafka.logFile}`);
    return pid;
  }

  async stop(): Promise<void> {
    this.#admin.disconnect();
    await this.kafka.stop();
  }

  createTopic(topic: string, partitions: number): Promise<void> {
    const config = { 'file.delete.delay.ms': String(FILE_DELETE_DELAY_MS) };
    const made = { topic, num_partitions: partitions, replication_factor: 1, config };
    return ask((done) => {
      this.#admin.createTopic(made, ASK_MS, done);
    });
  }

  /** Every topic whose name begins so. */
  async deleteTopics(prefix: string): Promise<void> {
    const topics = this.#topicsOf(prefix);
    for (const topic of topics) {
      await ask((done) => {
        this.#admin.deleteTopic(topic, ASK_MS, done);
      });
    }
    while (this.#topicsOf(prefix).length > 0) await sleep(METADATA_POLL_MS);
  }

  /** By the broker's own log files: what is not committed is not counted as such. */
  count(topic: string): RecordCount {
    const counts = this.#partitionFolders(topic).map((folder) => {
      const batches = new RecordBatches();
      const segments = readdirSync(folder).filter((name) => name.endsWith('.log'));
      for (const name of segments.sort()) batches.add(readFileSync(join(folder, name)));
      return batches.count;
    });
    const sum = (of: (count: RecordCount) => number): number =>
      counts.reduce((total, count) => total + of(count), 0);
    return {
      committed: sum(({ committed }) => committed),
      aborted: sum(({ aborted }) => aborted),
      open: sum(({ open }) => open),
    };
  }

  /** Asks the group's coordinator once for each reading, whatever the subject is. */
  async progress(group: string, topic: string, partitions: number): Promise<Progress> {
    const handle = await this.#handle(group);
    const all = Array.from({ length: partitions }, (_, partition) => ({ topic, partition }));
    let seen = 0;
    return {
      read: async () => {
        try {
          const offsets = await ask<readonly { readonly offset?: number }[]>((done) => {
            handle.committed(all, ASK_MS, done);
          });
          seen = offsets.reduce((sum, { offset = 0 }) => sum + Math.max(0, offset), 0);
        } catch (error) {
          if (!isCoordinatorAway(error)) throw error;
        }
        return seen;
      },
      close: () =>
        ask((done) => {
          handle.disconnect((error: unknown) => {
            done(error);
          });
        }),
    };
  }

  /** Of a group that has no members. */
  async setOffsets(
    group: string,
    offsets: readonly { readonly topic: string; readonly partition: number; readonly offset: number }[],
  ): Promise<void> {
    const handle = await this.#handle(group);
    handle.commitSync(offsets.map((one) => ({ ...one })));
    await ask((done) => {
      handle.disconnect((error: unknown) => {
        done(error);
      });
    });
  }

  /** Joins no group. Uncommitted: it is not kept waiting for a transaction that is about to end. */
  async #handle(group: string): Promise<KafkaConsumer> {
    const handle = new rdkafka.KafkaConsumer(
      {
        'bootstrap.servers': this.bootstrapServers,
        'group.id': group,
        'enable.auto.commit': false,
        'isolation.level': 'read_uncommitted',
      },
      {},
    );
    await ask<unknown>((done) => {
      handle.connect({}, done);
    });
    return handle;
  }

  get #logFolder(): string {
    return join(this.kafka.dataDir, 'data');
  }

  #topicsOf(prefix: string): readonly string[] {
    const folders = readdirSync(this.#logFolder).filter((name) => /^.+-\d+$/.test(name));
    const topics = folders.map((name) => name.replace(/-\d+$/, ''));
    return [...new Set(topics)].filter((topic) => topic.startsWith(prefix));
  }

  #partitionFolders(topic: string): readonly string[] {
    return readdirSync(this.#logFolder)
      .filter((name) => name.replace(/-\d+$/, '') === topic && name !== topic)
      .map((name) => join(this.#logFolder, name));
  }
}

/**
 * `TopologyTestDriver`: runs a topology without a broker. It has Kafka Streams' methods, and it can do what Kafka
 * Streams' own cannot: look at records that wait for another attempt, let their time come, take all partitions
 * away and give them back, and let the process die at any of several points.
 *
 * The engine is the real one, with transactions, retry topics and restores, on the simulated cluster. Whatever
 * it does takes no time; time passes by `advanceWallClockTime` alone. Two runs of a test do the same.
 *
 * ```ts
 * const driver = new TopologyTestDriver(buildTopology(), { config: { retryTiers: [1000] } });
 * const logins = driver.createInputTopic('logins', Serdes.string(), Serdes.json<Login>());
 * const failed = driver.createOutputTopic('failed-logins', Serdes.string(), Serdes.json<FailedLogin>());
 * await logins.pipeInput('u1', { userId: 'u1', status: 'failure' });
 * expect(failed.readValue().userId).to.equal('u1');
 * await driver.close();
 * ```
 */
import type { Topology } from '../dsl/graph/topology.js';
import { Serdes } from '../dsl/serdes.js';
import type { Lane } from '../lanes/lane.js';
import { SILENT, type Logger } from '../ports/logger.js';
import type { Tracing } from '../ports/tracing.js';
import type { Deserializer, Serializer } from '../record/serde.js';
import { deadLetterTopic } from '../record/topic-names.js';
import type { EpochMs } from '../record/units.js';
import type { Task } from '../task/task.js';
import { internalTopics } from '../topics/topic-plan.js';
import type { CrashPoint } from './crash-point.js';
import type { DeadLetterView } from './dead-letter-view.js';
import { deadLetterView } from './dead-letter-view.js';
import type { DriverConfig } from './driver-config.js';
import { driverConfig } from './driver-config.js';
import { DrivenEngine } from './driven-engine.js';
import type { LaneView, RetryView, Shown } from './lane-view.js';
import { laneView, retryView } from './lane-view.js';
import { OutputLog } from './output-log.js';
import type { InputRecord } from './simulated-cluster.js';
import type { StoredEntries, ViewedStore } from './store-view.js';
import { KeyValueStoreView, WindowStoreView } from './store-view.js';
import { TestInputTopic } from './test-input-topic.js';
import { TestOutputTopic } from './test-output-topic.js';

export interface TopologyTestDriverOptions {
  /** Default: `test`. The first part of the names of internal topics. */
  readonly applicationId?: string;
  /** Default: the start of 2026, so that two runs see the same times. */
  readonly initialWallClockTimeMs?: number;
  /** Of every topic that the topology names. Default: 1, as in Kafka Streams' driver. */
  readonly partitions?: number;
  readonly config?: DriverConfig;
  /** Hears what the engine says. Default: nobody does. */
  readonly logger?: Logger;
  readonly tracing?: Tracing;
}

type Bytes = Buffer | null;

export class TopologyTestDriver {
  readonly #engine: DrivenEngine;
  readonly #outputs: OutputLog;
  /** With its internal topics called as they are in Kafka. */
  readonly #topology: Topology;
  #last: Promise<unknown> = Promise.resolve();
  #calls = 0;
  #isClosed = false;

  constructor(
    topology: Topology,
    {
      applicationId = 'test',
      initialWallClockTimeMs,
      partitions = 1,
      config = {},
      logger = SILENT,
      tracing,
    }: TopologyTestDriverOptions = {},
  ) {
    const settings = driverConfig(applicationId, partitions, config);
    this.#engine = new DrivenEngine(topology, settings, initialWallClockTimeMs, logger, tracing);
    this.#topology = this.#engine.named;
    this.#outputs = new OutputLog(this.#engine.cluster);
  }

  /** Epoch milliseconds, by the clock in the test's hand. */
  get wallClockTimeMs(): EpochMs {
    return this.#engine.clock.now();
  }

  /**
   * A topic that the topology reads. `startTimestampMs`: the time of the first record that is given none, by
   * default the wall clock's now; `autoAdvanceMs` is added after each. A record goes to the partition that Java's
   * partitioner chooses by its key; without a key, to partition 0.
   */
  createInputTopic<K, V>(
    topic: string,
    keySerializer: Serializer<K>,
    valueSerializer: Serializer<V>,
    startTimestampMs: number = this.wallClockTimeMs,
    autoAdvanceMs = 0,
  ): TestInputTopic<K, V> {
    if (!this.#topology.sourceTopics.includes(topic)) {
      const known = this.#topology.sourceTopics.join(', ');
      throw new Error(`The topology does not read ${topic}. It reads: ${known}.`);
    }
    const time = { startMs: startTimestampMs, autoAdvanceMs };
    return new TestInputTopic(topic, keySerializer, valueSerializer, time, (record) =>
      this.#pipe(topic, record),
    );
  }

  /** Any topic; it may be written to for the first time later. */
  createOutputTopic<K, V>(
    topic: string,
    keyDeserializer: Deserializer<K>,
    valueDeserializer: Deserializer<V>,
  ): TestOutputTopic<K, V> {
    const isBusy = (): boolean => this.#calls > 0;
    return new TestOutputTopic(this.#outputs.queue(topic), keyDeserializer, valueDeserializer, isBusy);
  }

  /**
   * Lets time pass: retries that become due on the way run, each at its time, and are committed.
   * While a `pipeInput` that was not awaited waits for a function of the topology, time passes beside it.
   */
  advanceWallClockTime(byMs: number): Promise<void> {
    if (!(byMs >= 0 && byMs < Infinity)) throw new RangeError(`time cannot be advanced by ${byMs} ms`);
    const { time } = this.#engine;
    return this.#call(this.#calls > 0 ? time.meanwhile(byMs) : () => time.pass(byMs));
  }

  /** Lets as much time pass as the next waiting record needs, and the record run. Null: none waits. */
  async advanceToNextRetry(): Promise<{ readonly advancedMs: number } | null> {
    let advancedMs: number | null = null;
    await this.#call(async () => {
      const { clock, nextDueAt, time } = this.#engine;
      if (nextDueAt === null) return;
      advancedMs = Math.max(0, nextDueAt - clock.monotonic());
      await time.pass(advancedMs);
    });
    return advancedMs === null ? null : { advancedMs };
  }

  /** Records that wait for another attempt, the next due one first. Bytes unless told how to read them. */
  retries(): readonly RetryView<Bytes, Bytes>[];
  retries<K, V>(key: Deserializer<K>, value: Deserializer<V>): readonly RetryView<K, V>[];
  retries(
    key: Deserializer<unknown> = Serdes.bytes(),
    value: Deserializer<unknown> = Serdes.bytes(),
  ): readonly RetryView<unknown, unknown>[] {
    const waiting = this.#lanes().filter(([, { state }]) => state.status === 'retrying');
    const views = waiting.map(([task, lane]) => retryView(task, lane, { key, value }));
    return views.sort((one, other) => one.dueAt - other.dueAt);
  }

  /** The queues of keys whose first record has failed. A key without one is healthy. */
  lanes(): readonly LaneView<Bytes, Bytes>[];
  lanes<K, V>(key: Deserializer<K>, value: Deserializer<V>): readonly LaneView<K, V>[];
  lanes(
    key: Deserializer<unknown> = Serdes.bytes(),
    value: Deserializer<unknown> = Serdes.bytes(),
  ): readonly LaneView<unknown, unknown>[] {
    return this.#lanes().map(([task, lane]) => laneView(task, lane, { key, value }));
  }

  /** All there are, sub-topology by sub-topology, in the order in which they were written. */
  deadLetters(): readonly DeadLetterView<Bytes, Bytes>[];
  deadLetters<K, V>(key: Deserializer<K>, value: Deserializer<V>): readonly DeadLetterView<K, V>[];
  deadLetters(
    key: Deserializer<unknown> = Serdes.bytes(),
    value: Deserializer<unknown> = Serdes.bytes(),
  ): readonly DeadLetterView<unknown, unknown>[] {
    const { applicationId } = this.#engine.config;
    const shown: Shown<unknown, unknown> = { key, value };
    return this.#topology.subtopologies.flatMap(({ sourceName }) =>
      this.#outputs
        .queue(deadLetterTopic(applicationId, sourceName))
        .all.map((letter) => deadLetterView(letter, shown)),
    );
  }

  /** Topics that the topology has written to, by name; not those that the engine keeps for itself. */
  producedTopicNames(): ReadonlySet<string> {
    const { applicationId, retryTiers } = this.#engine.config;
    const others = this.#topology.subtopologies.flatMap(({ sourceName }) =>
      internalTopics(applicationId, sourceName, retryTiers).map(({ name }) => name),
    );
    const produced = new Set(this.#topology.sinkTopics);
    return new Set(
      this.#outputs.topics.filter(
        (topic) =>
          produced.has(topic) || !(others.includes(topic) || this.#topology.sourceTopics.includes(topic)),
      ),
    );
  }

  /**
   * A store of the topology, over all its tasks, as of what is committed. Of tables and aggregates it shows the
   * values without their timestamps. Throws for a store that there is not.
   */
  getKeyValueStore<K, V>(name: string): KeyValueStoreView<K, V> {
    return new KeyValueStoreView(this.#store(name));
  }

  getWindowStore<K, V>(name: string): WindowStoreView<K, V> {
    return new WindowStoreView(this.#store(name));
  }

  /** By name; what cannot be looked at, the buffer of `suppress`, is not among them. */
  getAllStateStores(): ReadonlyMap<
    string,
    KeyValueStoreView<unknown, unknown> | WindowStoreView<unknown, unknown>
  > {
    const specs = this.#topology.subtopologies.flatMap(({ stores }) => stores);
    const seen = specs.filter(({ layout }) => layout !== 'suppress');
    return new Map(
      seen.map(({ layout, name }) => [
        name,
        layout === 'window' ? this.getWindowStore(name) : this.getKeyValueStore(name),
      ]),
    );
  }

  /** All partitions are taken away and given back: new tasks, restored from what was committed. */
  rebalance(): Promise<void> {
    return this.#call(async () => {
      const before = this.#engine.generation;
      this.#engine.enforceRebalance();
      await this.#engine.time.rest(() => this.#engine.generation > before);
    });
  }

  /**
   * The process dies without a word and is started anew: at once, or when it next comes to that point. The call
   * that brings it there returns when the new one has taken up what was left.
   */
  crash(point: CrashPoint): Promise<void> {
    return this.#call(async () => {
      if (point === 'now') this.#engine.crash();
      else this.#engine.arm(point);
      await this.#engine.time.rest();
    });
  }

  /** Of no use after this. Processors are closed. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#engine.time.stop();
    await this.#inTurn(() => this.#engine.close());
  }

  #pipe(topic: string, record: InputRecord): Promise<void> {
    return this.#call(async () => {
      this.#engine.cluster.produce(topic, null, record);
      await this.#engine.time.rest();
    });
  }

  #store(name: string): ViewedStore {
    const stores = this.#topology.subtopologies.flatMap((sub) => sub.stores);
    const spec = stores.find((store) => store.name === name);
    if (spec === undefined) {
      const known = stores.map((store) => store.name).join(', ') || 'none';
      throw new Error(`The topology has no store ${name}. It has: ${known}.`);
    }
    // Asked for at each look: the tasks of now.
    const tasks = (): readonly StoredEntries[] =>
      this.#engine.tasks.flatMap(({ stores: of }) => (of.names.includes(name) ? [of.store(name)] : []));
    return { ...spec, tasks };
  }

  #lanes(): readonly (readonly [Task, Lane])[] {
    return this.#engine.tasks.flatMap((task) => [...task.lanes.table].map((lane) => [task, lane] as const));
  }

  /** One call at a time, in the order of the calls. The first one starts the engine. */
  #call(work: () => Promise<void>): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#isClosed) throw new Error('The driver is closed.');
      if (!this.#engine.isStarted) {
        this.#engine.start();
        await this.#engine.time.rest();
      }
      await work();
      const trouble = this.#engine.takeTrouble();
      if (trouble !== undefined) throw trouble;
    });
  }

  async #inTurn(work: () => Promise<void>): Promise<void> {
    this.#calls += 1;
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => undefined);
    try {
      await mine;
    } finally {
      this.#calls -= 1;
    }
  }
}

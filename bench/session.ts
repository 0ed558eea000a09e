/**
 * One run of the bench: its broker, its names, what it has started. Closing ends all of it, in any state, and may be
 * called again, or while something is still being measured: by Ctrl-C.
 */
import { randomUUID } from 'node:crypto';
import { endServices } from '../test/support/service-process.js';
import { BenchKafka } from './cluster/bench-kafka.js';
import { loadEvents } from './cluster/load-events.js';
import { benchEvents, type EventOptions } from './events.js';
import type { Place, Running, Subject } from './subjects/subject.js';

/** A topic that is full already. */
export interface Source {
  readonly topic: string;
  readonly partitions: number;
  readonly records: number;
}

export interface SourceOptions extends EventOptions {
  readonly partitions: number;
  readonly records: number;
}

export class Session {
  readonly #prefix = `bench-${randomUUID().slice(0, 8)}`;
  readonly #running = new Set<Running>();
  readonly #sources = new Map<string, Promise<Source>>();
  #names = 0;
  #closed: Promise<void> | undefined;

  private constructor(
    readonly kafka: BenchKafka,
    readonly say: (line: string) => void,
  ) {}

  static async open(say: (line: string) => void): Promise<Session> {
    return new Session(await BenchKafka.start(say), say);
  }

  /**
   * A group and topics that nobody else uses; the topics are there. With a source of its own, or with one that is full
   * already. All of it goes with `clear`.
   */
  async newPlace(partitions: number, source?: Source): Promise<Place> {
    this.#names += 1;
    const group = `${this.#prefix}-run-${this.#names}-of`;
    const place: Place = {
      bootstrapServers: this.kafka.bootstrapServers,
      group,
      source: source?.topic ?? `${group}.user.events`,
      audit: `${group}.system.audit`,
      deadLetters: `${group}.streams.dlq`,
    };
    await this.kafka.createTopic(place.audit, partitions);
    await this.kafka.createTopic(place.deadLetters, 1);
    if (source === undefined) await this.kafka.createTopic(place.source, partitions);
    return place;
  }

  /** Deletes the topics of the group, and those that its service has made. */
  clear({ group }: Place): Promise<void> {
    return this.kafka.deleteTopics(group);
  }

  /** The same records are written once. */
  source(options: SourceOptions): Promise<Source> {
    const { records, partitions, keys, valueBytes } = options;
    const name = `${this.#prefix}-events-${records}-${partitions}-${keys}-${valueBytes ?? 'any'}`;
    const made = this.#sources.get(name) ?? this.#load(name, options);
    this.#sources.set(name, made);
    return made;
  }

  /** Deletes all that were written: some are large. */
  async dropSources(): Promise<void> {
    const all = [...this.#sources.keys()];
    this.#sources.clear();
    for (const topic of all) await this.kafka.deleteTopics(topic);
  }

  async start(subject: Subject, place: Place): Promise<Running> {
    const running = await subject.start(place);
    let stopped: Promise<void> | undefined;
    const own: Running = {
      ...running,
      // Once, however often it is asked.
      stop: () => {
        stopped ??= running.stop();
        this.#running.delete(own);
        return stopped;
      },
    };
    this.#running.add(own);
    return own;
  }

  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  async #end(): Promise<void> {
    await Promise.allSettled([...this.#running].map((running) => running.stop()));
    await endServices();
    await this.kafka.stop();
  }

  async #load(topic: string, options: SourceOptions): Promise<Source> {
    const { records, partitions, keys, valueBytes } = options;
    const size = valueBytes === undefined ? '' : ` of about ${valueBytes} bytes`;
    this.say(`writing ${records} events${size}, ${keys} keys, ${partitions} partitions`);
    await this.kafka.createTopic(topic, partitions);
    await loadEvents(this.kafka.bootstrapServers, topic, records, benchEvents(options));
    return { topic, partitions, records };
  }
}

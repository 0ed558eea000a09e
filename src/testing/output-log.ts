/**
 * What the topics of a simulated cluster hold, in the order in which it was appended over all their partitions,
 * as a read_committed reader may see it: nothing of an open or an aborted transaction.
 */
import type { ConsumedRecord } from '../record/record.js';
import { commitOffset, partition as toPartition, type Offset, type Partition } from '../record/units.js';
import type { SimulatedCluster } from './simulated-cluster.js';

interface Place {
  readonly partition: Partition;
  readonly offset: Offset;
}

/** The records of one topic that nobody has read yet. */
export class OutputQueue {
  readonly #places: Place[] = [];
  #next = 0;

  constructor(
    readonly topic: string,
    private readonly cluster: SimulatedCluster,
  ) {}

  add(place: Place): void {
    this.#places.push(place);
  }

  /** Undefined: there is none that may be seen. */
  take(): ConsumedRecord | undefined {
    for (; ; this.#next++) {
      const found = this.#at(this.#next);
      if (found === 'none') return undefined;
      if (found === 'aborted') continue;
      this.#next += 1;
      return found;
    }
  }

  get size(): number {
    return [...this.#visible(this.#next)].length;
  }

  /** Read ones too. */
  get all(): readonly ConsumedRecord[] {
    return [...this.#visible(0)];
  }

  *#visible(from: number): Generator<ConsumedRecord> {
    for (let at = from; ; at++) {
      const found = this.#at(at);
      if (found === 'none') return;
      if (found !== 'aborted') yield found;
    }
  }

  #at(index: number): ConsumedRecord | 'none' | 'aborted' {
    const place = this.#places[index];
    if (place === undefined) return 'none';
    const { partition, offset } = place;
    const log = this.cluster.logOf(this.topic, partition);
    if (offset >= log.lastStableOffset) return 'none';
    const [record] = log.readCommitted(commitOffset(Math.max(offset, log.low)), 1).records;
    if (record?.offset !== offset) return 'aborted';
    const { timestamp, key, value, headers } = record;
    return { topic: this.topic, partition, offset, timestamp, key, value, headers };
  }
}

export class OutputLog {
  readonly #queues = new Map<string, OutputQueue>();

  constructor(private readonly cluster: SimulatedCluster) {
    cluster.watchAppends(({ topic, partition }, base, count) => {
      const queue = this.queue(topic);
      for (let i = 0; i < count; i++) {
        queue.add({ partition: toPartition(partition), offset: (base + i) as Offset });
      }
    });
  }

  /** One for each topic, whoever asks. */
  queue(topic: string): OutputQueue {
    const known = this.#queues.get(topic);
    if (known !== undefined) return known;
    const queue = new OutputQueue(topic, this.cluster);
    this.#queues.set(topic, queue);
    return queue;
  }

  /** Those that hold a record that may be seen, by name. */
  get topics(): readonly string[] {
    const filled = [...this.#queues.values()].filter(({ all }) => all.length > 0);
    return filled.map(({ topic }) => topic).sort();
  }
}

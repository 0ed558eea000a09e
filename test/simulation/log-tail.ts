/** Reads a topic as a read_committed reader does, each record once, from where it was the last time. */
import type { ConsumedRecord } from '../../src/record/record.js';
import { commitOffset, partition } from '../../src/record/units.js';
import type { PartitionLog } from '../../src/testing/partition-log.js';
import type { SimulatedCluster } from '../../src/testing/simulated-cluster.js';

interface Position {
  readonly log: PartitionLog;
  next: number;
}

export class LogTail {
  readonly #positions: Position[] = [];

  constructor(
    readonly cluster: SimulatedCluster,
    readonly topic: string,
    readonly take: (record: ConsumedRecord) => void,
  ) {}

  update(): void {
    const count = this.cluster.partitionsOf(this.topic);
    for (let number = 0; number < count; number++) this.updatePartition(number);
  }

  updatePartition(number: number): void {
    const position = this.#positionOf(number);
    if (position === null) return;
    const { log } = position;
    if (log.lastStableOffset <= position.next) return;
    const from = Math.max(position.next, log.low);
    const { records, position: next } = log.readCommitted(commitOffset(from), Infinity);
    position.next = next;
    const at = { topic: this.topic, partition: partition(number) };
    for (const record of records) this.take({ ...at, ...record });
  }

  /** The topic may be made, and may grow, while the run goes on. */
  #positionOf(number: number): Position | null {
    if (number >= this.cluster.partitionsOf(this.topic)) return null;
    for (let next = this.#positions.length; next <= number; next++)
      this.#positions.push({ log: this.cluster.logOf(this.topic, next), next: 0 });
    return this.#positions[number] ?? null;
  }
}

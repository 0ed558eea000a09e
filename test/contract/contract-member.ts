/** A member of the group in a case's hand: polls in the background, keeps what it reads and is told. */
import type { RebalanceEvent, SourceConsumer } from '../../src/ports/consumer.js';
import {
  partitionName,
  type TopicPartition,
  type TopicPartitionOffset,
} from '../../src/ports/topic-partition.js';
import type { ConsumedRecord } from '../../src/record/record.js';
import type { ContractClientOptions } from './contract-harness.js';
import { recordsOf } from './contract-reader.js';

export interface MemberOptions extends Partial<ContractClientOptions> {
  /** The case answers the events itself. */
  readonly answersByHand?: boolean;
}

export class ContractMember {
  readonly records: ConsumedRecord[] = [];
  readonly ends: TopicPartitionOffset[] = [];
  readonly events: RebalanceEvent[] = [];
  readonly errors: unknown[] = [];
  #assigned: readonly TopicPartition[] = [];
  #unanswered: RebalanceEvent[] = [];
  #isClosing = false;
  #polling: Promise<void> = Promise.resolve();

  constructor(
    readonly consumer: SourceConsumer,
    readonly options: MemberOptions,
  ) {}

  /** What it was given and has answered. */
  get assigned(): readonly string[] {
    return this.#assigned.map(partitionName).sort();
  }

  get partitions(): readonly TopicPartition[] {
    return this.#assigned;
  }

  get values(): readonly (string | null)[] {
    return this.records.map(({ value }) => value?.toString() ?? null);
  }

  get unanswered(): readonly RebalanceEvent[] {
    return this.#unanswered;
  }

  subscribe(topics: readonly string[]): void {
    this.consumer.subscribe(topics, (event) => {
      this.events.push(event);
      this.#unanswered.push(event);
      if (this.#isClosing || this.options.answersByHand !== true) this.answer();
    });
    this.#polling = this.#poll();
  }

  /** Answers what waits for it. */
  answer(): void {
    const waiting = this.#unanswered;
    this.#unanswered = [];
    for (const event of waiting) {
      const names = new Set(event.partitions.map(partitionName));
      const others = this.#assigned.filter((of) => !names.has(partitionName(of)));
      this.#assigned = event.kind === 'assign' ? [...others, ...event.partitions] : others;
      event.answer();
    }
  }

  async close(): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.answer();
    await this.#polling;
    await this.consumer.close();
  }

  async #poll(): Promise<void> {
    while (!this.#isClosing) {
      try {
        const batch = await this.consumer.poll(100, 50);
        this.records.push(...recordsOf(batch));
        this.ends.push(...batch.ends);
      } catch (error) {
        this.errors.push(error);
        if (this.errors.length > 50) return;
      }
    }
  }
}

/**
 * What the contract suite needs of a Kafka, simulated or real. Cases await client calls and sleep on the
 * harness' clock; how time passes meanwhile is the harness' matter.
 */
import type { Clock } from '../../src/ports/clock.js';
import type { KafkaClients } from '../../src/ports/kafka-clients.js';

export interface ContractClientOptions {
  readonly groupId: string;
  readonly transactionalId: string;
  readonly instanceId?: string;
  readonly transactionTimeoutMs?: number;
}

export interface ContractHarness {
  readonly clock: Clock;
  /** As a process of its own would have them. The producers' record limit is about 1 MB. */
  clients(options: ContractClientOptions): KafkaClients;
  /** A name for a topic or group that no other case uses. */
  uniqueName(prefix: string): string;
  /** What an operator does with kafka-delete-records.sh: everything of the partition below an offset is gone. */
  deleteRecords(topic: string, partition: number, before: number): Promise<void>;
  /** Runs a case to its end. */
  run(body: () => Promise<void>): Promise<void>;
}

/** Every case has a bench of its own, closed when the case ends. */
export type DefineCase<Bench> = (title: string, body: (bench: Bench) => Promise<void>) => void;

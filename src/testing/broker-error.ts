/**
 * The answers of a simulated broker that are errors, with the codes of Kafka and of librdkafka and the
 * class that a client gives them. One table, so that a code means the same in every simulated call.
 */
import { KafkaError, type KafkaErrorClass } from '../ports/kafka-error.js';

const ERRORS = {
  'offset-out-of-range': { code: -140, kind: 'unusable', text: 'the position is outside the log' },
  fenced: { code: -144, kind: 'fenced', text: 'this producer is fenced by a newer epoch' },
  state: { code: -172, kind: 'fatal', text: 'not allowed in this state' },
  'timed-out': { code: -185, kind: 'retriable', text: 'no answer in time' },
  'message-timed-out': { code: -192, kind: 'retriable', text: 'a record was not acknowledged in time' },
  'unknown-partition': { code: 3, kind: 'unusable', text: 'unknown topic or partition' },
  'record-too-large': { code: 10, kind: 'unusable', text: 'record too large' },
  'illegal-generation': { code: 22, kind: 'retriable', text: 'illegal generation' },
  'unknown-member': { code: 25, kind: 'retriable', text: 'unknown member id' },
  'rebalance-in-progress': { code: 27, kind: 'retriable', text: 'the group rebalances' },
  'invalid-partitions': { code: 37, kind: 'unusable', text: 'invalid number of partitions' },
  'invalid-replication': { code: 38, kind: 'unusable', text: 'replication factor larger than the cluster' },
  'invalid-transaction-state': { code: 48, kind: 'fatal', text: 'invalid transaction state' },
  'concurrent-transactions': { code: 51, kind: 'retriable', text: 'the previous transaction is being ended' },
  'fenced-instance': { code: 82, kind: 'fenced', text: 'another member joined with this instance id' },
  'unstable-offsets': { code: 88, kind: 'retriable', text: 'offsets of an open transaction are pending' },
} as const satisfies Record<string, { code: number; kind: KafkaErrorClass; text: string }>;

export type BrokerErrorName = keyof typeof ERRORS;

export const brokerError = (name: BrokerErrorName, where: string, cause?: unknown): KafkaError => {
  const { code, kind, text } = ERRORS[name];
  return new KafkaError(kind, code, `${where}: ${text} (simulated)`, cause === undefined ? {} : { cause });
};

export const isBrokerError = (error: unknown, name: BrokerErrorName): boolean =>
  error instanceof KafkaError && error.code === ERRORS[name].code;

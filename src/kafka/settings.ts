/**
 * From typed options to librdkafka's properties. Pure; every property that carries a promise of the
 * engine is set here and nowhere else, so this is the file to read when a client behaves oddly.
 * Never lets librdkafka choose a position (`auto.offset.reset=error`) or commit one by itself.
 */
import type {
  ConsumerGlobalConfig,
  ConsumerTopicConfig,
  GlobalConfig,
  ProducerGlobalConfig,
  ProducerTopicConfig,
} from 'node-rdkafka';
import { HEADER_BUDGET_BYTES } from '../record/record-size.js';
import type { BindingChoice } from './binding.js';
import type { ClientEvent, ClientStatistics } from './client-events.js';

export interface KafkaSecurity {
  readonly protocol: 'plaintext' | 'ssl' | 'sasl_plaintext' | 'sasl_ssl';
  readonly mechanism?: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
  readonly username?: string;
  readonly password?: string;
  /** PEM text, not file names. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface KafkaClientOptions {
  /** Comma-separated `host:port`. */
  readonly bootstrapServers: string;
  readonly security?: KafkaSecurity;
  readonly clientId: string;
  readonly groupId: string;
  readonly groupProtocol: 'classic' | 'consumer';
  /** Co-partitioned sources: the same partition of each goes to the same member. */
  readonly eagerRange?: boolean;
  /** Static membership: the member does not leave the group when it closes. */
  readonly instanceId?: string;
  readonly transactionalId: string;
  /** Classic protocol only; with the other one the broker decides. */
  readonly sessionTimeoutMs: number;
  readonly maxPollIntervalMs: number;
  readonly transactionTimeoutMs: number;
  /**
   * Of an acknowledged producer; 0: for as long as it takes, so that no younger record overtakes one that
   * was given up. Default: the transaction time-out.
   */
  readonly deliveryTimeoutMs?: number;
  /**
   * Of an acknowledged producer: how often a request that failed is sent again, 1 or more. Absent: as often as
   * the delivery time-out allows, which the engine's own producers need.
   */
  readonly retries?: number;
  /** Of an acknowledged producer: the largest batch of one partition. */
  readonly batchSizeBytes?: number;
  /** The largest key and value together; HEADER_BUDGET_BYTES come on top. */
  readonly maxMessageBytes: number;
  readonly startTimeoutMs: number;
  readonly compression?: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';
  readonly lingerMs?: number;
  /** Default: `auto`. */
  readonly binding?: BindingChoice;
  /** 0: no statistics. */
  readonly statisticsIntervalMs: number;
  readonly onClientError?: (event: ClientEvent) => void;
  readonly onStatistics?: (statistics: ClientStatistics) => void;
}

/**
 * Records that wait in a producer, and their bytes: the outputs of 60,000 source records (the default of
 * MAX_UNCOMMITTED) fit when each has three of 1.4 kB. Beyond it producing waits.
 */
const PRODUCER_QUEUE_RECORDS = 200_000;
const PRODUCER_QUEUE_KBYTES = 262_144;
/** Records fetched ahead by one consumer, over all its partitions. */
const CONSUMER_QUEUE_KBYTES = 32_768;

export interface ConsumerSettings {
  readonly global: ConsumerGlobalConfig;
  readonly topic: ConsumerTopicConfig;
}

export interface ProducerSettings {
  readonly global: ProducerGlobalConfig;
  readonly topic: ProducerTopicConfig;
}

type Options = KafkaClientOptions;

/** The member of the group. `debug=cgrp` is a few lines a second: they alone tell that an assignment was lost. */
export const sourceConsumerSettings = (options: Options): ConsumerSettings => ({
  global: {
    ...consumerGlobal(options, 'source'),
    'isolation.level': 'read_committed',
    ...(options.instanceId === undefined ? {} : { 'group.instance.id': options.instanceId }),
    ...membership(options),
    // The ends tell positions past control and aborted records, which no record tells.
    'enable.partition.eof': true,
    // Stored, never committed: librdkafka measures the lag from it.
    'enable.auto.offset.store': true,
    'statistics.interval.ms': options.statisticsIntervalMs,
    debug: 'cgrp,topic',
  },
  topic: NO_RESET,
});

/** Assigned by hand: it names the group because librdkafka wants one, and never joins it. */
export const logConsumerSettings = (options: Options): ConsumerSettings => ({
  global: {
    ...consumerGlobal(options, 'log'),
    'isolation.level': 'read_committed',
    'enable.partition.eof': true,
    // The end of a log is known when a fetch comes back empty: a restore waits for this.
    'fetch.wait.max.ms': 100,
    debug: 'topic',
  },
  topic: NO_RESET,
});

/** Metadata and watermarks. Uncommitted, because the other level answers with the last stable offset. */
export const clusterHandleSettings = (options: Options): ConsumerSettings => ({
  global: { ...consumerGlobal(options, 'admin'), 'isolation.level': 'read_uncommitted' },
  topic: NO_RESET,
});

export const adminClientSettings = (options: Options): GlobalConfig => common(options, 'topics');

/**
 * No delivery report callback (7 µs a record).
 * librdkafka takes `message.timeout.ms` and `socket.timeout.ms` from `transaction.timeout.ms`.
 */
export const transactionalProducerSettings = (options: Options): ProducerSettings => ({
  global: {
    ...producerGlobal(options, 'transactional'),
    'transactional.id': options.transactionalId,
    'transaction.timeout.ms': options.transactionTimeoutMs,
    // What was delivered is freed where its answer is read, and is not queued for this process to free.
    'delivery.report.only.error': true,
  },
  topic: JAVA_PARTITIONER,
});

export const acknowledgedProducerSettings = (options: Options): ProducerSettings => ({
  global: {
    ...producerGlobal(options, 'acknowledged'),
    dr_cb: true,
    ...(options.retries === undefined ? {} : { 'message.send.max.retries': options.retries }),
    ...(options.batchSizeBytes === undefined ? {} : { 'batch.size': options.batchSizeBytes }),
  },
  topic: {
    ...JAVA_PARTITIONER,
    'message.timeout.ms': options.deliveryTimeoutMs ?? options.transactionTimeoutMs,
  },
});

const NO_RESET: ConsumerTopicConfig = { 'auto.offset.reset': 'error' };

/** Keyed by murmur2, unkeyed at random: where a Java producer would put it. */
const JAVA_PARTITIONER: ProducerTopicConfig = { partitioner: 'murmur2_random' };

/** Properties that need no promise, only speed of recovery, are here. */
const common = (options: Options, role: string): GlobalConfig => ({
  'client.id': `${options.clientId}-${role}`,
  'bootstrap.servers': options.bootstrapServers,
  'socket.keepalive.enable': true,
  'reconnect.backoff.max.ms': 2_000,
  // New partitions of a source are seen within this time; the default is five minutes.
  'topic.metadata.refresh.interval.ms': 30_000,
  'log.connection.close': false,
  ...securityProperties(options.security),
});

/** No statistics but for the group's member: a client that is not polled would pile them up in its queue. */
const consumerGlobal = (options: Options, role: string): ConsumerGlobalConfig => ({
  ...common(options, role),
  'group.id': options.groupId,
  'enable.auto.commit': false,
  'queued.max.messages.kbytes': CONSUMER_QUEUE_KBYTES,
  'fetch.queue.backoff.ms': 100,
});

const producerGlobal = (options: Options, role: string): ProducerGlobalConfig => ({
  ...common(options, role),
  'enable.idempotence': true,
  'message.max.bytes': options.maxMessageBytes + HEADER_BUDGET_BYTES,
  'queue.buffering.max.messages': PRODUCER_QUEUE_RECORDS,
  'queue.buffering.max.kbytes': PRODUCER_QUEUE_KBYTES,
  'compression.codec': options.compression ?? 'none',
  'linger.ms': options.lingerMs ?? 5,
  'statistics.interval.ms': options.statisticsIntervalMs,
});

/** KIP-848 forbids session time-out, heartbeat and assignment strategy: the broker has them. */
const membership = (options: Options): ConsumerGlobalConfig =>
  options.groupProtocol === 'consumer'
    ? {
        'group.protocol': 'consumer',
        'max.poll.interval.ms': options.maxPollIntervalMs,
        ...(options.eagerRange === true ? { 'group.remote.assignor': 'range' } : {}),
      }
    : {
        'group.protocol': 'classic',
        'partition.assignment.strategy': options.eagerRange === true ? 'range' : 'cooperative-sticky',
        'session.timeout.ms': options.sessionTimeoutMs,
        'heartbeat.interval.ms': Math.min(3_000, Math.floor(options.sessionTimeoutMs / 3)),
        // librdkafka refuses a poll interval below the session time-out.
        'max.poll.interval.ms': Math.max(options.maxPollIntervalMs, options.sessionTimeoutMs),
      };

const securityProperties = (security: KafkaSecurity | undefined): GlobalConfig => {
  if (security === undefined) return {};
  return {
    'security.protocol': security.protocol,
    ...(security.mechanism === undefined ? {} : { 'sasl.mechanisms': security.mechanism }),
    ...(security.username === undefined ? {} : { 'sasl.username': security.username }),
    ...(security.password === undefined ? {} : { 'sasl.password': security.password }),
    ...(security.ca === undefined ? {} : { 'ssl.ca.pem': security.ca }),
    ...(security.cert === undefined ? {} : { 'ssl.certificate.pem': security.cert }),
    ...(security.key === undefined ? {} : { 'ssl.key.pem': security.key }),
  };
};

/**
 * Where the service gets its clients from: adapters of the ports over node-rdkafka 3.6.1 (librdkafka 2.12).
 * This folder is the only one that may import node-rdkafka.
 * The process must have been started with UV_THREADPOOL_SIZE of 16 or more: every native call that waits
 * holds one of libuv's threads.
 */
import rdkafka from 'node-rdkafka';
import type { KafkaClients } from '../ports/kafka-clients.js';
import { KafkaAcknowledgedProducer } from './acknowledged-producer.js';
import { chooseBinding } from './binding.js';
import { KafkaClusterAdmin } from './cluster-admin.js';
import { makeKafkaError } from './errors.js';
import { KafkaLogConsumer } from './log-consumer.js';
import type { KafkaClientOptions } from './settings.js';
import { KafkaSourceConsumer } from './source-consumer.js';
import { KafkaTransactionalProducer } from './transactional-producer.js';

/** What librdkafka was built with: `ssl`, `sasl_scram`, `zstd`, … Worth a log line at start. */
export const CLIENT_FEATURES: readonly string[] = rdkafka.features;
export const CLIENT_VERSION: string = rdkafka.librdkafkaVersion;

/** Throws a KafkaError of kind `unusable` when the options need a feature, or a binding, that was not built in. */
export const createKafkaClients = (options: KafkaClientOptions): KafkaClients => {
  const missing = neededFeatures(options).filter((feature) => !CLIENT_FEATURES.includes(feature));
  if (missing.length > 0) {
    const why = `librdkafka was built without ${missing.join(', ')}`;
    throw makeKafkaError('configure', options.clientId, 'unusable', -165, why);
  }
  chooseBinding(options.binding);
  return {
    sourceConsumer: () => new KafkaSourceConsumer(options),
    logConsumer: () => new KafkaLogConsumer(options),
    transactionalProducer: () => new KafkaTransactionalProducer(options),
    acknowledgedProducer: () => new KafkaAcknowledgedProducer(options),
    clusterAdmin: () => new KafkaClusterAdmin(options),
  };
};

const neededFeatures = ({ compression, security }: KafkaClientOptions): readonly string[] => {
  const protocol = security?.protocol ?? 'plaintext';
  return [
    ...(compression === undefined || compression === 'none' ? [] : [compression]),
    ...(protocol.endsWith('ssl') ? ['ssl'] : []),
    ...(protocol.startsWith('sasl') ? [security?.mechanism === 'PLAIN' ? 'sasl_plain' : 'sasl_scram'] : []),
  ];
};

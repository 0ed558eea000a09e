/** From settings to what the Kafka clients and the engine are told. Pure. */
import type { Settings } from '../../config/schema.js';
import type { Topology } from '../dsl/graph/topology.js';
import type { KafkaClientOptions, KafkaSecurity } from '../kafka/settings.js';
import type { StreamsConfig } from '../streams-config.js';

/** Bytes in a megabyte of TASK_MAX_BUFFER_MB. */
const MEGABYTE = 1_000_000;
const LONGEST_POLL_INTERVAL_MS = 300_000;
const STATISTICS_MS = 5_000;

/** What is set, without what is null: absent and null are one to the clients. */
const present = <T extends object>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };

export const securityOf = ({ kafka }: Settings): KafkaSecurity => ({
  protocol: kafka.securityProtocol,
  ...present({
    mechanism: kafka.saslMechanism,
    username: kafka.saslUsername,
    password: kafka.saslPassword,
    ca: kafka.sslCa,
    cert: kafka.sslCert,
    key: kafka.sslKey,
  }),
});

/** `processId` tells this process from every other one of the group when it has no INSTANCE_ID. */
export const clientOptions = (settings: Settings, processId: string): KafkaClientOptions => {
  const { kafka, service } = settings;
  const identity = kafka.instanceId ?? processId;
  return {
    bootstrapServers: kafka.brokers.join(','),
    security: securityOf(settings),
    clientId: `${kafka.groupId}-${identity}`,
    groupId: kafka.groupId,
    groupProtocol: kafka.groupProtocol,
    binding: kafka.binding,
    transactionalId: `${kafka.groupId}-${identity}`,
    sessionTimeoutMs: kafka.sessionTimeoutMs,
    // While a rebalance waits for its answer nothing else counts as a poll to the group.
    maxPollIntervalMs: Math.max(
      LONGEST_POLL_INTERVAL_MS,
      2 * (service.drainTimeoutMs + kafka.transactionTimeoutMs),
    ),
    transactionTimeoutMs: kafka.transactionTimeoutMs,
    maxMessageBytes: kafka.maxMessageBytes,
    startTimeoutMs: service.startTimeoutMs,
    statisticsIntervalMs: STATISTICS_MS,
    ...(kafka.instanceId === null ? {} : { instanceId: kafka.instanceId }),
  };
};

/** Of a process that publishes events. The engine's producers must not have them: they never give up. */
export const publisherOptions = ({
  publisher,
}: Settings): Pick<KafkaClientOptions, 'retries' | 'batchSizeBytes'> => ({
  retries: publisher.retries,
  batchSizeBytes: publisher.batchSizeBytes,
});

/** A task reads the same partition number of each source topic of its sub-topology: they are assigned together. */
export const assignmentOf = ({ subtopologies }: Topology): Pick<KafkaClientOptions, 'eagerRange'> => ({
  eagerRange: subtopologies.some(({ sourceTopics }) => sourceTopics.length > 1),
});

export const streamsConfig = (settings: Settings): StreamsConfig => {
  const { breaker, deadLetters, kafka, processing, retry, service, topics } = settings;
  return {
    applicationId: kafka.groupId,
    processingGuarantee: processing.guarantee,
    commitIntervalMs: processing.commitIntervalMs,
    transactionTimeoutMs: kafka.transactionTimeoutMs,
    sessionTimeoutMs: kafka.sessionTimeoutMs,
    drainTimeoutMs: service.drainTimeoutMs,
    maxUncommitted: processing.maxUncommitted,
    taskMaxBufferBytes: processing.taskMaxBufferMb * MEGABYTE,
    maxInFlight: processing.maxInFlight,
    ordering: processing.ordering,
    emissionPatienceMs: processing.emissionPatienceMs,
    laneMaxFollowers: processing.laneMaxFollowers,
    attemptTimeoutMs: retry.attemptTimeoutMs,
    retryImmediate: retry.immediate,
    retryImmediateBackoffMs: retry.immediateBackoffMs,
    retryTiers: retry.tiers,
    maxMessageBytes: kafka.maxMessageBytes,
    deadLetterPolicy: deadLetters.policy,
    deadLetterHeaders: deadLetters.headers,
    breaker,
    startFrom: processing.startFrom,
    offsetMismatch: processing.offsetMismatch,
    topics: {
      autoCreate: topics.autoCreate,
      partitions: topics.partitions,
      replicationFactor: topics.replicationFactor,
      retentionSourceMs: topics.retentionSourceMs,
      retentionOutputMs: topics.retentionAuditMs,
      retentionRetryMs: topics.retentionRetryMs,
      retentionDeadLettersMs: topics.retentionDlqMs,
    },
    instanceId: kafka.instanceId ?? undefined,
  };
};

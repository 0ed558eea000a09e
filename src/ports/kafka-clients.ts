/** Where the engine gets its clients from: node-rdkafka in the service, the simulated cluster in tests. */
import type { ClusterAdmin } from './cluster.js';
import type { LogConsumer, SourceConsumer } from './consumer.js';
import type { AcknowledgedProducer, TransactionalProducer } from './producer.js';

/** Each call makes a new client that is not yet connected. What is configured is the factory's own matter. */
export interface KafkaClients {
  sourceConsumer(): SourceConsumer;
  logConsumer(): LogConsumer;
  transactionalProducer(): TransactionalProducer;
  acknowledgedProducer(): AcknowledgedProducer;
  clusterAdmin(): ClusterAdmin;
}

/**
 * server.properties of the local Kafka: one node that is broker and controller, on 127.0.0.1 only.
 * Made for tests and trials: quick to start, quick to notice that a member or a transaction is gone,
 * and strict where production is (no topic comes into being by being named).
 */

/**
 * @param {{ port: number, controllerPort: number, logDir: string }} at
 * @returns {Record<string, string | number | boolean>}
 */
export const serverSettings = ({ port, controllerPort, logDir }) => ({
  'process.roles': 'broker,controller',
  'node.id': 1,
  'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
  listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
  'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
  'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
  'inter.broker.listener.name': 'PLAINTEXT',
  'controller.listener.names': 'CONTROLLER',
  'log.dirs': logDir,

  // One node: everything is there once.
  'default.replication.factor': 1,
  'min.insync.replicas': 1,
  'offsets.topic.replication.factor': 1,
  'transaction.state.log.replication.factor': 1,
  'transaction.state.log.min.isr': 1,
  'share.coordinator.state.topic.replication.factor': 1,
  'share.coordinator.state.topic.min.isr': 1,

  // Few internal partitions: each costs files and start-up time.
  'num.partitions': 1,
  'offsets.topic.num.partitions': 5,
  'transaction.state.log.num.partitions': 5,
  'share.coordinator.state.topic.num.partitions': 1,

  'auto.create.topics.enable': false,
  // Records of 1,000,000 bytes and what headers and framing add.
  'message.max.bytes': 2_097_152,

  // A member that was killed is missed after 6 s, under both group protocols.
  'group.initial.rebalance.delay.ms': 0,
  'group.min.session.timeout.ms': 6000,
  'group.consumer.min.session.timeout.ms': 6000,
  'group.consumer.session.timeout.ms': 6000,
  'group.consumer.min.heartbeat.interval.ms': 1000,
  'group.consumer.heartbeat.interval.ms': 1500,
  // A transaction that its producer left open ends within a second of its time-out (default: 10 s).
  'transaction.abort.timed.out.transaction.cleanup.interval.ms': 1000,

  // A killed broker that comes back is refused until the session of its former life is over (default: 9 s).
  'broker.heartbeat.interval.ms': 500,
  'broker.session.timeout.ms': 3000,

  // Small: a heap of 512 MB, two cores that others use too, and sparse files of a few MB per partition.
  'num.network.threads': 2,
  'num.io.threads': 4,
  'background.threads': 2,
  'log.cleaner.dedupe.buffer.size': 16_777_216,
  'log.segment.bytes': 134_217_728,
  'log.index.size.max.bytes': 1_048_576,
});

/**
 * A second listener with SASL/PLAIN, and ACLs for whoever comes by it. Who comes by the first one may do everything.
 * @param {{ port: number, controllerPort: number, securedPort: number, users: Readonly<Record<string, string>> }} of
 * @returns {Record<string, string | number | boolean>}
 */
export const securedSettings = ({ port, controllerPort, securedPort, users }) => ({
  listeners: `PLAINTEXT://127.0.0.1:${port},SECURED://127.0.0.1:${securedPort},CONTROLLER://127.0.0.1:${controllerPort}`,
  'advertised.listeners': `PLAINTEXT://127.0.0.1:${port},SECURED://127.0.0.1:${securedPort}`,
  'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,SECURED:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT',
  'listener.name.secured.sasl.enabled.mechanisms': 'PLAIN',
  'listener.name.secured.plain.sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required ${Object.entries(
    users,
  )
    .map(([name, password]) => `user_${name}="${password}"`)
    .join(' ')};`,
  'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'super.users': 'User:ANONYMOUS',
});

/**
 * The same node as a controller only, which soon notices that the broker is gone.
 * @param {{ controllerPort: number, logDir: string }} at
 * @returns {Record<string, string | number | boolean>}
 */
export const controllerAlone = ({ controllerPort, logDir }) => ({
  'process.roles': 'controller',
  'node.id': 1,
  'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
  listeners: `CONTROLLER://127.0.0.1:${controllerPort}`,
  'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT',
  'controller.listener.names': 'CONTROLLER',
  'log.dirs': logDir,
  'broker.heartbeat.interval.ms': 100,
  'broker.session.timeout.ms': 500,
});

/** @param {Record<string, string | number | boolean>} settings */
export const asProperties = (settings) =>
  Object.entries(settings)
    .map(([name, value]) => `${name}=${String(value)}\n`)
    .join('');

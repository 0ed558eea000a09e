import { expect } from 'chai';
import {
  acknowledgedProducerSettings,
  adminClientSettings,
  clusterHandleSettings,
  logConsumerSettings,
  sourceConsumerSettings,
  transactionalProducerSettings,
  type KafkaClientOptions,
} from '../../../src/kafka/settings.js';
import { HEADER_BUDGET_BYTES } from '../../../src/record/record-size.js';

const options: KafkaClientOptions = {
  bootstrapServers: 'one:9092,two:9092',
  clientId: 'audit',
  groupId: 'users',
  groupProtocol: 'classic',
  transactionalId: 'audit-1',
  sessionTimeoutMs: 45_000,
  maxPollIntervalMs: 300_000,
  transactionTimeoutMs: 15_000,
  maxMessageBytes: 1_000_000,
  startTimeoutMs: 60_000,
  statisticsIntervalMs: 5_000,
};

describe('librdkafka settings', () => {
  it('no consumer chooses or commits a position by itself', () => {
    for (const settings of [sourceConsumerSettings, logConsumerSettings, clusterHandleSettings]) {
      const { global, topic } = settings(options);
      expect(topic).to.include({ 'auto.offset.reset': 'error' });
      expect(global).to.include({ 'enable.auto.commit': false });
    }
  });

  it('only the member of the group, which is always polled, has statistics among the consumers', () => {
    const intervals = [sourceConsumerSettings, logConsumerSettings, clusterHandleSettings].map(
      (settings) => settings(options).global['statistics.interval.ms'],
    );
    expect(intervals).to.deep.equal([options.statisticsIntervalMs, undefined, undefined]);
  });

  it('only the handle for watermarks reads uncommitted', () => {
    expect(sourceConsumerSettings(options).global['isolation.level']).to.equal('read_committed');
    expect(logConsumerSettings(options).global['isolation.level']).to.equal('read_committed');
    expect(clusterHandleSettings(options).global['isolation.level']).to.equal('read_uncommitted');
  });

  it('the classic protocol is cooperative unless sources are co-partitioned', () => {
    const strategy = 'partition.assignment.strategy';
    expect(sourceConsumerSettings(options).global[strategy]).to.equal('cooperative-sticky');
    expect(sourceConsumerSettings({ ...options, eagerRange: true }).global[strategy]).to.equal('range');
  });

  it('the consumer protocol is given nothing that it forbids', () => {
    const { global } = sourceConsumerSettings({ ...options, groupProtocol: 'consumer', eagerRange: true });
    expect(global).to.include({ 'group.protocol': 'consumer', 'group.remote.assignor': 'range' });
    expect(global).to.not.have.any.keys(
      'session.timeout.ms',
      'heartbeat.interval.ms',
      'partition.assignment.strategy',
    );
  });

  it('the poll interval is never below the session time-out, the heartbeat at most a third of it', () => {
    const { global } = sourceConsumerSettings({
      ...options,
      sessionTimeoutMs: 6_000,
      maxPollIntervalMs: 1_000,
    });
    expect(global).to.include({ 'max.poll.interval.ms': 6_000, 'heartbeat.interval.ms': 2_000 });
  });

  it('only the member of the group has the instance id', () => {
    const withId = { ...options, instanceId: 'pod-0' };
    expect(sourceConsumerSettings(withId).global).to.include({ 'group.instance.id': 'pod-0' });
    expect(logConsumerSettings(withId).global).to.not.have.property('group.instance.id');
    expect(clusterHandleSettings(withId).global).to.not.have.property('group.instance.id');
    expect(sourceConsumerSettings(options).global).to.not.have.property('group.instance.id');
  });

  it('both producers are idempotent, partition as Java does and leave room for headers', () => {
    for (const settings of [transactionalProducerSettings, acknowledgedProducerSettings]) {
      const { global, topic } = settings(options);
      expect(topic).to.include({ partitioner: 'murmur2_random' });
      expect(global).to.include({
        'enable.idempotence': true,
        'message.max.bytes': 1_000_000 + HEADER_BUDGET_BYTES,
      });
    }
  });

  it('only the acknowledged producer pays for delivery reports', () => {
    expect(transactionalProducerSettings(options).global).to.not.have.any.keys('dr_cb', 'dr_msg_cb');
    expect(acknowledgedProducerSettings(options).global).to.include({ dr_cb: true });
  });

  it('only a publisher has bounded retries and a batch size: an engine’s producer never gives up', () => {
    const { global } = acknowledgedProducerSettings(options);
    expect(global).to.not.have.any.keys('message.send.max.retries', 'retries', 'batch.size');
    const publisher = { ...options, retries: 3, batchSizeBytes: 16_384 };
    expect(acknowledgedProducerSettings(publisher).global).to.include({
      'message.send.max.retries': 3,
      'batch.size': 16_384,
      'enable.idempotence': true,
    });
    expect(transactionalProducerSettings(publisher).global).to.not.have.any.keys(
      'message.send.max.retries',
      'batch.size',
    );
  });

  it('security goes to every client, and what is not set is not named', () => {
    const secured: KafkaClientOptions = {
      ...options,
      security: {
        protocol: 'sasl_ssl',
        mechanism: 'SCRAM-SHA-512',
        username: 'audit',
        password: 'secret',
        ca: '-----BEGIN CERTIFICATE-----',
      },
    };
    const globals = [
      sourceConsumerSettings(secured).global,
      logConsumerSettings(secured).global,
      clusterHandleSettings(secured).global,
      adminClientSettings(secured),
      transactionalProducerSettings(secured).global,
      acknowledgedProducerSettings(secured).global,
    ];
    for (const global of globals) {
      expect(global).to.include({
        'bootstrap.servers': 'one:9092,two:9092',
        'security.protocol': 'sasl_ssl',
        'sasl.mechanisms': 'SCRAM-SHA-512',
        'sasl.username': 'audit',
        'sasl.password': 'secret',
        'ssl.ca.pem': '-----BEGIN CERTIFICATE-----',
      });
      expect(global).to.not.have.any.keys('ssl.certificate.pem', 'ssl.key.pem');
    }
    expect(sourceConsumerSettings(options).global).to.not.have.property('security.protocol');
  });
});

/**
 * Ports that do what a test says. Each method is a function that a test may replace; one that a test did
 * not replace and that is called all the same fails the test.
 */
import type { ClusterAdmin } from '../../../src/ports/cluster.js';
import type { LogConsumer, SourceConsumer } from '../../../src/ports/consumer.js';
import type { AcknowledgedProducer, TransactionalProducer } from '../../../src/ports/producer.js';
import { PlainRecords } from '../../../src/record/record-list.js';

const unexpected = (what: string) => (): never => {
  throw new Error(`${what} was called, which this test does not expect`);
};

export const sourceConsumer = (given: Partial<SourceConsumer> = {}): SourceConsumer => ({
  connect: unexpected('connect'),
  subscribe: unexpected('subscribe'),
  poll: unexpected('poll'),
  pause: unexpected('pause'),
  resume: unexpected('resume'),
  seek: unexpected('seek'),
  committed: unexpected('committed'),
  commit: unexpected('commit'),
  close: unexpected('close'),
  ...given,
});

export const logConsumer = (given: Partial<LogConsumer> = {}): LogConsumer => ({
  connect: unexpected('connect'),
  assign: unexpected('assign'),
  poll: unexpected('poll'),
  pause: unexpected('pause'),
  resume: unexpected('resume'),
  close: unexpected('close'),
  ...given,
});

export const clusterAdmin = (given: Partial<ClusterAdmin> = {}): ClusterAdmin => ({
  connect: unexpected('connect'),
  partitionCounts: unexpected('partitionCounts'),
  watermarks: unexpected('watermarks'),
  createTopic: unexpected('createTopic'),
  createPartitions: unexpected('createPartitions'),
  close: unexpected('close'),
  ...given,
});

export const transactionalProducer = (given: Partial<TransactionalProducer> = {}): TransactionalProducer => ({
  connect: unexpected('connect'),
  initTransactions: unexpected('initTransactions'),
  begin: unexpected('begin'),
  produce: unexpected('produce'),
  buffer: () => new PlainRecords(),
  flush: unexpected('flush'),
  sendOffsets: unexpected('sendOffsets'),
  commit: unexpected('commit'),
  abort: unexpected('abort'),
  close: unexpected('close'),
  ...given,
});

export const acknowledgedProducer = (given: Partial<AcknowledgedProducer> = {}): AcknowledgedProducer => ({
  connect: unexpected('connect'),
  send: unexpected('send'),
  close: unexpected('close'),
  ...given,
});

import { expect } from 'chai';
import { AtLeastOnceCommitter } from '../../../src/commit/at-least-once.js';
import { ExactlyOnceCommitter } from '../../../src/commit/exactly-once.js';
import { guaranteeOf } from '../../../src/commit/guarantee.js';
import type { KafkaClients } from '../../../src/ports/kafka-clients.js';
import { VirtualClock } from '../../../src/testing/virtual-clock.js';
import {
  acknowledgedProducer,
  clusterAdmin,
  logConsumer,
  sourceConsumer,
  transactionalProducer,
} from '../support/ports.js';

const bench = (processingGuarantee: 'exactly_once_v2' | 'at_least_once') => {
  const made: string[] = [];
  const clients: KafkaClients = {
    sourceConsumer: () => sourceConsumer(),
    logConsumer: () => logConsumer(),
    clusterAdmin: () => clusterAdmin(),
    transactionalProducer: () => {
      made.push('transactional');
      return transactionalProducer({ initTransactions: async () => void made.push('initTransactions') });
    },
    acknowledgedProducer: () => {
      made.push('acknowledged');
      return acknowledgedProducer();
    },
  };
  const settings = { processingGuarantee, transactionTimeoutMs: 15_000 };
  const guarantee = guaranteeOf(settings, clients, sourceConsumer(), new VirtualClock());
  return { made, guarantee };
};

describe('guaranteeOf', () => {
  it('exactly_once_v2: one transactional producer, which fences its predecessor when it is initialised', async () => {
    const { made, guarantee } = bench('exactly_once_v2');
    expect(guarantee.committer).to.be.instanceOf(ExactlyOnceCommitter);
    expect(made).to.deep.equal(['transactional']);
    await guarantee.initialise();
    expect(made).to.deep.equal(['transactional', 'initTransactions']);
  });

  it('at_least_once: one acknowledged producer, with nobody to fence', async () => {
    const { made, guarantee } = bench('at_least_once');
    expect(guarantee.committer).to.be.instanceOf(AtLeastOnceCommitter);
    await guarantee.initialise();
    expect(made).to.deep.equal(['acknowledged']);
  });
});

import { expect } from 'chai';
import type { ClientEvent, ClientStatistics } from '../../../src/kafka/client-events.js';
import { SILENT } from '../../../src/ports/logger.js';
import { partition } from '../../../src/record/units.js';
import { ClusterView } from '../../../src/service/cluster-view.js';

const event = (kind: ClientEvent['kind'], client: ClientEvent['client'] = 'source'): ClientEvent => ({
  client,
  kind,
  code: -1,
  message: kind,
});

const statistics = (isLost: boolean, client: ClientStatistics['client'] = 'source'): ClientStatistics => ({
  client,
  brokers: [
    { name: 'one', up: true, isLost: false, rttMs: null },
    { name: 'other', up: !isLost, isLost, rttMs: null },
  ],
  partitions: [
    { topic: 't', partition: partition(0), lag: 3, readable: 10, end: 12, fetchState: 'active' },
    { topic: 't', partition: partition(1), lag: null, readable: null, end: null, fetchState: 'active' },
  ],
  isSteadyMember: true,
  instance: 'c#consumer-1',
  sentBytes: 0,
  receivedBytes: 0,
  queuedRecords: 0,
  queuedBytes: 0,
});

describe('the view of the cluster, for whoever watches that the engine goes on', () => {
  const connected = (): ClusterView => {
    const view = new ClusterView(SILENT);
    view.connected();
    return view;
  };

  it('has lost brokers before the first session, and none when it is open', () => {
    expect(new ClusterView(SILENT).steps(0).brokersLost).to.equal(true);
    expect(connected().steps(1).brokersLost).to.equal(false);
  });

  it('has lost brokers while any client misses one that it needs, until its next statistics', () => {
    for (const client of ['source', 'transactional', 'acknowledged'] as const) {
      const view = connected();
      view.see(statistics(true, client));
      expect(view.steps(1).brokersLost, client).to.equal(true);
      expect(view.brokersUp, 'one of them is enough for being ready').to.equal(true);
      view.see(statistics(false, client));
      expect(view.steps(1).brokersLost, client).to.equal(false);
      view.hear(event('broker-lost', client), 1);
      expect(view.steps(1).brokersLost, client).to.equal(true);
    }
  });

  it('has not lost brokers for ever because a client without statistics told of one: it never tells that it is back', () => {
    for (const client of ['log', 'admin'] as const) {
      const view = connected();
      view.see(statistics(false));
      view.hear(event('broker-lost', client), 1);
      view.hear(event('brokers-down', client), 1);
      view.see(statistics(false));
      expect(view.steps(1).brokersLost, client).to.equal(false);
    }
  });

  it('tells of a fatal client only while the session goes on in which it was', () => {
    const view = connected();
    view.hear(event('fatal', 'log'), 1);
    expect(view.steps(1).fatalClients).to.deep.equal(['log']);
    expect(view.steps(2).fatalClients).to.deep.equal([]);
  });

  it('knows what the member of the group has seen of its partitions', () => {
    const view = connected();
    view.see(statistics(false));
    view.see(statistics(false, 'log'));
    expect([...view.steps(1).seen]).to.deep.equal([
      ['t-0', { readable: 10, end: 12 }],
      ['t-1', { readable: null, end: null }],
    ]);
  });
});

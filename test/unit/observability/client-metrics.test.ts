import { expect } from 'chai';
import type { ClientFigures } from '../../../src/observability/client-metrics.js';
import { createMetrics } from '../../../src/observability/metrics.js';

const bench = () => {
  const time = { nowMs: 0 };
  const metrics = createMetrics({
    prefix: 'audit',
    processMetrics: false,
    build: { version: '1', client: '2', features: [] },
    clientEventKinds: ['brokers-down', 'fatal', 'other'],
    nowMs: () => time.nowMs,
  });
  const series = async (): Promise<readonly string[]> =>
    (await metrics.render()).split('\n').filter((line) => line.startsWith('audit_client_'));
  return { time, clients: metrics.clients, series };
};

const figures = (more: Partial<ClientFigures> = {}): ClientFigures => ({
  client: 'source',
  instance: 'c#consumer-1',
  brokers: [],
  queuedRecords: 0,
  queuedBytes: 0,
  sentBytes: 0,
  receivedBytes: 0,
  ...more,
});

describe('client metrics', () => {
  it('show brokers, the slowest round trip and the queues of each client', async () => {
    const { clients, series } = bench();
    const brokers = [
      { up: true, rttMs: 2 },
      { up: true, rttMs: 250 },
      { up: false, rttMs: null },
    ];
    clients.figures(figures({ brokers, queuedRecords: 3, queuedBytes: 70 }));
    clients.figures(figures({ client: 'log', brokers: [{ up: true, rttMs: null }] }));
    expect(await series()).to.include.members([
      'audit_client_brokers{client="source",state="up"} 2',
      'audit_client_brokers{client="source",state="down"} 1',
      'audit_client_broker_rtt_seconds{client="source"} 0.25',
      'audit_client_queued_records{client="source"} 3',
      'audit_client_queued_bytes{client="source"} 70',
      'audit_client_brokers{client="log",state="up"} 1',
    ]);
    expect((await series()).join('\n')).not.to.include('rtt_seconds{client="log"}');
  });

  it('count on when a new client begins at 0, and when the old one says its last word after it', async () => {
    const { clients, series } = bench();
    clients.figures(figures({ sentBytes: 100, receivedBytes: 10 }));
    clients.figures(figures({ sentBytes: 150, receivedBytes: 10 }));
    clients.figures(figures({ instance: 'c#consumer-2', sentBytes: 7, receivedBytes: 1 }));
    clients.figures(figures({ sentBytes: 152, receivedBytes: 11 }));
    expect(await series()).to.include.members([
      'audit_client_bytes_total{client="source",direction="sent"} 159',
      'audit_client_bytes_total{client="source",direction="received"} 12',
    ]);
  });

  it('show no state of a client that has long said nothing', async () => {
    const { clients, series, time } = bench();
    clients.figures(figures({ sentBytes: 5 }));
    time.nowMs = 60_001;
    const text = (await series()).join('\n');
    expect(text).to.include('audit_client_bytes_total{client="source",direction="sent"} 5');
    expect(text).not.to.include('audit_client_brokers{').and.not.to.include('audit_client_queued_records{');
  });

  it('count what clients report, by kinds that are known, and show 0 of what they have not', async () => {
    const { clients, series } = bench();
    clients.event('transactional', 'fatal');
    clients.event('transactional', 'fatal');
    clients.event('transactional', 'something new');
    expect(await series()).to.deep.equal([
      'audit_client_events_total{client="transactional",kind="brokers-down"} 0',
      'audit_client_events_total{client="transactional",kind="fatal"} 2',
      'audit_client_events_total{client="transactional",kind="other"} 1',
    ]);
  });
});

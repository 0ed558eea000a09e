import { expect } from 'chai';
import { errorEvent, meaningOfLog, parseStatistics } from '../../../src/kafka/client-events.js';

describe('events of the client library', () => {
  it('error events are classed by their text, because they have no code', () => {
    expect(errorEvent('source', 'all broker connections are down')).to.deep.equal({
      client: 'source',
      kind: 'brokers-down',
      code: -187,
      message: 'all broker connections are down',
    });
    expect(errorEvent('log', 'broker transport failure').kind).to.equal('broker-lost');
    expect(errorEvent('log', 'something else')).to.include({ kind: 'other', code: -1 });
  });

  it('the log tells when an assignment is lost, and when it no longer is', () => {
    const line = (message: string) => meaningOfLog({ severity: 7, fac: 'LOST', message });
    expect(
      line('[thrd:main]: Group "g": current assignment of 3 partition(s) lost: session timeout'),
    ).to.deep.equal({ kind: 'lost' });
    expect(
      line('[thrd:main]: Group "g": current assignment no longer considered lost: assign() called'),
    ).to.deep.equal({ kind: 'not-lost' });
  });

  it('the log tells which partition has stopped, and where', () => {
    const message =
      '[thrd:main]: user.events [2]: offset reset (at offset 5000 (leader epoch -1), broker 1) to offset INVALID (leader epoch -1): fetch failed: Broker: Offset out of range';
    expect(meaningOfLog({ severity: 7, fac: 'OFFSET', message })).to.deep.equal({
      kind: 'stopped',
      at: { topic: 'user.events', partition: 2, offset: 5000 },
      reason: 'fetch failed: Broker: Offset out of range',
    });
    const other =
      '[thrd:main]: user.events [2]: offset reset (at offset BEGINNING, broker 1) to cached BEGINNING';
    expect(meaningOfLog({ severity: 7, fac: 'OFFSET', message: other })).to.equal(null);
  });

  it('the log tells why a transaction failed', () => {
    const message =
      '[thrd:main]: Current transaction failed in state InTransaction: ProduceRequest for t [0] with 1 message(s) failed: Broker: Message size too large (broker 1 PID{Id:0,Epoch:0}, base seq 0): current transaction must be aborted (MSG_SIZE_TOO_LARGE)';
    expect(meaningOfLog({ severity: 3, fac: 'TXNERR', message })).to.include({
      kind: 'transaction-failed',
      code: 10,
      refusedRecord: true,
    });
  });

  it('a failed connection is told without its thread and its timing', () => {
    const message =
      '[thrd:one:9092/bootstrap]: one:9092/bootstrap: Connect to ipv4#10.0.0.1:9092 failed: Connection refused (after 0ms in state CONNECT)';
    expect(meaningOfLog({ severity: 3, fac: 'FAIL', message })).to.deep.equal({
      kind: 'connection',
      reason: 'one:9092/bootstrap: Connect to ipv4#10.0.0.1:9092 failed: Connection refused',
    });
  });

  it('lines that mean nothing to the adapters are nothing', () => {
    expect(meaningOfLog({ severity: 7, fac: 'HEARTBEAT', message: 'x' })).to.equal(null);
  });

  it('statistics hold brokers, and of a consumer the lag of what is assigned', () => {
    const partition = (id: number, desired: boolean, lag: number) => ({
      partition: id,
      desired,
      fetch_state: 'active',
      consumer_lag: -1,
      consumer_lag_stored: lag,
      fetchq_cnt: 2,
      fetchq_size: 30,
    });
    const raw = {
      name: 'c#consumer-1',
      type: 'consumer',
      tx_bytes: 11,
      rx_bytes: 22,
      brokers: {
        a: { name: 'one:9092/bootstrap', nodeid: -1, state: 'DOWN', source: 'configured' },
        b: { name: 'one:9092/1', nodeid: 1, state: 'UP', source: 'learned', rtt: { avg: 2500, cnt: 3 } },
        c: { name: 'GroupCoordinator', nodeid: 1, state: 'UP', source: 'logical' },
      },
      topics: {
        t: {
          topic: 't',
          partitions: {
            '0': partition(0, true, 7),
            '1': partition(1, true, -1),
            '2': partition(2, false, 3),
            '-1': partition(-1, false, -1),
          },
        },
      },
    };
    expect(parseStatistics('source', JSON.stringify(raw))).to.deep.equal({
      client: 'source',
      instance: 'c#consumer-1',
      brokers: [{ name: 'one:9092/1', up: true, isLost: false, rttMs: 2.5 }],
      partitions: [
        { topic: 't', partition: 0, lag: 7, readable: null, end: null, fetchState: 'active' },
        { topic: 't', partition: 1, lag: null, readable: null, end: null, fetchState: 'active' },
      ],
      isSteadyMember: false,
      queuedRecords: 8,
      queuedBytes: 120,
      sentBytes: 11,
      receivedBytes: 22,
    });
    const producer = { name: 'p', type: 'producer', msg_cnt: 3, msg_size: 100, topics: raw.topics };
    expect(parseStatistics('transactional', JSON.stringify(producer))).to.deep.equal({
      client: 'transactional',
      instance: 'p',
      brokers: [],
      partitions: [],
      isSteadyMember: false,
      queuedRecords: 3,
      queuedBytes: 100,
      sentBytes: 0,
      receivedBytes: 0,
    });
  });

  it('statistics tell what is left to be handed out: nothing, when the end was reached', () => {
    const partitionOf = (more: object) => ({
      partition: 0,
      desired: true,
      fetch_state: 'active',
      consumer_lag_stored: 1,
      ...more,
    });
    const told = (more: object) => {
      const raw = { type: 'consumer', topics: { t: { topic: 't', partitions: { 0: partitionOf(more) } } } };
      const [first] = parseStatistics('source', JSON.stringify(raw)).partitions;
      return { readable: first?.readable, end: first?.end };
    };
    const offsets = { hi_offset: 12, ls_offset: 10, eof_offset: 7, fetchq_cnt: 0 };
    expect(told(offsets)).to.deep.equal({ readable: 10, end: 12 });
    // The last one is the mark of a transaction: no record ever has its number.
    expect(told({ ...offsets, eof_offset: 10 })).to.deep.equal({ readable: null, end: 12 });
    expect(told({ ...offsets, eof_offset: 10, fetchq_cnt: 3 })).to.deep.equal({ readable: 10, end: 12 });
    const unknown = { hi_offset: -1001, ls_offset: -1001, eof_offset: -1001, fetchq_cnt: 0 };
    expect(told(unknown)).to.deep.equal({ readable: null, end: null });
  });

  it('statistics tell of a broker that is needed and not connected', () => {
    const broker = (state: string) => ({ name: state, nodeid: 1, state, source: 'learned' });
    const states = ['UP', 'INIT', 'TRY_CONNECT', 'CONNECT', 'DOWN', 'APIVERSION_QUERY'];
    const raw = { brokers: Object.fromEntries(states.map((state) => [state, broker(state)])) };
    const { brokers } = parseStatistics('transactional', JSON.stringify(raw));
    expect(brokers.filter(({ isLost }) => isLost).map(({ name }) => name)).to.deep.equal(states.slice(2));
  });
});

import { expect } from 'chai';
import fc from 'fast-check';
import { assess, healthBody, POLL_STALL_LIMIT_MS, STATES } from '../../../src/observability/health.js';
import type { HealthSnapshot } from '../../../src/observability/health.js';

const HEALTHY: HealthSnapshot = {
  state: 'RUNNING',
  lastPollAgeMs: 5,
  joined: true,
  restoringTasks: 0,
  brokersUp: true,
  producerUsable: true,
  fatal: null,
  startedUp: true,
};

const verdicts = (change: Partial<HealthSnapshot>): { live: boolean; ready: boolean; started: boolean } => {
  const { live, ready, started } = assess({ ...HEALTHY, ...change });
  return { live: live.ok, ready: ready.ok, started: started.ok };
};

const anySnapshot = fc.record<HealthSnapshot>({
  state: fc.constantFrom(...STATES),
  lastPollAgeMs: fc.option(fc.nat(10 * POLL_STALL_LIMIT_MS)),
  joined: fc.boolean(),
  restoringTasks: fc.nat(5),
  brokersUp: fc.boolean(),
  producerUsable: fc.boolean(),
  fatal: fc.option(fc.constant('fenced')),
  startedUp: fc.boolean(),
});

describe('health (P6)', () => {
  it('is live, ready and started when all is well', () => {
    expect(verdicts({})).to.deep.equal({ live: true, ready: true, started: true });
    expect(assess(HEALTHY).ready.reasons).to.deep.equal([]);
  });

  it('stays live and becomes not ready when the brokers are lost', () => {
    expect(verdicts({ brokersUp: false })).to.deep.equal({ live: true, ready: false, started: true });
    expect(assess({ ...HEALTHY, brokersUp: false }).ready.reasons).to.deep.equal(['no broker is connected']);
  });

  it('never depends on the brokers, the group or the producer for being live', () => {
    fc.assert(
      fc.property(
        anySnapshot,
        (snapshot) =>
          assess(snapshot).live.ok ===
          assess({ ...snapshot, brokersUp: true, joined: true, producerUsable: true, restoringTasks: 0 }).live
            .ok,
      ),
    );
  });

  it('is never ready with a state that does not serve', () => {
    fc.assert(
      fc.property(
        anySnapshot,
        (snapshot) => !assess(snapshot).ready.ok || ['RUNNING', 'REBALANCING'].includes(snapshot.state),
      ),
    );
  });

  it('has a reason for every no and none for a yes', () => {
    fc.assert(
      fc.property(anySnapshot, (snapshot) => {
        const { live, ready, started } = assess(snapshot);
        return [live, ready, started].every(({ ok, reasons }) => ok === (reasons.length === 0));
      }),
    );
  });

  it('is not live when the poll loop has stopped turning', () => {
    expect(verdicts({ lastPollAgeMs: POLL_STALL_LIMIT_MS }).live).to.equal(true);
    expect(verdicts({ lastPollAgeMs: POLL_STALL_LIMIT_MS + 1 }).live).to.equal(false);
    expect(assess({ ...HEALTHY, lastPollAgeMs: 90_000 }).live.reasons).to.deep.equal([
      'the poll loop has not turned for 90 s',
    ]);
  });

  it('is live while the poll loop does not run, which is so before the start and while stopping', () => {
    expect(
      verdicts({ state: 'CREATED', lastPollAgeMs: null, joined: false, startedUp: false }),
    ).to.deep.equal({
      live: true,
      ready: false,
      started: false,
    });
    expect(verdicts({ state: 'PENDING_SHUTDOWN', lastPollAgeMs: null })).to.include({
      live: true,
      ready: false,
    });
  });

  it('is not live after a fatal error', () => {
    expect(verdicts({ fatal: 'fenced three times' })).to.include({ live: false, ready: false });
    expect(verdicts({ state: 'ERROR' })).to.include({ live: false, ready: false });
  });

  it('is ready during a later rebalance, but not while tasks are being restored', () => {
    expect(verdicts({ state: 'REBALANCING' }).ready).to.equal(true);
    expect(verdicts({ state: 'REBALANCING', joined: false }).ready).to.equal(false);
    expect(verdicts({ restoringTasks: 1 }).ready).to.equal(false);
  });

  it('is not ready without a usable producer', () => {
    expect(verdicts({ producerUsable: false })).to.include({ live: true, ready: false });
  });

  it('is told as application/health+json', () => {
    const body: unknown = JSON.parse(
      healthBody(assess({ ...HEALTHY, brokersUp: false, joined: false }).ready),
    );
    expect(body).to.deep.include({
      status: 'fail',
      output: 'has not joined the group; no broker is connected',
    });
    expect(body).to.have.nested.property('checks.kafka:brokers[0].status', 'fail');
    expect(body).to.have.nested.property('checks.tasks:restored[0].status', 'pass');
  });
});

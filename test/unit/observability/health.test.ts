import { expect } from 'chai';
import fc from 'fast-check';
import {
  assess,
  CHECK_NAMES,
  healthBody,
  POLL_STALL_LIMIT_MS,
  STATES,
} from '../../../src/observability/health.js';
import type { Health, HealthSnapshot } from '../../../src/observability/health.js';
import type { Stall } from '../../../src/observability/progress-watch.js';
import { HEALTHY } from '../../support/healthy.js';

const verdicts = (change: Partial<HealthSnapshot>): { live: boolean; ready: boolean; started: boolean } => {
  const { live, ready, started } = assess({ ...HEALTHY, ...change });
  return { live: live.ok, ready: ready.ok, started: started.ok };
};

const anyStall = fc.record<Stall>({
  kind: fc.constantFrom('partition', 'session', 'client'),
  task: fc.option(fc.constant('0_1')),
  what: fc.constant('it stands'),
  forMs: fc.nat(),
});

const anySnapshot = fc.record<HealthSnapshot>({
  state: fc.constantFrom(...STATES),
  lastPollAgeMs: fc.option(fc.nat(10 * POLL_STALL_LIMIT_MS)),
  joined: fc.boolean(),
  restoringTasks: fc.nat(5),
  brokersUp: fc.boolean(),
  producerUsable: fc.boolean(),
  fatal: fc.option(fc.constant('fenced')),
  stalls: fc.array(anyStall, { maxLength: 8 }),
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

  it('is not live, and says which task, when a partition stands; ready is another matter', () => {
    const stall: Stall = { kind: 'partition', task: '0_1', what: 'it is not committed', forMs: 130_400 };
    const { live, ready } = assess({ ...HEALTHY, stalls: [stall] });
    expect(live.reasons).to.deep.equal(['task 0_1 stands: it is not committed (for 130 s)']);
    expect(ready.ok).to.equal(true);
  });

  it('names some of very many that stand, and how many more there are', () => {
    const stalls = Array.from({ length: 100 }, (_, i): Stall => {
      return { kind: 'partition', task: `0_${i}`, what: 'it stands', forMs: 1 };
    });
    const [reason] = assess({ ...HEALTHY, stalls }).live.reasons;
    expect(reason).to.include('task 0_4 ').and.to.include('and 95 more').and.to.not.include('task 0_5 ');
  });

  it('is not live without a session, and while a client with a fatal error goes on', () => {
    const stall: Stall = { kind: 'session', task: null, what: 'no session', forMs: 130_000 };
    expect(assess({ ...HEALTHY, stalls: [stall] }).live.reasons).to.deep.equal(['no session (for 130 s)']);
    const client: Stall = { kind: 'client', task: null, what: 'the client "log" is dead', forMs: 130_000 };
    expect(verdicts({ stalls: [client] })).to.include({ live: false, ready: true });
  });

  it('has the checks that it says, whatever the snapshot', () => {
    fc.assert(
      fc.property(anySnapshot, (snapshot) => {
        const health = assess(snapshot);
        for (const probe of ['live', 'ready', 'started'] as const satisfies readonly (keyof Health)[])
          expect(health[probe].checks.map(({ name }) => name)).to.deep.equal(CHECK_NAMES[probe]);
      }),
    );
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

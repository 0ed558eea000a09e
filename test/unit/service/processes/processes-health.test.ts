import { expect } from 'chai';
import { assess, type HealthSnapshot } from '../../../../src/observability/health.js';
import {
  combinedHealth,
  combinedState,
  FIRST_WORD_LIMIT_MS,
  SILENCE_LIMIT_MS,
  type ProcessView,
} from '../../../../src/service/processes/processes-health.js';
import { HEALTHY } from '../../../support/healthy.js';

const report = (more: Partial<HealthSnapshot> = {}) => {
  const snapshot = { ...HEALTHY, ...more };
  return { state: snapshot.state, health: assess(snapshot) };
};

const view = (process: number, more: Partial<ProcessView> = {}): ProcessView => ({
  process,
  pid: 100 + process,
  phase: 'running',
  silentMs: 0,
  report: report(),
  hasStarted: true,
  lastEnd: null,
  startsInMs: null,
  ...more,
});

const WAITING = view(2, {
  phase: 'waiting',
  pid: null,
  report: null,
  lastEnd: { code: 1, signal: null },
  startsInMs: 4_000,
});

describe('health of several processes', () => {
  it('is live, ready and started when all are', () => {
    const { live, ready, started } = combinedHealth([view(1), view(2)], false);
    expect([live.ok, ready.ok, started.ok]).to.deep.equal([true, true, true]);
    expect(new Set(ready.checks.map(({ name }) => name)).size, 'each check has its own name').to.equal(
      ready.checks.length,
    );
  });

  it('is not live while one has not been heard of for longer than its limit, and names it', () => {
    const hangs = view(2, { silentMs: SILENCE_LIMIT_MS + 1 });
    const { live, ready } = combinedHealth([view(1), hangs], false);
    expect(live.reasons).to.deep.equal([
      'process 2: has not been heard of for 10 s: its event loop does not turn',
    ]);
    expect(ready.ok).to.equal(false);
    expect(combinedHealth([view(1), view(2, { silentMs: SILENCE_LIMIT_MS })], false).live.ok).to.equal(true);
  });

  it('gives one that was just forked longer, for it has to be loaded', () => {
    const young = (silentMs: number) => view(2, { phase: 'starting', report: null, silentMs });
    expect(combinedHealth([young(SILENCE_LIMIT_MS + 1)], false).live.ok).to.equal(true);
    expect(combinedHealth([young(FIRST_WORD_LIMIT_MS + 1)], false).live.ok).to.equal(false);
    expect(combinedHealth([young(10)], false).ready.reasons).to.deep.equal(['process 2: is being started']);
  });

  it('is not live when one is not by its own word', () => {
    const stalled = view(1, { report: report({ lastPollAgeMs: 90_000 }) });
    expect(combinedHealth([stalled, view(2)], false).live.reasons).to.deep.equal([
      'process 1: the poll loop has not turned for 90 s',
    ]);
  });

  it('is live but not ready while one waits to be started again, and says what became of it', () => {
    const { live, ready } = combinedHealth([view(1), WAITING], false);
    expect(live.ok).to.equal(true);
    expect(ready.reasons).to.deep.equal(['process 2: ended with exit code 1 and is started again in 4 s']);
  });

  it('is ready when all are ready, not when one is', () => {
    const restoring = view(2, { report: report({ restoringTasks: 1 }) });
    expect(combinedHealth([view(1), restoring], false).ready.reasons).to.deep.equal([
      'process 2: 1 task is being restored',
    ]);
  });

  it('is not ready from the first moment of a stop on, whatever the processes say', () => {
    const { live, ready } = combinedHealth([view(1), view(2)], true);
    expect(ready.reasons).to.deep.equal(['all processes are being stopped']);
    expect(live.ok).to.equal(true);
  });

  it('has started once each has, and stays so when one is started again', () => {
    expect(combinedHealth([view(1), WAITING], false).started.ok).to.equal(true);
    expect(combinedHealth([view(1), { ...WAITING, hasStarted: false }], false).started.ok).to.equal(false);
  });
});

describe('the state of several processes', () => {
  const inState = (process: number, state: HealthSnapshot['state']) =>
    view(process, { report: report({ state }) });

  it('is RUNNING when all are, and REBALANCING while one is anything else', () => {
    expect(combinedState([inState(1, 'RUNNING'), inState(2, 'RUNNING')], false)).to.equal('RUNNING');
    expect(combinedState([inState(1, 'RUNNING'), inState(2, 'REBALANCING')], false)).to.equal('REBALANCING');
    expect(combinedState([inState(1, 'RUNNING'), WAITING], false)).to.equal('REBALANCING');
    expect(combinedState([WAITING], false)).to.equal('REBALANCING');
  });

  it('is CREATED before any has said anything, and PENDING_SHUTDOWN in a stop', () => {
    const mute = view(1, { phase: 'starting', report: null });
    expect(combinedState([mute], false)).to.equal('CREATED');
    expect(combinedState([inState(1, 'RUNNING')], true)).to.equal('PENDING_SHUTDOWN');
  });
});

import { expect } from 'chai';
import fc from 'fast-check';
import {
  FIRST_BACK_OFF_MS,
  lives,
  LONGEST_BACK_OFF_MS,
  START_LIMIT,
  supervise,
  unstarted,
  WELL_AFTER_MS,
  type End,
  type Supervision,
  type SupervisionEffect,
  type SupervisionEvent,
} from '../../../../src/service/processes/supervision.js';

const CRASH: End = { code: null, signal: 'SIGSEGV' };
const exit = (code: number): End => ({ code, signal: null });

/** All effects of the events, in order, and the last state. */
const play = (
  events: readonly SupervisionEvent[],
  from: Supervision = unstarted(2),
): { state: Supervision; effects: readonly SupervisionEffect[] } => {
  let state = from;
  const effects: SupervisionEffect[] = [];
  for (const event of events) {
    const next = supervise(state, event);
    state = next.state;
    effects.push(...next.effects);
  }
  return { state, effects };
};

const begin = { kind: 'begin' } as const;
const stop = { kind: 'stop' } as const;
const ready = (process: number, atMs = 0) => ({ kind: 'ready', process, atMs }) as const;
const ended = (process: number, end: End, atMs = 0) => ({ kind: 'ended', process, end, atMs }) as const;
const due = (process: number) => ({ kind: 'due', process }) as const;

const BOTH_RUN = play([begin, ready(1), ready(2)]).state;

describe('supervision of stream processes', () => {
  it('begins with all of them at once, and forks none a second time', () => {
    const { effects } = play([begin, begin]);
    expect(effects).to.deep.equal([
      { kind: 'fork', process: 1 },
      { kind: 'fork', process: 2 },
    ]);
  });

  it('starts one that died again after a back-off, counts it, and leaves the others alone', () => {
    const died = play([ended(2, CRASH, 5_000)], BOTH_RUN);
    expect(died.effects).to.deep.equal([{ kind: 'wake', process: 2, afterMs: FIRST_BACK_OFF_MS }]);
    expect(died.state.children[0]?.phase.kind).to.equal('running');
    const again = play([due(2)], died.state);
    expect(again.effects).to.deep.equal([{ kind: 'fork', process: 2 }]);
    expect(again.state.restarts).to.equal(1);
  });

  it('doubles the back-off up to its bound, and begins anew with one that was well for a minute', () => {
    let state = BOTH_RUN;
    const waits: number[] = [];
    const die = (afterMs: number): void => {
      const { state: next, effects } = play([ready(1, 0), ended(1, exit(1), afterMs), due(1)], state);
      state = next;
      waits.push(...effects.flatMap((effect) => (effect.kind === 'wake' ? [effect.afterMs] : [])));
    };
    for (let i = 0; i < 7; i += 1) die(10);
    die(WELL_AFTER_MS);
    expect(waits).to.deep.equal([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 1_000]);
  });

  for (const code of [2, 3]) {
    it(`a first start that ends with ${code} ends all of them with ${code}, as one process does`, () => {
      const first = play([begin, ready(2), ended(1, exit(code))]);
      expect(first.effects.slice(2)).to.deep.equal([{ kind: 'drain', process: 2 }]);
      expect(play([ended(2, exit(0))], first.state).effects).to.deep.equal([{ kind: 'exit', code }]);
    });
  }

  it('gives up with 1 when one was started so many times in a row and never got ready', () => {
    let { state } = play([begin, ready(2)]);
    for (let i = 1; i < START_LIMIT; i += 1) state = play([ended(1, exit(1)), due(1)], state).state;
    expect(state.stopping).to.equal(null);
    const last = play([ended(1, CRASH)], state);
    expect(last.state.stopping?.why).to.contain('never got ready').and.to.contain('SIGSEGV');
    expect(play([ended(2, exit(0))], last.state).effects).to.deep.equal([{ kind: 'exit', code: 1 }]);
  });

  it('waits for brokers that are away for as long as it takes: 3 of one that was ready before never counts', () => {
    let state = BOTH_RUN;
    for (let i = 0; i < 5 * START_LIMIT; i += 1) state = play([ended(1, exit(3)), due(1)], state).state;
    expect(state.stopping).to.equal(null);
    expect(state.children[0]?.phase.kind).to.equal('starting');
  });

  it('one that ends with 0 unasked is started again too', () => {
    expect(play([ended(1, exit(0))], BOTH_RUN).effects[0]?.kind).to.equal('wake');
  });

  it('a stop drains all at once and ends with 0 when all have ended with 0', () => {
    const { effects } = play([stop, ended(2, exit(0)), stop, ended(1, exit(0))], BOTH_RUN);
    expect(effects).to.deep.equal([
      { kind: 'drain', process: 1 },
      { kind: 'drain', process: 2 },
      { kind: 'exit', code: 0 },
    ]);
  });

  it('a stop while one waits for its back-off forgets that one, also when its time comes', () => {
    const { effects, state } = play([ended(1, CRASH), stop, due(1), ended(2, exit(0))], BOTH_RUN);
    expect(effects.map(({ kind }) => kind)).to.deep.equal(['wake', 'drain', 'exit']);
    expect(state.restarts).to.equal(0);
  });

  it('ends with 1 when one dies while it drains; one that was not ready yet had nothing to drain', () => {
    const died = play([stop, ended(1, CRASH), ended(2, exit(0))], BOTH_RUN);
    expect(died.effects.at(-1)).to.deep.equal({ kind: 'exit', code: 1 });
    const early = play([begin, stop, ended(1, CRASH), ended(2, exit(0))]);
    expect(early.effects.at(-1)).to.deep.equal({ kind: 'exit', code: 0 });
  });

  it('kills those that have not drained in time, and ends with 1', () => {
    const { effects } = play(
      [stop, ended(1, exit(0)), { kind: 'late' }, ended(2, { code: null, signal: 'SIGKILL' })],
      BOTH_RUN,
    );
    expect(effects.slice(2)).to.deep.equal([
      { kind: 'kill', process: 2 },
      { kind: 'exit', code: 1 },
    ]);
  });

  it('a stop before the beginning ends it', () => {
    expect(play([stop, begin]).effects).to.deep.equal([{ kind: 'exit', code: 0 }]);
  });

  /** The world as the effects make it, and an arbitrary one of the events that it can bring forth. */
  const wild = fc.array(
    fc.record({
      what: fc.constantFrom('ready', 'ended', 'due', 'stop', 'late', 'passes', 'stale'),
      process: fc.integer({ min: 1, max: 3 }),
      code: fc.constantFrom(0, 1, 2, 3, null),
      ms: fc.integer({ min: 0, max: 120_000 }),
    }),
    { maxLength: 120 },
  );

  const explore = (steps: readonly { what: string; process: number; code: number | null; ms: number }[]) => {
    let state = unstarted(3);
    let nowMs = 0;
    const living = new Set<number>();
    const timers = new Map<number, number>();
    const exits: number[] = [];
    const happen = (event: SupervisionEvent): void => {
      const wasStopping = state.stopping !== null;
      const next = supervise(state, event);
      state = next.state;
      for (const effect of next.effects) {
        switch (effect.kind) {
          case 'fork':
            expect(living.has(effect.process), 'two living children of one number').to.equal(false);
            expect(wasStopping, 'forked while stopping').to.equal(false);
            expect(exits, 'forked after the end').to.have.length(0);
            living.add(effect.process);
            break;
          case 'wake':
            expect(effect.afterMs).to.be.within(FIRST_BACK_OFF_MS, LONGEST_BACK_OFF_MS);
            timers.set(effect.process, nowMs + effect.afterMs);
            break;
          case 'drain':
          case 'kill':
            expect(living.has(effect.process), `${effect.kind} of a dead one`).to.equal(true);
            break;
          case 'exit':
            expect(living.size, 'ended while children live').to.equal(0);
            exits.push(effect.code);
        }
      }
      expect(state.children.flatMap((child, i) => (lives(child) ? [i + 1] : []))).to.deep.equal(
        [...living].sort(),
      );
    };
    const end = (process: number, code: number | null): void => {
      if (!living.delete(process)) return;
      happen(ended(process, { code, signal: code === null ? 'SIGKILL' : null }, nowMs));
    };
    happen(begin);
    for (const { what, process, code, ms } of steps) {
      if (what === 'passes') nowMs += ms;
      else if (what === 'ready' && living.has(process)) happen(ready(process, nowMs));
      else if (what === 'ended') end(process, code);
      else if (what === 'due' && timers.has(process)) {
        nowMs = Math.max(nowMs, timers.get(process) ?? 0);
        timers.delete(process);
        happen(due(process));
      } else if (what === 'stop' || what === 'late') happen({ kind: what });
      // Events that come too late, or twice.
      else if (what === 'stale' && !living.has(process)) happen(ended(process, exit(1), nowMs));
    }
    happen(stop);
    for (const process of [...living]) end(process, 0);
    return { exits, state };
  };

  it('never has two living children of one number, never forks after a stop, and a stop always ends it once', () => {
    fc.assert(
      fc.property(wild, (steps) => {
        const { exits, state } = explore(steps);
        expect(exits).to.have.length(1);
        expect(state.children.every(({ phase }) => phase.kind === 'stopped')).to.equal(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('a process that is not stopping is always alive or waits for a time that is set', () => {
    fc.assert(
      fc.property(wild, (steps) => {
        const calm = steps.filter(({ what }) => what !== 'stop' && what !== 'late');
        let state = unstarted(3);
        const timers = new Set<number>();
        const happen = (event: SupervisionEvent): void => {
          const next = supervise(state, event);
          state = next.state;
          for (const effect of next.effects) if (effect.kind === 'wake') timers.add(effect.process);
        };
        happen(begin);
        for (const { what, process, code, ms } of calm) {
          if (state.stopping !== null) return;
          if (what === 'ready') happen(ready(process, ms));
          if (what === 'ended') happen(ended(process, { code, signal: null }, ms));
          if (what === 'due' && timers.delete(process)) happen(due(process));
        }
        if (state.stopping !== null) return;
        state.children.forEach((child, i) =>
          expect(lives(child) || (child.phase.kind === 'waiting' && timers.has(i + 1))).to.equal(true),
        );
      }),
      { numRuns: 1_000 },
    );
  });
});

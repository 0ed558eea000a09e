import { expect } from 'chai';
import fc from 'fast-check';
import type { ClusterSteps } from '../../../src/observability/progress-watch.js';
import { LONGEST_STEP_MS, ProgressWatch } from '../../../src/observability/progress-watch.js';
import type { EngineSteps, IntakeSteps, TaskSteps } from '../../../src/ports/progress.js';

const LIMIT_MS = 20_000;
const TOPIC = 'user.events';

const LINES = ['intake', 'queue', 'heads', 'commit'] as const;
type Line = (typeof LINES)[number];

const intakeOf = (partition: number, more: Partial<IntakeSteps> = {}): IntakeSteps => ({
  topic: TOPIC,
  partition,
  position: 10,
  logEnd: undefined,
  paused: [],
  ...more,
});

/** It has nothing to do. */
const idle = (number: number, more: Partial<TaskSteps> = {}): TaskSteps => ({
  task: `0_${number}`,
  phase: 'running',
  intake: [intakeOf(number)],
  queue: null,
  heads: null,
  commit: null,
  ...more,
});

/** It has something to do in one line only, and is at the step `at` of it. */
const busy = (number: number, line: Line, at: number): TaskSteps =>
  line === 'intake'
    ? idle(number, { intake: [intakeOf(number, { position: at })] })
    : idle(number, { intake: [], [line]: `${at}` });

const engine = (tasks: readonly TaskSteps[], more: Partial<EngineSteps> = {}): EngineSteps => ({
  session: 1,
  phase: 'open',
  joined: true,
  msSincePoll: 1,
  restoring: 0,
  isBreakerOpen: false,
  aborted: 0,
  tasks,
  ...more,
});

const QUIET: ClusterSteps = { brokersLost: false, fatalClients: [], seen: new Map() };
const seenUpTo = (readable: number, end = readable): ClusterSteps['seen'] =>
  new Map([0, 1, 2].map((partition) => [`${TOPIC}-${partition}`, { readable, end }]));

/** Looks every second for `forMs`; `steps` of the number of the look. Whoever stands at the end. */
const watched = (
  forMs: number,
  steps: (look: number) => EngineSteps,
  cluster: ClusterSteps = QUIET,
): readonly string[] => {
  const watch = new ProgressWatch(LIMIT_MS);
  for (let look = 0; look * 1000 <= forMs; look++) watch.look(look * 1000, steps(look), cluster);
  return watch.stalls.map(({ task, what }) => task ?? what);
};

const FULL: ClusterSteps = { ...QUIET, seen: seenUpTo(1000) };
const LONG_MS = 10 * LIMIT_MS;

describe('the progress watch (P6)', () => {
  for (const line of LINES) {
    describe(`of what has something to do in its ${line}`, () => {
      it('says that it stands after the limit, and not before', () => {
        expect(watched(LIMIT_MS, () => engine([busy(0, line, 1)]), FULL)).to.deep.equal([]);
        expect(watched(LIMIT_MS + 1000, () => engine([busy(0, line, 1)]), FULL)).to.deep.equal(['0_0']);
      });

      it('names the one that stands while another moves', () => {
        const steps = (look: number) => engine([busy(0, line, look), busy(1, line, 1)]);
        expect(watched(LONG_MS, steps, FULL)).to.deep.equal(['0_1']);
      });

      it('says nothing when it moves now and then', () => {
        const steps = (look: number) => engine([busy(0, line, Math.floor(look / 19))]);
        expect(watched(LONG_MS, steps, FULL)).to.deep.equal([]);
      });

      it('says nothing while brokers are lost, and begins anew when they are back', () => {
        const steps = () => engine([busy(0, line, 1)]);
        expect(watched(LONG_MS, steps, { ...FULL, brokersLost: true })).to.deep.equal([]);
        const watch = new ProgressWatch(LIMIT_MS);
        for (let ms = 0; ms <= LONG_MS; ms += 1000)
          watch.look(ms, steps(), { ...FULL, brokersLost: ms > 1000 && ms < LONG_MS - LIMIT_MS });
        expect(watch.stalls).to.deep.equal([]);
      });

      it('says nothing while it restores or is refused, before the start, and while stopping', () => {
        const waiting = () => engine([{ ...busy(0, line, 1), phase: 'waiting' }]);
        expect(watched(LONG_MS, waiting, FULL)).to.deep.equal([]);
        for (const phase of ['starting', 'stopping'] as const)
          expect(watched(LONG_MS, () => engine([busy(0, line, 1)], { phase }), FULL)).to.deep.equal([]);
      });

      it('begins anew with another session', () => {
        const steps = (look: number) => engine([busy(0, line, 1)], { session: Math.floor(look / 19) });
        expect(watched(LONG_MS, steps, FULL)).to.deep.equal([]);
      });
    });
  }

  it('lets records and heads wait for the breaker, but no commit', () => {
    const waiting = () => engine([busy(0, 'queue', 1), busy(1, 'heads', 1)], { isBreakerOpen: true });
    expect(watched(LONG_MS, waiting)).to.deep.equal([]);
    expect(watched(LONG_MS, () => engine([busy(2, 'commit', 1)], { isBreakerOpen: true }))).to.deep.equal([
      '0_2',
    ]);
  });

  it('takes a commit that is aborted again and again for what it is: brokers that do not take it, and no hang', () => {
    const commits = (look: number) => engine([busy(0, 'commit', 1)], { aborted: Math.floor(look / 10) });
    expect(watched(LONG_MS, commits)).to.deep.equal([]);
    const queue = (look: number) => engine([busy(0, 'queue', 1)], { aborted: Math.floor(look / 10) });
    expect(watched(LONG_MS, queue)).to.deep.equal(['0_0']);
  });

  it('lets a partition that is paused take nothing, for whatever reason', () => {
    for (const reason of ['restoring', 'credit', 'bound', 'breaker', 'refused', 'draining'] as const) {
      const steps = () => engine([idle(0, { intake: [intakeOf(0, { paused: [reason] })] })]);
      expect(watched(LONG_MS, steps, FULL), reason).to.deep.equal([]);
    }
  });

  it('lets what is being given up start nothing, but not keep what is decided', () => {
    const leaving = (line: Line) => () => engine([{ ...busy(0, line, 1), phase: 'leaving' as const }]);
    for (const line of ['intake', 'queue', 'heads'] as const)
      expect(watched(LONG_MS, leaving(line), FULL)).to.deep.equal([]);
    expect(watched(LONG_MS, leaving('commit'))).to.deep.equal(['0_0']);
  });

  it('names the task that used its credit up, and not those that go on', () => {
    const steps = (look: number) =>
      engine([
        idle(0, { intake: [intakeOf(0, { paused: ['credit'] })], queue: '7.1.waiting', commit: null }),
        busy(1, 'queue', look),
      ]);
    expect(watched(LONG_MS, steps, FULL)).to.deep.equal(['0_0']);
  });

  it('has nothing to say of an idle topic, with marks of transactions at its end too', () => {
    expect(watched(LONG_MS, () => engine([idle(0), idle(1), idle(2)]))).to.deep.equal([]);
    // The client has reached the end, which is behind the last record; the broker says the same end.
    const cluster = { ...QUIET, seen: new Map([[`${TOPIC}-0`, { readable: null, end: 12 }]]) };
    const steps = () => engine([idle(0, { intake: [intakeOf(0, { logEnd: 12 })] })]);
    expect(watched(LONG_MS, steps, cluster)).to.deep.equal([]);
  });

  it('sees that a partition is not asked for at all', () => {
    const steps = () => engine([idle(0, { intake: [intakeOf(0, { logEnd: 500 })] }), idle(1)]);
    expect(watched(LONG_MS, steps)).to.deep.equal(['0_0']);
    expect(watched(LONG_MS, steps, { ...QUIET, seen: seenUpTo(10, 400) })).to.deep.equal(['0_0']);
    expect(watched(LONG_MS, steps, { ...QUIET, seen: seenUpTo(10, 500) })).to.deep.equal([]);
  });

  it('is content with no task at all', () => {
    expect(watched(LONG_MS, () => engine([]))).to.deep.equal([]);
  });

  it('says that no session can be opened though brokers are connected', () => {
    const closed = () => engine([], { phase: 'closed' });
    expect(watched(LIMIT_MS, closed)).to.deep.equal([]);
    expect(watched(LIMIT_MS + 1000, closed)).to.have.lengthOf(1);
    expect(watched(LONG_MS, closed, { ...QUIET, brokersLost: true })).to.deep.equal([]);
  });

  it('says that a client with a fatal error is kept, unless the session ends', () => {
    const cluster = { ...QUIET, fatalClients: ['log'] };
    expect(watched(LIMIT_MS + 1000, () => engine([]), cluster)[0]).to.include('log');
    const renewed = (look: number) => engine([], { session: Math.floor(look / 19) });
    expect(watched(LONG_MS, renewed, cluster)).to.deep.equal([]);
  });

  it('does not blame a process for the time in which it was frozen', () => {
    const watch = new ProgressWatch(LIMIT_MS);
    watch.look(0, engine([busy(0, 'commit', 1)]), QUIET);
    watch.look(3_600_000, engine([busy(0, 'commit', 1)]), QUIET);
    expect(watch.stalls).to.deep.equal([]);
  });

  describe('whatever happens', () => {
    type Act = 'moves' | 'stands' | 'idle' | 'waits';
    type Times = 'fine' | 'brokers-lost' | 'breaker' | 'stopping';
    const TASKS = 3;
    const anyLook = fc.record({
      afterMs: fc.integer({ min: 0, max: LONGEST_STEP_MS }),
      times: fc.oneof(
        { weight: 60, arbitrary: fc.constant<Times>('fine') },
        fc.constantFrom<Times>('brokers-lost', 'breaker', 'stopping'),
      ),
      acts: fc.array(
        fc.oneof(
          { weight: 60, arbitrary: fc.constant<Act>('stands') },
          fc.constantFrom<Act>('moves', 'idle', 'waits'),
        ),
        { minLength: TASKS, maxLength: TASKS },
      ),
    });
    const anyLines = fc.array(fc.constantFrom(...LINES), { minLength: TASKS, maxLength: TASKS });

    const taskOf = (number: number, line: Line, act: Act, at: number): TaskSteps => {
      if (act === 'idle') return idle(number, { intake: [] });
      const task = busy(number, line, at);
      return act === 'waits' ? { ...task, phase: 'waiting' } : task;
    };

    it('exactly those stand that had work and no reason to wait, and have not moved, for longer than the limit', () => {
      let said = 0;
      fc.assert(
        fc.property(anyLines, fc.array(anyLook, { minLength: 20, maxLength: 60 }), (lines, looks) => {
          const watch = new ProgressWatch(LIMIT_MS);
          const at = lines.map(() => 0);
          /** When each stood first; null: it did not at the last look. */
          const since: (number | null)[] = lines.map(() => null);
          let now = 0;
          for (const { afterMs, times, acts } of looks) {
            now += afterMs;
            const tasks = lines.map((line, number) => {
              const act = acts[number] ?? 'idle';
              if (act === 'moves') at[number] = (at[number] ?? 0) + 1;
              const isBreakerExcused = times === 'breaker' && (line === 'queue' || line === 'heads');
              const mayStand = times === 'brokers-lost' || times === 'stopping' || isBreakerExcused;
              if (act === 'idle' || act === 'waits' || mayStand) since[number] = null;
              else if (act === 'moves') since[number] = now;
              else since[number] ??= now;
              return taskOf(number, line, act, at[number] ?? 0);
            });
            const phase = times === 'stopping' ? 'stopping' : 'open';
            watch.look(now, engine(tasks, { phase, isBreakerOpen: times === 'breaker' }), {
              ...FULL,
              brokersLost: times === 'brokers-lost',
            });
            const expected = since.flatMap((from, number) =>
              from !== null && now - from > LIMIT_MS ? [`0_${number}`] : [],
            );
            said += expected.length;
            expect(watch.stalls.map(({ task }) => task ?? '').sort()).to.deep.equal(expected);
          }
        }),
        { numRuns: 300 },
      );
      expect(said, 'a property that never sees anything stand shows nothing').to.be.above(100);
    });
  });
});

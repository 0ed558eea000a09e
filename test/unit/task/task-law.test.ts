import { expect } from 'chai';
import fc from 'fast-check';
import type { RecordRun } from '../../../src/dsl/execution.js';
import { NotRetryableError, RetryableError } from '../../../src/record/record-error.js';
import type { ProducedRecord } from '../../../src/record/record.js';
import { consumed, position, produced, SOURCE } from '../support/records.js';
import { settle } from '../support/settle.js';
import { nameOf, SETTINGS, TaskBench } from '../support/task-bench.js';

const TIMEOUT_MS = 200;
const BACKOFF_MS = 30;

type End = 'ok' | 'away' | 'hopeless' | 'hangs';

/** What one attempt does: at once and synchronously when `afterMs` is null. `hangs` ends with its signal. */
interface AttemptPlan {
  readonly end: End;
  readonly afterMs: number | null;
}

interface RecordPlan {
  readonly key: string | null;
  /** By attempt; the last one stands for all that follow. */
  readonly attempts: readonly AttemptPlan[];
  /** How long after the record before it arrives, in ms. */
  readonly pauseMs: number;
}

const attempt: fc.Arbitrary<AttemptPlan> = fc
  .record({
    end: fc.oneof(
      { weight: 5, arbitrary: fc.constant<End>('ok') },
      { weight: 3, arbitrary: fc.constant<End>('away') },
      { weight: 1, arbitrary: fc.constant<End>('hopeless') },
      { weight: 1, arbitrary: fc.constant<End>('hangs') },
    ),
    afterMs: fc.option(fc.nat(TIMEOUT_MS - 1)),
  })
  .map((plan) => (plan.end === 'hangs' ? { ...plan, afterMs: 0 } : plan));

const plan: fc.Arbitrary<RecordPlan> = fc.record({
  key: fc.constantFrom('a', 'b', 'c', 'd', null),
  attempts: fc.array(attempt, { minLength: 1, maxLength: 4 }),
  pauseMs: fc.constantFrom(0, 0, 0, 5, 60),
});

const attemptOf = (of: RecordPlan | undefined, number: number): AttemptPlan => {
  const found = of?.attempts[Math.min(number, of.attempts.length) - 1];
  if (found === undefined) throw new Error('a plan has an attempt');
  return found;
};

/** The reference: what one record comes to, alone. */
const expected = (offset: number, of: RecordPlan, retryImmediate: number): string => {
  for (let number = 1; ; number++) {
    const { end } = attemptOf(of, number);
    if (end === 'ok') return `out-${offset}`;
    if (end === 'hopeless') return `dlq ${offset} schema-violation after ${number}`;
    if (number > retryImmediate) return `dlq ${offset} retries-exhausted after ${number}`;
  }
};

const settings = fc.record({
  maxInFlight: fc.integer({ min: 1, max: 6 }),
  retryImmediate: fc.nat(2),
  /** Of every ten commits, how many are aborted. */
  aborts: fc.nat(6),
  commitEveryMs: fc.integer({ min: 5, max: 150 }),
});

describe('Task, as a law', () => {
  it('whatever its handlers do: source order, all or none, one per key, none lost or doubled, aborts without effect', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(plan, { maxLength: 25 }), settings, async (plans, by) => {
        const running = new Set<string>();
        const keyOf = (run: RecordRun): string => run.record.key?.toString() ?? `null/${run.record.offset}`;
        let inFlight = 0;
        const bench = new TaskBench(
          {
            ...SETTINGS,
            maxInFlight: by.maxInFlight,
            retryImmediate: by.retryImmediate,
            retryImmediateBackoffMs: BACKOFF_MS,
            attemptTimeoutMs: TIMEOUT_MS,
          },
          (run) => {
            const { end, afterMs } = attemptOf(plans[run.record.offset], run.attempt);
            const key = keyOf(run);
            expect(running.has(key), `two handlers of ${key}`).to.equal(false);
            const outputs = [produced(`out-${run.record.offset}`)];
            const failure =
              end === 'hopeless'
                ? new NotRetryableError('schema-violation', 'bad')
                : new RetryableError('directory-unavailable', 'away');
            if (afterMs === null) {
              if (end === 'ok') return outputs;
              throw failure;
            }
            running.add(key);
            inFlight += 1;
            expect(inFlight).to.be.at.most(by.maxInFlight);
            return new Promise<readonly ProducedRecord[]>((resolve, reject) => {
              const over = (): void => {
                running.delete(key);
                inFlight -= 1;
              };
              if (end === 'hangs') {
                run.signal.addEventListener('abort', () => {
                  over();
                  reject(failure);
                });
                return;
              }
              bench.scheduler.clock.after(afterMs, () => {
                over();
                if (end === 'ok') resolve(outputs);
                else reject(failure);
              });
            });
          },
        );
        await bench.start();
        const { clock } = bench.scheduler;
        const committed: string[] = [];
        let cycles = 0;
        const commit = (): void => {
          if (bench.ledger.isDirty()) {
            const unit = bench.take();
            const abort = (cycles++ * 7) % 10 < by.aborts;
            unit.settle(abort ? 'aborted' : 'committed');
            if (!abort) {
              committed.push(...[...unit.records].map(nameOf));
              expect(unit.offsets).to.deep.include(position(SOURCE, 0, committed.length));
            }
          }
          if (committed.length < plans.length) clock.after(by.commitEveryMs, commit);
        };
        clock.after(by.commitEveryMs, commit);
        for (const [at, { key, pauseMs }] of plans.entries()) {
          if (pauseMs > 0) await bench.scheduler.advance(pauseMs);
          bench.offer([consumed(at, { key })], at + 1);
        }
        if (plans.length > 0) await bench.scheduler.run(() => committed.length >= plans.length);
        await settle();
        expect(committed).to.deep.equal(plans.map((of, at) => expected(at, of, by.retryImmediate)));
        expect(bench.ledger.sequence).to.be.at.least(plans.length > 0 ? 1 : 0);
        expect([bench.ledger.uncommitted, bench.ledger.uncommittedBytes]).to.deep.equal([0, 0]);
        expect([bench.task.inFlight, bench.task.queued, running.size]).to.deep.equal([0, 0, 0]);
      }),
      { numRuns: 150 },
    );
  });

  it('closed at any moment, it commits a prefix of the source and nothing of its handlers is heard again', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(plan, { minLength: 1, maxLength: 15 }),
        fc.nat(600),
        async (plans, closeAtMs) => {
          const bench = new TaskBench(
            { maxInFlight: 4, retryImmediateBackoffMs: BACKOFF_MS, attemptTimeoutMs: TIMEOUT_MS },
            (run) => {
              const { end, afterMs } = attemptOf(plans[run.record.offset], run.attempt);
              const outputs = [produced(`out-${run.record.offset}`)];
              if (afterMs === null && end === 'ok') return outputs;
              return new Promise((resolve, reject) => {
                bench.scheduler.clock.after(afterMs ?? 0, () => {
                  if (end === 'ok') resolve(outputs);
                  else reject(new NotRetryableError('schema-violation', 'bad'));
                });
              });
            },
          );
          await bench.start();
          bench.offer(plans.map(({ key }, at) => consumed(at, { key })));
          await bench.scheduler.advance(closeAtMs);
          const draining = bench.task.drain();
          const names = bench.commit();
          await bench.task.close();
          await draining;
          await bench.scheduler.advance(5000);
          expect(bench.ledger.isDirty()).to.equal(false);
          const numbers = names.map((name) => Number(/\d+/.exec(name)?.[0]));
          expect(numbers).to.deep.equal(numbers.map((_, i) => i));
        },
      ),
      { numRuns: 80 },
    );
  });
});

import { expect } from 'chai';
import fc from 'fast-check';
import { Gate } from '../../../src/commit/gate.js';
import { deferred, outcomeOf, rejection, settle } from '../support/settle.js';

describe('Gate', () => {
  it('lets one in at a time, in the order in which they asked', async () => {
    const gate = new Gate();
    const log: string[] = [];
    const first = deferred();
    const run = (name: string, wait?: Promise<void>) =>
      gate.run(async () => {
        log.push(`${name} in`);
        await wait;
        log.push(`${name} out`);
      });
    const all = Promise.all([run('a', first.promise), run('b'), run('c')]);
    await settle();
    expect(log).to.deep.equal(['a in']);
    first.resolve();
    await all;
    expect(log).to.deep.equal(['a in', 'a out', 'b in', 'b out', 'c in', 'c out']);
  });

  it('answers each with its own result', async () => {
    const gate = new Gate();
    expect(await Promise.all([gate.run(async () => 1), gate.run(async () => 'two')])).to.deep.equal([
      1,
      'two',
    ]);
  });

  it('lets the next one in after a failure, which only its own caller hears of', async () => {
    const gate = new Gate();
    const failure = new Error('broken');
    const failing = gate.run(() => Promise.reject(failure));
    const next = gate.run(async () => 'in');
    expect(await rejection(failing)).to.equal(failure);
    expect(await next).to.equal('in');
  });

  it('lets the next one in after one that throws before it returns a promise', async () => {
    const gate = new Gate();
    const failing = gate.run((): Promise<void> => {
      throw new Error('broken');
    });
    const next = gate.run(async () => 'in');
    await rejection(failing);
    expect(await next).to.equal('in');
  });

  it('is contended while somebody waits, and not by the one that is inside', async () => {
    const gate = new Gate();
    const inside = deferred();
    expect(gate.contended).to.equal(false);
    const first = gate.run(() => inside.promise);
    await settle();
    expect(gate.contended).to.equal(false);
    const second = gate.run(async () => gate.contended);
    expect(gate.contended).to.equal(true);
    inside.resolve();
    await first;
    expect(await second).to.equal(false);
    expect(gate.contended).to.equal(false);
  });

  it('tells the one inside that others wait', async () => {
    const gate = new Gate();
    const first = gate.run(async () => gate.contended);
    const second = gate.run(async () => undefined);
    expect(await first).to.equal(true);
    await second;
  });

  it('tells its listener of each that asks, when it is contended already', async () => {
    const gate = new Gate();
    const asked: boolean[] = [];
    gate.onAsked(() => asked.push(gate.contended));
    await Promise.all([gate.run(async () => undefined), gate.run(async () => undefined)]);
    expect(asked).to.deep.equal([true, true]);
  });

  it('as a law: whatever is asked for and however it ends, nobody is inside with another and everybody gets in', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ turns: fc.nat(3), fails: fc.boolean(), asksAgain: fc.boolean() }), {
          maxLength: 12,
        }),
        async (visits) => {
          const gate = new Gate();
          let inside = 0;
          let entered = 0;
          const visit = (turns: number, fails: boolean) => async (): Promise<void> => {
            inside += 1;
            entered += 1;
            expect(inside).to.equal(1);
            for (let i = 0; i < turns; i++) await settle();
            inside -= 1;
            if (fails) throw new Error('broken');
          };
          const ends = visits.map(async ({ turns, fails, asksAgain }) => {
            await gate.run(visit(turns, fails)).catch(() => undefined);
            if (asksAgain) await gate.run(visit(turns, false));
          });
          await Promise.all(ends);
          expect(entered).to.equal(visits.length + visits.filter(({ asksAgain }) => asksAgain).length);
          expect(gate.contended).to.equal(false);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('waits for nothing once everybody is through', async () => {
    const gate = new Gate();
    await gate.run(async () => undefined);
    expect(await outcomeOf(gate.run(async () => undefined))).to.equal('resolved');
  });
});

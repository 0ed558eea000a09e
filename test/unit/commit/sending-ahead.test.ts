import { expect } from 'chai';
import type { Subscription } from 'rxjs';
import { ScriptedSource } from '../support/commit-units.js';
import { aborted, COMMITTED, commitLoopBench as bench, INTERVAL_MS } from '../support/commit-loop-bench.js';
import { errorOf } from '../support/kafka-errors.js';
import { produced, textOf } from '../support/records.js';
import { deferred, settle } from '../support/settle.js';

type Answer = Parameters<typeof bench>[1];
type Ahead = Parameters<typeof bench>[2];

describe('CommitLoop: sending ahead', () => {
  const WELL = (): undefined => undefined;
  /** Past the first cycle, which nothing is sent ahead of; the next is due at INTERVAL_MS. */
  const begin = async (made: ReturnType<typeof bench>): Promise<Subscription> => {
    const running = made.start();
    await settle();
    expect(made.cycles.map(({ at }) => at)).to.deep.equal([0]);
    return running;
  };
  /** The same of one source, which has decided something since. */
  const decided = async (answer: Answer, ahead: Ahead) => {
    const a = new ScriptedSource('a');
    const made = bench([a], answer, ahead);
    const running = await begin(made);
    a.open = [produced('a2')];
    return { a, made, running };
  };
  const texts = (list: readonly { readonly texts: readonly string[] }[]): string =>
    list.map((one) => one.texts.join(' ')).join(' | ');

  it('gives what is little to the brokers before its time, and the rest at its time, in one transaction', async () => {
    const [a, b] = [new ScriptedSource('a'), new ScriptedSource('b')];
    const made = bench([a, b], () => COMMITTED, WELL);
    await begin(made);
    [a.open, b.open] = [[produced('a2')], [produced('b2')]];
    await made.scheduler.run(() => made.sent.length === 1);
    a.open.push(produced('a3'));
    await made.scheduler.run(() => made.cycles.length === 2);
    expect(texts(made.sent)).to.equal('a2 b2');
    expect(texts(made.cycles)).to.equal('a b | a3');
    expect(made.cycles.map(({ behind }) => behind)).to.deep.equal([[], ['a2', 'b2']]);
    expect(made.sent[0]?.at).to.be.within(INTERVAL_MS / 2, INTERVAL_MS - 1);
    expect(made.cycles[1]?.at).to.equal(INTERVAL_MS);
    await settle();
    expect(made.reports.at(-1)).to.deep.equal({ kind: 'committed', units: 3 });
    expect([a.settled, b.settled].map((of) => of.join())).to.deep.equal([
      'committed,committed,committed',
      'committed,committed',
    ]);
  });

  it('commits what was sent also when nothing was decided since', async () => {
    const { a, made } = await decided(() => COMMITTED, WELL);
    await made.scheduler.run(() => made.cycles.length === 2);
    expect([texts(made.sent), texts(made.cycles)]).to.deep.equal(['a2', 'a | ']);
    await settle();
    expect(a.settled).to.deep.equal(['committed', 'committed']);
    a.open = [produced('a3')];
    await made.scheduler.run(() => made.cycles.length === 3);
    expect(made.cycles.map(({ behind }) => behind.join())).to.deep.equal(['', 'a2', 'a3']);
  });

  it('sends nothing while nothing is decided; what is decided until its time is committed then', async () => {
    const a = new ScriptedSource('a');
    const made = bench([a], () => COMMITTED, WELL);
    await begin(made);
    await made.scheduler.advance(INTERVAL_MS - 2);
    a.open = [produced('a2')];
    await made.scheduler.run(() => made.cycles.length === 2);
    expect(made.sent).to.deep.equal([]);
    expect(made.cycles[1]).to.deep.equal({ texts: ['a2'], behind: [], at: INTERVAL_MS });
  });

  it('keeps what is much for its time', async () => {
    const a = new ScriptedSource('a');
    const made = bench([a], () => COMMITTED, WELL);
    await begin(made);
    [a.open, a.claimedBytes] = [[produced('a2')], 2_000_000];
    await made.scheduler.run(() => made.cycles.length === 2);
    expect(made.sent).to.deep.equal([]);
    expect(made.cycles[1]?.at).to.equal(INTERVAL_MS);
  });

  it('commits at once when it is hastened, whether it has sent ahead or not', async () => {
    for (const at of [INTERVAL_MS / 2, INTERVAL_MS - 10]) {
      const { made } = await decided(() => COMMITTED, WELL);
      await made.scheduler.advance(at);
      made.loop.hasten();
      await settle();
      expect(made.cycles[1]?.at).to.equal(at);
      expect(made.sent.length).to.equal(at === INTERVAL_MS / 2 ? 0 : 1);
    }
  });

  it('ends the transaction as soon as somebody waits at the gate, who is not let in before (F1)', async () => {
    const { made } = await decided(() => COMMITTED, WELL);
    await made.scheduler.run(() => made.sent.length === 1);
    await settle();
    const cyclesBefore = await made.scheduler.complete(made.gate.run(async () => made.cycles.length));
    expect(cyclesBefore).to.equal(2);
    expect(made.cycles[1]?.at).to.be.below(INTERVAL_MS);
  });

  it('is hastened also while it sends', async () => {
    const sending = deferred<undefined>();
    const { made } = await decided(
      () => COMMITTED,
      () => sending.promise,
    );
    await made.scheduler.run(() => made.sent.length === 1);
    made.loop.hasten();
    sending.resolve(undefined);
    await settle();
    expect(made.cycles[1]?.at).to.equal(made.sent[0]?.at);
  });

  it('counts the next interval from when the commit began', async () => {
    const { a, made } = await decided(() => COMMITTED, WELL);
    await made.scheduler.run(() => made.sent.length === 1);
    made.loop.hasten();
    await settle();
    a.open = [produced('a3')];
    await made.scheduler.run(() => made.cycles.length === 3);
    expect((made.cycles[2]?.at ?? 0) - (made.cycles[1]?.at ?? 0)).to.equal(INTERVAL_MS);
  });

  for (const [what, ahead] of [
    ['nothing is decided', WELL],
    ['nothing can be sent ahead', undefined],
  ] as const)
    it(`leaves the gate open while ${what}: who comes before it is due delays nothing`, async () => {
      const a = new ScriptedSource('a');
      const made = bench([a], () => COMMITTED, ahead);
      await begin(made);
      if (ahead === undefined) a.open = [produced('a2')];
      await made.scheduler.advance(INTERVAL_MS - 10);
      expect(await made.scheduler.complete(made.gate.run(async () => made.cycles.length))).to.equal(1);
      a.open = [produced('a2')];
      await made.scheduler.run(() => made.cycles.length === 2);
      expect(made.cycles[1]?.at).to.equal(INTERVAL_MS);
    });

  it('gives what was sent again, before newer effects, when its transaction is aborted', async () => {
    const cause = errorOf('abortable');
    const { a, made } = await decided((_texts, cycle) => (cycle === 2 ? aborted(cause) : COMMITTED), WELL);
    await made.scheduler.run(() => made.sent.length === 1);
    a.open.push(produced('a3'));
    await made.scheduler.run(() => made.cycles.length === 2);
    await settle();
    expect(a.open.map(textOf)).to.deep.equal(['a2', 'a3']);
    await made.scheduler.run(() => made.cycles.length === 3);
    expect(made.cycles[2]?.texts, 'and not ahead, so soon after').to.deep.equal(['a2', 'a3']);
    expect(made.sent).to.have.length(1);
  });

  it('treats what fails on its way as an aborted commit: the effects come again, after a back-off', async () => {
    const cause = errorOf('abortable');
    const { made } = await decided(
      () => COMMITTED,
      () => aborted(cause),
    );
    await made.scheduler.run(() => made.cycles.length === 2);
    expect(made.cycles[1]?.texts).to.deep.equal(['a2']);
    expect(made.cycles[1]?.at).to.be.at.least(INTERVAL_MS + 100);
    expect(made.kinds()).to.deep.equal(['committed', 'aborted', 'committed']);
  });

  for (const outcome of ['unknown', 'fatal'] as const) {
    it(`ends the session when what is sent ahead comes to ${outcome}`, async () => {
      const cause = errorOf('fatal');
      const { a, made } = await decided(
        () => COMMITTED,
        () => ({ kind: outcome, cause }),
      );
      await made.scheduler.run(() => made.ended !== undefined);
      expect(made.reports.at(-1)).to.deep.equal({ kind: 'session-over', outcome, cause });
      expect([made.cycles.length, a.settled.length]).to.deep.equal([1, 1]);
    });
  }

  it('ends its transaction when nobody is subscribed any more', async () => {
    const { a, made, running } = await decided(() => COMMITTED, WELL);
    await made.scheduler.run(() => made.sent.length === 1);
    await settle();
    running.unsubscribe();
    await settle();
    expect(a.settled).to.deep.equal(['committed', 'committed']);
    await made.scheduler.advance(5 * INTERVAL_MS);
    expect(made.cycles).to.have.length(2);
  });
});

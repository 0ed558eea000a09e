import { expect } from 'chai';
import type { CommitResult } from '../../../src/ports/commit.js';
import type { KafkaError } from '../../../src/ports/kafka-error.js';
import { ScriptedSource } from '../support/commit-units.js';
import { aborted, COMMITTED, commitLoopBench as bench, INTERVAL_MS } from '../support/commit-loop-bench.js';
import { errorOf } from '../support/kafka-errors.js';
import { produced } from '../support/records.js';
import { deferred, settle } from '../support/settle.js';

describe('CommitLoop', () => {
  it('begins nothing while nothing is dirty', async () => {
    const clean = new ScriptedSource('clean', []);
    const { scheduler, cycles, start } = bench([clean]);
    start();
    await scheduler.advance(20 * INTERVAL_MS);
    expect(cycles).to.deep.equal([]);
    expect(clean.taken).to.equal(0);
  });

  it('commits all dirty tasks together, and leaves out the clean ones', async () => {
    const [a, clean, b] = [new ScriptedSource('a'), new ScriptedSource('clean', []), new ScriptedSource('b')];
    const { scheduler, cycles, reports, start } = bench([a, clean, b]);
    start();
    await scheduler.advance(INTERVAL_MS);
    expect(cycles.map(({ texts }) => texts)).to.deep.equal([['a', 'b']]);
    expect(reports).to.deep.equal([{ kind: 'committed', units: 2 }]);
    expect([a.settled, b.settled, clean.taken]).to.deep.equal([['committed'], ['committed'], 0]);
  });

  it('commits once per interval, however much is decided', async () => {
    const busy = new ScriptedSource('busy');
    const { scheduler, cycles, start } = bench([busy], () => {
      busy.open.push(produced('more'));
      return COMMITTED;
    });
    start();
    await scheduler.advance(10 * INTERVAL_MS);
    expect(cycles.length).to.be.within(9, 11);
  });

  it('counts the time of a commit into the interval, and never commits without a pause', async () => {
    const busy = new ScriptedSource('busy');
    const { scheduler, cycles, start } = bench([busy], async () => {
      await new Promise<void>((resolve) => scheduler.clock.after(3 * INTERVAL_MS, resolve));
      busy.open.push(produced('more'));
      return COMMITTED;
    });
    start();
    await scheduler.advance(12 * INTERVAL_MS);
    const gaps = cycles.slice(1).map(({ at }, i) => at - (cycles[i]?.at ?? 0));
    for (const gap of gaps) expect(gap).to.be.within(3 * INTERVAL_MS + 1, 4 * INTERVAL_MS - 1);
  });

  it('one commit at a time: what is decided meanwhile waits for the next', async () => {
    const source = new ScriptedSource('first');
    const outcome = deferred<CommitResult>();
    const { scheduler, cycles, start } = bench([source], (_texts, cycle) =>
      cycle === 1 ? outcome.promise : COMMITTED,
    );
    start();
    await settle();
    source.open.push(produced('second'));
    await scheduler.run(() => true);
    expect(cycles).to.have.length(1);
    outcome.resolve(COMMITTED);
    await scheduler.run(() => cycles.length > 1);
    expect(cycles.map(({ texts }) => texts)).to.deep.equal([['first'], ['second']]);
  });

  describe('the size of a transaction', () => {
    const heavy = (name: string, megabytes: number): ScriptedSource => {
      const source = new ScriptedSource(name);
      source.claimedBytes = megabytes * 1_000_000;
      return source;
    };

    it('is bounded over all tasks: who is left out comes first the next time, so nobody starves', async () => {
      const sources = Array.from({ length: 6 }, (_, i) => heavy(`s${i}`, 10));
      const { scheduler, cycles, start } = bench(sources, (texts) => {
        for (const source of sources) if (texts.includes(source.name)) source.open = [produced(source.name)];
        return COMMITTED;
      });
      start();
      await scheduler.run(() => cycles.length >= 8);
      for (const { texts } of cycles) expect(texts.length).to.be.within(1, 4);
      for (const { name } of sources) {
        const turns = cycles.filter(({ texts }) => texts.includes(name)).length;
        expect(turns, name).to.be.at.least(3);
      }
    });

    it('is never nothing: a task that is too large alone goes alone', async () => {
      const { scheduler, cycles, start } = bench([heavy('large', 500), heavy('small', 1)]);
      start();
      await scheduler.run(() => cycles.length >= 2);
      expect(cycles.map(({ texts }) => texts)).to.deep.equal([['large'], ['small']]);
    });
  });

  describe('the gate', () => {
    it('is held while a transaction is open, so that no rebalance is answered inside it (F1)', async () => {
      const outcome = deferred<CommitResult>();
      const { scheduler, gate, start } = bench([new ScriptedSource('a')], () => outcome.promise);
      start();
      await settle();
      let answered = false;
      const answer = gate.run(async () => {
        answered = true;
      });
      await settle();
      expect(answered).to.equal(false);
      outcome.resolve(COMMITTED);
      await scheduler.complete(answer);
      expect(answered).to.equal(true);
    });

    it('does not begin while somebody waits at it', async () => {
      const { scheduler, gate, cycles, start } = bench([new ScriptedSource('a')]);
      const inside = deferred();
      const order: string[] = [];
      const first = gate.run(() => inside.promise);
      const second = gate.run(async () => {
        order.push(`second after ${cycles.length} cycles`);
      });
      start();
      await scheduler.advance(5 * INTERVAL_MS);
      expect(cycles).to.deep.equal([]);
      inside.resolve();
      await scheduler.complete(Promise.all([first, second]));
      expect(order).to.deep.equal(['second after 0 cycles']);
      await scheduler.run(() => cycles.length === 1);
    });

    it('lets those in first that came while the loop itself waited', async () => {
      const { scheduler, gate, cycles, start } = bench([new ScriptedSource('a')]);
      const inside = deferred();
      const first = gate.run(() => inside.promise);
      await settle();
      start();
      await settle();
      let cyclesBefore = -1;
      const late = gate.run(async () => {
        cyclesBefore = cycles.length;
      });
      inside.resolve();
      await scheduler.complete(Promise.all([first, late]));
      expect(cyclesBefore).to.equal(0);
      await scheduler.run(() => cycles.length === 1);
    });
  });

  describe('after an abort', () => {
    it('gives the same effects again, before newer ones', async () => {
      const source = new ScriptedSource('first');
      const { scheduler, cycles, kinds, start } = bench([source], (_texts, cycle) => {
        if (cycle > 1) return COMMITTED;
        source.open.push(produced('newer'));
        return aborted(errorOf('abortable'));
      });
      start();
      await scheduler.run(() => cycles.length > 1);
      expect(cycles.map(({ texts }) => texts)).to.deep.equal([['first'], ['first', 'newer']]);
      expect(kinds()).to.deep.equal(['aborted', 'committed']);
      expect(source.settled).to.deep.equal(['aborted', 'committed']);
    });

    for (const [what, cause] of [
      ['an error', errorOf('abortable')],
      ['a begin that fails for now', errorOf('retriable')],
      ['a lost partition', 'lost'],
      ['a permanent refusal', errorOf('abortable', 10, true)],
    ] as const) {
      it(`never spins: ${what} that comes again and again is tried at most four times a second`, async () => {
        const { scheduler, cycles, start } = bench([new ScriptedSource('a')], () => aborted(cause));
        start();
        await scheduler.advance(20_000);
        expect(cycles.length).to.be.within(3, 80);
        const gaps = cycles.slice(1).map(({ at }, i) => at - (cycles[i]?.at ?? 0));
        for (const gap of gaps) expect(gap).to.be.at.least(250);
      });
    }

    it('waits longer each time for the same error, up to a limit', async () => {
      const { scheduler, cycles, start } = bench([new ScriptedSource('a')], () =>
        aborted(errorOf('retriable')),
      );
      start();
      await scheduler.advance(60_000);
      const gaps = cycles.slice(1).map(({ at }, i) => at - (cycles[i]?.at ?? 0));
      gaps.forEach((gap, i) => expect(gap).to.be.at.least(gaps[i - 1] ?? 0));
      expect(Math.max(...gaps)).to.be.at.most(10_000);
      expect(Math.max(...gaps)).to.be.greaterThan(10 * (gaps[0] ?? 0));
    });

    it('ends its wait when a rebalance explains the abort', async () => {
      const { scheduler, cycles, loop, start } = bench([new ScriptedSource('a')], (_texts, cycle) =>
        cycle <= 6 ? aborted(errorOf('abortable', 25)) : COMMITTED,
      );
      start();
      await scheduler.run(() => cycles.length === 6);
      await settle();
      loop.rebalanced();
      const now = scheduler.clock.monotonic();
      await scheduler.run(() => cycles.length === 7);
      expect((cycles[6]?.at ?? 0) - now).to.be.at.most(INTERVAL_MS);
    });

    it('takes a rebalance at any other time calmly', async () => {
      const { scheduler, cycles, loop, start } = bench([new ScriptedSource('a')]);
      loop.rebalanced();
      start();
      loop.rebalanced();
      await scheduler.run(() => cycles.length === 1);
    });
  });

  describe('isolation', () => {
    /** `bad` is refused whenever it takes part. */
    const poisoned =
      (cause: KafkaError, bad = 'bad') =>
      (texts: readonly string[]) =>
        texts.includes(bad) ? aborted(cause) : COMMITTED;

    it('commits task by task after two aborts for the same reason; the one that is refused alone is reported (F14)', async () => {
      const [good, bad, other] = [
        new ScriptedSource('good'),
        new ScriptedSource('bad'),
        new ScriptedSource('other'),
      ];
      const cause = errorOf('abortable', 10);
      const { scheduler, cycles, reports, start } = bench([good, bad, other], poisoned(cause));
      start();
      await scheduler.run(() => reports.some(({ kind }) => kind === 'source-refused'));
      expect(cycles.map(({ texts }) => texts.join(' '))).to.deep.equal([
        'good bad other',
        'good bad other',
        'good',
        'bad',
        'other',
      ]);
      expect(reports.filter(({ kind }) => kind === 'source-refused')).to.deep.equal([
        { kind: 'source-refused', source: bad, cause },
      ]);
      expect([good.settled.at(-1), other.settled.at(-1)]).to.deep.equal(['committed', 'committed']);
    });

    for (const order of [
      ['bad', 'good'],
      ['good', 'bad'],
    ] as const) {
      it(`reports the bad one alone also in the order ${order.join(', ')}`, async () => {
        const sources = order.map((name) => new ScriptedSource(name));
        const { scheduler, reports, start } = bench(sources, poisoned(errorOf('abortable', 10)));
        start();
        await scheduler.run(() => reports.some(({ kind }) => kind === 'source-refused'));
        const refused = reports.flatMap((report) =>
          report.kind === 'source-refused' ? [report.source.name] : [],
        );
        expect(refused).to.deep.equal(['bad']);
      });
    }

    it('goes back to one transaction for all once the bad one has stopped', async () => {
      const [good, bad, other] = [
        new ScriptedSource('good'),
        new ScriptedSource('bad'),
        new ScriptedSource('other'),
      ];
      const { scheduler, cycles, reports, start } = bench(
        [good, bad, other],
        poisoned(errorOf('abortable', 10)),
      );
      start();
      await scheduler.run(() => reports.some(({ kind }) => kind === 'source-refused'));
      bad.open = [];
      good.open = [produced('good')];
      other.open = [produced('other')];
      const before = cycles.length;
      await scheduler.run(() => cycles.length > before);
      expect(cycles.at(-1)?.texts).to.deep.equal(['good', 'other']);
    });

    it('refuses a bad one again when it comes back, without another abort for the others', async () => {
      const [good, bad] = [new ScriptedSource('good'), new ScriptedSource('bad')];
      const { scheduler, cycles, reports, start } = bench([good, bad], poisoned(errorOf('abortable', 10)));
      const refusals = (): number => reports.filter(({ kind }) => kind === 'source-refused').length;
      start();
      await scheduler.run(() => refusals() === 1);
      for (let again = 2; again <= 4; again++) {
        // It was dropped, restored from its last commit, and decided the same once more; the other went on.
        bad.open = [produced('bad')];
        good.open = [produced('good')];
        const settled = good.settled.length;
        await scheduler.run(() => refusals() === again, { maxVirtualMs: 20_000 });
        expect(good.settled.slice(settled)).to.deep.equal(['committed']);
        expect(cycles.slice(-2).map(({ texts }) => texts.join(' '))).to.deep.equal(['good', 'bad']);
      }
    });

    it('takes one that came back and was committed alone into the common transaction again', async () => {
      const [good, bad] = [new ScriptedSource('good'), new ScriptedSource('bad')];
      const { scheduler, cycles, reports, start } = bench([good, bad], poisoned(errorOf('abortable', 10)));
      start();
      await scheduler.run(() => reports.some(({ kind }) => kind === 'source-refused'));
      const next = async (): Promise<void> => {
        bad.open = [produced('mended')];
        good.open = [produced('good')];
        await scheduler.run(() => bad.open.length + good.open.length === 0);
      };
      await next();
      await next();
      expect(cycles.slice(-3).map(({ texts }) => texts.join(' '))).to.deep.equal([
        'good',
        'mended',
        'good mended',
      ]);
    });

    it('stops a single task whose effects can never be sent', async () => {
      const a = new ScriptedSource('a');
      const cause = errorOf('unusable', 10);
      const { scheduler, reports, start } = bench([a], () => aborted(cause));
      start();
      await scheduler.run(() => reports.some(({ kind }) => kind === 'source-refused'));
      expect(reports.at(-1)).to.deep.equal({ kind: 'source-refused', source: a, cause });
    });

    it('does not begin after two aborts for different reasons', async () => {
      const sources = [new ScriptedSource('a'), new ScriptedSource('b')];
      const { scheduler, cycles, start } = bench(sources, (_texts, cycle) =>
        cycle < 6 ? aborted(errorOf('abortable', cycle % 2 === 0 ? 22 : 25)) : COMMITTED,
      );
      start();
      await scheduler.run(() => cycles.length === 6);
      for (const { texts } of cycles) expect(texts).to.deep.equal(['a', 'b']);
    });

    it('does not begin when commits succeed between the aborts', async () => {
      const sources = [new ScriptedSource('a'), new ScriptedSource('b')];
      const { scheduler, cycles, start } = bench(sources, (_texts, cycle) => {
        if (cycle % 2 === 1) return aborted(errorOf('abortable', 10));
        for (const source of sources) source.open.push(produced(source.name));
        return COMMITTED;
      });
      start();
      await scheduler.run(() => cycles.length === 9);
      for (const { texts } of cycles) expect(texts).to.have.members(['a', 'b']);
    });

    it('stops nobody when all are refused alike: that is the broker, not a task', async () => {
      const sources = [new ScriptedSource('a'), new ScriptedSource('b')];
      const { scheduler, kinds, start } = bench(sources, () => aborted(errorOf('abortable', 7)));
      start();
      await scheduler.advance(60_000);
      expect(kinds()).not.to.include('source-refused');
    });

    it('stops nobody when a single task cannot commit for now', async () => {
      const { scheduler, kinds, start } = bench([new ScriptedSource('a')], () =>
        aborted(errorOf('abortable', 7)),
      );
      start();
      await scheduler.advance(60_000);
      expect(kinds()).not.to.include('source-refused');
    });

    it('stops a single task whose effects are refused for good', async () => {
      const a = new ScriptedSource('a');
      const cause = errorOf('abortable', 10, true);
      const { scheduler, reports, start } = bench([a], () => aborted(cause));
      start();
      await scheduler.run(() => reports.some(({ kind }) => kind === 'source-refused'));
      expect(reports.at(-1)).to.deep.equal({ kind: 'source-refused', source: a, cause });
    });

    it('does not count a lost task among those that were taken', async () => {
      const [lost, b] = [new ScriptedSource('lost'), new ScriptedSource('b')];
      const { scheduler, kinds, cycles, start } = bench([lost, b], (texts, cycle) =>
        cycle > 2 && texts.includes('lost') ? aborted('lost') : aborted(errorOf('abortable', 22)),
      );
      start();
      await scheduler.run(() => cycles.length >= 4);
      await settle();
      expect(kinds()).not.to.include('source-refused');
    });

    it('never stops a lost task: it is about to be dropped', async () => {
      const [lost, good] = [new ScriptedSource('lost'), new ScriptedSource('good')];
      const { scheduler, kinds, start } = bench([lost, good], (texts) => {
        if (texts.includes('lost')) return aborted('lost');
        good.open.push(produced('good'));
        return COMMITTED;
      });
      start();
      await scheduler.advance(10_000);
      expect(kinds()).not.to.include('source-refused');
    });
  });

  describe('the end of a session', () => {
    for (const outcome of ['unknown', 'fatal'] as const) {
      it(`comes with ${outcome}: it is reported, nothing is settled and nothing is committed any more`, async () => {
        const source = new ScriptedSource('a');
        const cause = errorOf('fatal');
        const made = bench([source], () => ({ kind: outcome, cause }));
        made.start();
        await settle();
        expect(made.reports).to.deep.equal([{ kind: 'session-over', outcome, cause }]);
        expect(source.settled).to.deep.equal([]);
        source.open.push(produced('more'));
        expect(await made.loop.commitNow()).to.equal(undefined);
        await made.scheduler.run(() => made.ended !== undefined);
        expect(made.ended).to.equal('completed');
        expect(made.cycles).to.have.length(1);
      });

      it(`comes with ${outcome} of one task among several, too: the tasks after it are not tried`, async () => {
        const [a, b, c] = [new ScriptedSource('a'), new ScriptedSource('b'), new ScriptedSource('c')];
        const cause = errorOf('fatal');
        const { scheduler, cycles, kinds, start } = bench([a, b, c], (texts, cycle) => {
          if (cycle <= 2) return aborted(errorOf('abortable', 10));
          return texts.includes('b') ? { kind: outcome, cause } : COMMITTED;
        });
        start();
        await scheduler.run(() => kinds().includes('session-over'));
        await scheduler.advance(10_000);
        expect(cycles.at(-1)?.texts).to.deep.equal(['b']);
        expect(c.taken).to.equal(2);
      });
    }

    it('ends the loop when nobody is subscribed any more, after the transaction that is open', async () => {
      const source = new ScriptedSource('a');
      const outcome = deferred<CommitResult>();
      const { scheduler, cycles, start } = bench([source], () => outcome.promise);
      const subscription = start();
      await settle();
      subscription.unsubscribe();
      outcome.resolve(COMMITTED);
      await settle();
      expect(source.settled).to.deep.equal(['committed']);
      source.open.push(produced('more'));
      while (scheduler.clock.fireNext()) await settle();
      expect(cycles).to.have.length(1);
    });

    it('fails when a task cannot give its effects: that is a bug, and must not be hidden', async () => {
      const source = new ScriptedSource('a');
      source.takeUnit = () => {
        throw new TypeError('x is not a function');
      };
      const made = bench([source]);
      made.start();
      await settle();
      expect(made.ended).to.equal('failed');
    });
  });

  describe('commitNow', () => {
    it('answers undefined when nothing is dirty', async () => {
      expect(await bench([new ScriptedSource('a', [])]).loop.commitNow()).to.equal(undefined);
    });

    it('commits at once, and reports it to whoever is subscribed', async () => {
      const source = new ScriptedSource('a', []);
      const { loop, start, reports } = bench([source]);
      start();
      await settle();
      source.open.push(produced('a'));
      expect(await loop.commitNow()).to.deep.equal(COMMITTED);
      expect(reports).to.deep.equal([{ kind: 'committed', units: 1 }]);
    });

    it('answers with the abort of the one that failed when tasks are committed one by one', async () => {
      const [bad, good] = [new ScriptedSource('bad'), new ScriptedSource('good')];
      const cause = errorOf('abortable', 10);
      const { loop } = bench([bad, good], (texts) => (texts.includes('bad') ? aborted(cause) : COMMITTED));
      await loop.commitNow();
      await loop.commitNow();
      expect(await loop.commitNow()).to.deep.equal(aborted(cause));
      expect(good.settled.at(-1)).to.equal('committed');
    });
  });

  it('counts every end of a cycle', async () => {
    const source = new ScriptedSource('a');
    const ends: CommitResult[] = [aborted(errorOf('abortable')), COMMITTED];
    const { scheduler, telemetry, kinds, start } = bench([source], () => ends.shift() ?? COMMITTED);
    start();
    await scheduler.run(() => kinds().includes('committed'));
    expect(telemetry.lines).to.deep.equal(['commit aborted', 'commit committed']);
  });
});

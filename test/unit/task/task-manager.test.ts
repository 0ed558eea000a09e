import { expect } from 'chai';
import { commitOffset } from '../../../src/record/units.js';
import type { Acquired } from '../../../src/state/acquire.js';
import { PartitionRefused } from '../../../src/state/acquire.js';
import { ManagerBench, startAt } from '../support/manager-bench.js';
import { errorOf } from '../support/kafka-errors.js';
import { at, batchOf, consumed, position, SOURCE } from '../support/records.js';
import type { Deferred } from '../support/settle.js';
import { deferred, settle } from '../support/settle.js';

const P0 = at(SOURCE, 0);
const P1 = at(SOURCE, 1);
const REFUSED_RETRY_MS = 30_000;

/** Several steps of promises between one event and the next. */
const settled = async (): Promise<void> => {
  for (let i = 0; i < 5; i++) await settle();
};

const running = async (...partitions: number[]): Promise<ManagerBench> => {
  const bench = new ManagerBench();
  bench.tasks.assigned(partitions.map((number) => at(SOURCE, number)));
  await settled();
  for (const number of partitions) expect(bench.stateOf(`0_${number}`)).to.equal('running');
  return bench;
};

describe('TaskManager', () => {
  describe('acquiring', () => {
    it('restores, seeks, and only then resumes', async () => {
      const bench = new ManagerBench();
      bench.acquire = async () => startAt(7);
      bench.tasks.assigned([P0]);
      expect(bench.stateOf('0_0')).to.equal('restoring');
      await settled();
      expect(bench.stateOf('0_0')).to.equal('running');
      expect(bench.log).to.deep.equal(['share 1', 'seek user.events-0 to 7', 'resume user.events-0']);
    });

    it('waits for the poll under way: what it brings belongs to an older epoch', async () => {
      const bench = new ManagerBench();
      bench.polling = true;
      bench.tasks.assigned([P0]);
      await settled();
      expect(bench.stateOf('0_0')).to.equal('restoring');
      expect(bench.board.reasonsOf(P0)).to.deep.equal(['restoring']);
      bench.offer(consumed(0));
      bench.turn();
      expect(bench.stateOf('0_0')).to.equal('running');
      expect(bench.tasks.uncommitted).to.equal(0);
      bench.offer(consumed(0));
      expect(bench.tasks.uncommitted).to.equal(1);
    });

    it('begins with the sequence and the positions that were acquired', async () => {
      const bench = new ManagerBench();
      bench.acquire = async () => startAt(7, { sequence: 41, checkpointDue: true });
      bench.tasks.assigned([P0]);
      await settled();
      const [holding] = bench.tasks.holdings;
      expect(holding?.task.ledger.sequence).to.equal(41);
      expect([...(holding?.task.ledger.positions ?? [])]).to.deep.equal([[SOURCE, 7]]);
      expect(holding?.task.ledger.isDirty()).to.equal(true);
    });

    it('asks for a partition with its own lane log', async () => {
      const bench = await running(1);
      expect(bench.requests[0]).to.include({ partition: 1, laneLog: 'G.user.events.lanes-changelog' });
      expect(bench.requests[0]?.sources).to.deep.equal([SOURCE]);
    });

    it('a stuck restore delays no other partition, however many are stuck (P3)', async () => {
      const bench = new ManagerBench();
      bench.acquire = (request) =>
        request.partition === 9 ? Promise.resolve(startAt(0)) : deferred<Acquired>().promise;
      bench.tasks.assigned(Array.from({ length: 10 }, (_, number) => at(SOURCE, number)));
      await settled();
      expect(bench.stateOf('0_9')).to.equal('running');
    });

    it('ends a restore whose partition is revoked, and never lets it run afterwards', async () => {
      const bench = new ManagerBench();
      const answer: Deferred<Acquired> = deferred();
      bench.acquire = () => answer.promise;
      bench.tasks.assigned([P0]);
      await settled();
      const leaving = bench.tasks.startLeaving([P0]);
      expect(bench.requests[0]?.signal.aborted).to.equal(true);
      await bench.tasks.drop(leaving);
      bench.tasks.revoked([P0]);
      answer.resolve(startAt(0));
      await settled();
      expect(bench.tasks.holdings).to.deep.equal([]);
      expect(bench.log).not.to.include('resume user.events-0');
    });

    it('a restore of an older epoch cannot start the new one, when the partition comes back meanwhile', async () => {
      const bench = new ManagerBench();
      const answers: Deferred<Acquired>[] = [];
      bench.acquire = () => {
        const answer: Deferred<Acquired> = deferred();
        answers.push(answer);
        return answer.promise;
      };
      bench.tasks.assigned([P0]);
      await settled();
      await bench.tasks.drop(bench.tasks.startLeaving([P0]));
      bench.tasks.revoked([P0]);
      bench.tasks.assigned([P0]);
      await settled();
      answers[0]?.resolve(startAt(1));
      await settled();
      expect(bench.stateOf('0_0')).to.equal('restoring');
      answers[1]?.resolve(startAt(2));
      await settled();
      expect(bench.stateOf('0_0')).to.equal('running');
      expect(bench.tasks.holdings[0]?.task.nextOffset(SOURCE)).to.equal(2);
    });

    it('an older epoch that waits for the poll under way does not resume the new one', async () => {
      const bench = new ManagerBench();
      bench.polling = true;
      bench.tasks.assigned([P0]);
      await settled();
      await bench.tasks.drop(bench.tasks.startLeaving([P0]));
      bench.tasks.revoked([P0]);
      bench.acquire = () => deferred<Acquired>().promise;
      bench.tasks.assigned([P0]);
      await settled();
      bench.turn();
      expect(bench.stateOf('0_0')).to.equal('restoring');
      expect(bench.board.reasonsOf(P0)).to.deep.equal(['restoring']);
    });
  });

  describe('a partition that is refused', () => {
    const refused = async (): Promise<ManagerBench> => {
      const bench = new ManagerBench();
      bench.acquire = (request) =>
        request.partition === 0
          ? Promise.reject(new PartitionRefused('lane-log-lost', 'the lane log was lost'))
          : Promise.resolve(startAt(0));
      bench.tasks.assigned([P0, P1]);
      await settled();
      return bench;
    };

    it('stays assigned and paused, and says why; the others run', async () => {
      const bench = await refused();
      expect(bench.stateOf('0_0')).to.equal('refused');
      expect(bench.stateOf('0_1')).to.equal('running');
      expect(bench.board.reasonsOf(P0)).to.include('refused');
      expect(bench.tasks.holdings[0]?.refused?.reason).to.equal('lane-log-lost');
      expect(bench.failures).to.deep.equal([]);
    });

    it('is tried again every 30 s, and runs when it can', async () => {
      const bench = await refused();
      const tries = (): number => bench.requests.filter(({ partition }) => partition === 0).length;
      await bench.scheduler.advance(REFUSED_RETRY_MS - 1);
      expect(tries()).to.equal(1);
      await bench.scheduler.advance(1);
      await settled();
      expect(tries()).to.equal(2);
      expect(bench.stateOf('0_0')).to.equal('refused');
      bench.acquire = async () => startAt(5);
      await bench.scheduler.advance(REFUSED_RETRY_MS);
      await settled();
      expect(bench.stateOf('0_0')).to.equal('running');
      expect(bench.board.reasonsOf(P0)).to.deep.equal([]);
    });

    it('is not tried again once it is revoked', async () => {
      const bench = await refused();
      await bench.tasks.drop(bench.tasks.startLeaving([P0]));
      bench.tasks.revoked([P0]);
      const tries = bench.requests.length;
      await bench.scheduler.advance(3 * REFUSED_RETRY_MS);
      expect(bench.requests.length).to.equal(tries);
    });

    it('goes on although its predecessor was paused for its load: a new task holds nothing', async () => {
      const bench = await running(0);
      bench.credit = ({ uncommitted }) => (uncommitted > 0 ? 'pause' : 'resume');
      bench.offer(consumed(0));
      expect(bench.board.reasonsOf(P0)).to.deep.equal(['credit']);
      const [holding] = bench.tasks.holdings;
      if (holding === undefined) throw new Error('there is a task');
      bench.tasks.refuse(holding.task, {
        reason: 'commit-refused',
        message: 'the broker refuses its effects',
      });
      await bench.scheduler.advance(REFUSED_RETRY_MS);
      await settled();
      expect(bench.stateOf('0_0')).to.equal('running');
      expect(bench.board.reasonsOf(P0)).to.deep.equal([]);
    });

    it('is read again from its last commit: what was decided and not committed is gone', async () => {
      const bench = await running(0);
      bench.offer(consumed(0));
      const [holding] = bench.tasks.holdings;
      if (holding === undefined) throw new Error('there is a task');
      bench.tasks.refuse(holding.task, { reason: 'commit-refused', message: '' });
      expect([...bench.tasks.ledgers()].some((ledger) => ledger.isDirty())).to.equal(false);
      expect(bench.tasks.uncommitted).to.equal(0);
      await bench.scheduler.advance(REFUSED_RETRY_MS);
      await settled();
      bench.offer(consumed(0));
      expect(bench.tasks.uncommitted).to.equal(1);
    });

    it('may be refused by whoever notices first, once', async () => {
      const bench = await running(0);
      const [holding] = bench.tasks.holdings;
      if (holding === undefined) throw new Error('there is a task');
      bench.tasks.refuse(holding.task, { reason: 'first', message: '' });
      bench.tasks.refuse(holding.task, { reason: 'second', message: '' });
      expect(bench.tasks.holdings[0]?.refused?.reason).to.equal('first');
      await bench.scheduler.advance(REFUSED_RETRY_MS);
      await settled();
      expect(bench.requests).to.have.length(2);
    });

    it('does not touch its successor when it is refused late', async () => {
      const bench = await running(0);
      const [old] = bench.tasks.holdings;
      if (old === undefined) throw new Error('there is a task');
      await bench.tasks.drop(bench.tasks.startLeaving([P0]));
      bench.tasks.revoked([P0]);
      bench.tasks.assigned([P0]);
      await settled();
      bench.tasks.refuse(old.task, { reason: 'commit-refused', message: '' });
      expect(bench.stateOf('0_0')).to.equal('running');
      expect(bench.board.reasonsOf(P0)).to.deep.equal([]);
    });
  });

  describe('a restore that fails', () => {
    for (const kind of ['fatal', 'fenced'] as const) {
      it(`ends the session when the client is ${kind}`, async () => {
        const bench = new ManagerBench();
        const error = errorOf(kind);
        bench.acquire = () => Promise.reject(error);
        bench.tasks.assigned([P0]);
        await settled();
        expect(bench.failures).to.deep.equal([error]);
      });
    }

    for (const [what, error] of [
      ['what will fail again', errorOf('unusable')],
      ['what nobody expected', new TypeError('x is not a function')],
    ] as const) {
      it(`refuses the partition for ${what}`, async () => {
        const bench = new ManagerBench();
        bench.acquire = () => Promise.reject(error);
        bench.tasks.assigned([P0]);
        await settled();
        expect(bench.stateOf('0_0')).to.equal('refused');
        expect(bench.tasks.holdings[0]?.refused?.message).to.include(error.message);
        expect(bench.failures).to.deep.equal([]);
      });
    }

    it('is begun again soon, without an alert, when it failed for now', async () => {
      const bench = new ManagerBench();
      let seeks = 0;
      bench.seek = async () => {
        if ((seeks += 1) === 1) throw errorOf('retriable');
      };
      bench.tasks.assigned([P0]);
      await settled();
      const [first] = bench.tasks.holdings;
      expect(first?.refused).to.equal(undefined);
      expect([first?.isRestoring, first?.isAwaited], 'it is not done between two tries').to.deep.equal([
        true,
        true,
      ]);
      await bench.scheduler.advance(REFUSED_RETRY_MS / 3);
      await settled();
      expect(bench.stateOf('0_0')).to.equal('running');
      const [again] = bench.tasks.holdings;
      expect(again).to.not.equal(first);
      expect([again?.isRestoring, again?.isAwaited]).to.deep.equal([false, false]);
      expect(again?.began.at, 'it has been restoring since the first try').to.equal(first?.began.at);
      expect(bench.board.reasonsOf(P0)).to.deep.equal([]);
    });

    it('leaves no other try behind when it is refused before it is begun again, and then revoked', async () => {
      const bench = new ManagerBench();
      bench.acquire = () => Promise.reject(errorOf('retriable'));
      bench.tasks.assigned([P0]);
      await settled();
      const [holding] = bench.tasks.holdings;
      if (holding === undefined) throw new Error('there is a task');
      bench.tasks.refuse(holding.task, { reason: 'commit-refused', message: '' });
      await bench.tasks.drop(bench.tasks.startLeaving([P0]));
      bench.tasks.revoked([P0]);
      await bench.scheduler.advance(2 * REFUSED_RETRY_MS);
      expect(bench.tasks.holdings).to.deep.equal([]);
      expect(bench.requests).to.have.length(1);
    });

    it('is not begun again while its partition is being given up: the task would outlive it', async () => {
      const bench = new ManagerBench();
      bench.acquire = () => Promise.reject(errorOf('retriable'));
      bench.tasks.assigned([P0]);
      await settled();
      const leaving = bench.tasks.startLeaving([P0]);
      await bench.scheduler.advance(2 * REFUSED_RETRY_MS);
      expect(bench.requests).to.have.length(1);
      await bench.tasks.drop(leaving);
      bench.tasks.revoked([P0]);
      expect(bench.tasks.holdings).to.deep.equal([]);
    });

    it('after the partition was revoked is nobody’s matter', async () => {
      const bench = new ManagerBench();
      const answer: Deferred<Acquired> = deferred();
      bench.acquire = () => answer.promise;
      bench.tasks.assigned([P0]);
      await settled();
      await bench.tasks.drop(bench.tasks.startLeaving([P0]));
      bench.tasks.revoked([P0]);
      answer.reject(errorOf('fatal'));
      await settled();
      expect(bench.failures).to.deep.equal([]);
    });
  });

  describe('records', () => {
    it('go to the task of their partition, in runs', async () => {
      const bench = await running(0, 1);
      bench.offer(
        consumed(0, { partition: 0 }),
        consumed(1, { partition: 0 }),
        consumed(0, { partition: 1 }),
        consumed(2, { partition: 0 }),
      );
      const held = bench.tasks.holdings.map(({ task }) => task.ledger.uncommitted);
      expect(held).to.deep.equal([3, 1]);
      expect(bench.tasks.uncommitted).to.equal(4);
    });

    it('of a partition that is nobody’s are dropped', async () => {
      const bench = await running(0);
      bench.offer(consumed(0, { partition: 5 }), consumed(0, { partition: 0 }));
      expect(bench.tasks.uncommitted).to.equal(1);
    });

    it('pause a partition whose task holds its share, and a commit resumes it', async () => {
      const bench = await running(0, 1);
      bench.credit = ({ uncommitted }) =>
        uncommitted >= 2 ? 'pause' : uncommitted === 0 ? 'resume' : 'keep';
      bench.log.length = 0;
      bench.offer(consumed(0), consumed(1), consumed(0, { partition: 1 }));
      expect(bench.log).to.deep.equal(['pause user.events-0']);
      for (const ledger of bench.tasks.ledgers()) ledger.takeUnit().settle('committed');
      bench.tasks.balance();
      expect(bench.log).to.deep.equal(['pause user.events-0', 'resume user.events-0']);
    });

    it('do not resume a partition that is leaving', async () => {
      const bench = await running(0);
      bench.credit = ({ uncommitted }) => (uncommitted > 0 ? 'pause' : 'resume');
      bench.offer(consumed(0));
      bench.tasks.startLeaving([P0]);
      bench.log.length = 0;
      for (const ledger of bench.tasks.ledgers()) ledger.takeUnit().settle('committed');
      bench.tasks.balance();
      expect(bench.log).to.deep.equal([]);
    });
  });

  describe('with several source topics', () => {
    const both = ['a', 'b'];

    it('each its own sub-topology: a task each', async () => {
      const bench = new ManagerBench(both);
      bench.acquire = async ({ sources }) =>
        startAt(0, { positions: new Map(sources.map((t) => [t, commitOffset(0)])) });
      bench.tasks.assigned([at('a', 0), at('b', 0)]);
      await settled();
      expect(bench.tasks.holdings.map(({ task }) => `${task.id} ${task.state}`)).to.deep.equal([
        '0_0 running',
        '1_0 running',
      ]);
    });
  });

  describe('the patrol', () => {
    const low = (offset: number) => async () => ({ low: commitOffset(offset), high: commitOffset(9) });

    it('lets an idle task write a checkpoint once a day', async () => {
      const bench = await running(0);
      await bench.tasks.patrol(low(0));
      expect([...bench.tasks.ledgers()].some((ledger) => ledger.isDirty())).to.equal(false);
      bench.scheduler.clock.after(86_400_001, () => undefined);
      bench.scheduler.clock.fireNext();
      await bench.tasks.patrol(low(0));
      expect([...bench.tasks.ledgers()].some((ledger) => ledger.isDirty())).to.equal(true);
    });

    it('lets a task write a checkpoint whose position went past what is no record', async () => {
      const bench = await running(0);
      bench.tasks.offer(batchOf([], [position(SOURCE, 0, 3), position(SOURCE, 7, 1)]), bench.poll);
      const [ledger] = [...bench.tasks.ledgers()];
      expect(ledger?.isDirty()).to.equal(false);
      await bench.tasks.patrol(low(3));
      expect(bench.stateOf('0_0')).to.equal('running');
      expect(ledger?.takeUnit().offsets).to.deep.include(position(SOURCE, 0, 3));
    });

    it('knows the ends of the logs afterwards, until the partition is given up', async () => {
      const bench = await running(0);
      expect(bench.tasks.logEnd(P0)).to.equal(undefined);
      await bench.tasks.patrol(low(0));
      expect(bench.tasks.logEnd(P0)).to.equal(9);
      bench.tasks.revoked([P0]);
      expect(bench.tasks.logEnd(P0)).to.equal(undefined);
    });

    it('knows the end of the log of a partition that is paused, also while records of it wait', async () => {
      const bench = await running(0);
      const [task] = bench.tasks.holdings.map((holding) => holding.task);
      if (task === undefined) throw new Error('there is a task');
      Object.defineProperty(task, 'queued', { value: 3 });
      await bench.tasks.patrol(low(0));
      expect(bench.tasks.logEnd(P0), 'the client looks').to.equal(undefined);
      bench.board.set(P0, 'credit');
      await bench.tasks.patrol(low(5));
      expect(bench.tasks.logEnd(P0)).to.equal(9);
      expect(bench.stateOf('0_0'), 'what waits is decided first').to.equal('running');
    });

    it('refuses a task whose next record retention has deleted', async () => {
      const bench = await running(0);
      await bench.tasks.patrol(low(1));
      expect(bench.stateOf('0_0')).to.equal('refused');
      expect(bench.tasks.holdings[0]?.refused?.reason).to.equal('below-log-start');
      expect(bench.tasks.holdings[0]?.refused?.message).to.include('user.events-0').and.to.match(/\b1\b/);
    });

    it('does nothing for a task that does not run', async () => {
      const bench = new ManagerBench();
      bench.acquire = () => deferred<Acquired>().promise;
      bench.tasks.assigned([P0]);
      await settled();
      await bench.tasks.patrol(low(100));
      expect(bench.stateOf('0_0')).to.equal('restoring');
    });
  });

  it('shares credit among the partitions that are assigned now', async () => {
    const bench = await running(0, 1);
    await bench.tasks.drop(bench.tasks.startLeaving([P0]));
    bench.tasks.revoked([P0]);
    expect(bench.log.filter((line) => line.startsWith('share'))).to.deep.equal(['share 2', 'share 1']);
  });
});

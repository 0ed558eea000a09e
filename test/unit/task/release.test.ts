import { expect } from 'chai';
import type { CommitResult } from '../../../src/ports/commit.js';
import { release } from '../../../src/task/release.js';
import { errorOf } from '../support/kafka-errors.js';
import { ManagerBench } from '../support/manager-bench.js';
import { at, consumed, SOURCE } from '../support/records.js';
import { settle } from '../support/settle.js';

const LIMIT_MS = 10_000;
const INTERVAL_MS = 100;
const P0 = at(SOURCE, 0);

/** One running task that has decided `records` records; `commit` says how each commit ends. */
const bench = async (records: number, commit: (n: number) => CommitResult | undefined | 'really') => {
  const manager = new ManagerBench();
  manager.tasks.assigned([P0]);
  for (let i = 0; i < 5; i++) await settle();
  if (records > 0) manager.offer(...Array.from({ length: records }, (_, i) => consumed(i)));
  let commits = 0;
  const commitNow = async (): Promise<CommitResult | undefined> => {
    // A loop that never lets a timer through would hang the whole run: it fails instead.
    if ((commits += 1) > 1000) throw new Error('release spins');
    const how = commit(commits);
    if (how !== 'really') return how;
    const dirty = [...manager.tasks.ledgers()].filter((ledger) => ledger.isDirty());
    if (dirty.length === 0) return undefined;
    for (const ledger of dirty) ledger.takeUnit().settle('committed');
    return { kind: 'committed' };
  };
  const [holding] = manager.tasks.holdings;
  if (holding === undefined) throw new Error('there is a task');
  const run = async (): Promise<void> => {
    const leaving = manager.tasks.startLeaving([P0]);
    const { clock } = manager.scheduler;
    await manager.scheduler.complete(
      release(leaving, LIMIT_MS, manager.tasks, { commitNow }, clock, INTERVAL_MS),
    );
  };
  return {
    manager,
    holding,
    run,
    count: () => commits,
    elapsedMs: () => manager.scheduler.clock.monotonic(),
  };
};

describe('release', () => {
  it('commits what is decided, then drops', async () => {
    const { manager, holding, run, elapsedMs } = await bench(3, () => 'really');
    await run();
    expect(holding.task.state).to.equal('closed');
    expect(holding.task.ledger.sequence).to.equal(1);
    expect(manager.tasks.holdings).to.deep.equal([]);
    expect(elapsedMs()).to.be.below(2 * INTERVAL_MS);
  });

  it('is quick when there is nothing to do', async () => {
    const { holding, run, elapsedMs } = await bench(0, () => 'really');
    await run();
    expect(holding.task.state).to.equal('closed');
    expect(elapsedMs()).to.be.below(2 * INTERVAL_MS);
  });

  it('tries again after one abort, gives up after two, and drops all the same', async () => {
    for (const aborts of [1, 2]) {
      const { holding, run, count, elapsedMs } = await bench(1, (n) =>
        n <= aborts ? { kind: 'aborted', cause: errorOf('abortable', 22) } : 'really',
      );
      await run();
      expect(holding.task.state).to.equal('closed');
      expect(count()).to.equal(2);
      expect(elapsedMs()).to.be.below(LIMIT_MS);
    }
  });

  for (const kind of ['unknown', 'fatal'] as const) {
    it(`drops at once when a commit is ${kind}`, async () => {
      const { holding, run, count } = await bench(1, () => ({ kind, cause: errorOf('fatal') }));
      await run();
      expect(holding.task.state).to.equal('closed');
      expect(count()).to.equal(1);
    });
  }

  it('does not spin when the session is over and nothing may be committed any more', async () => {
    const { holding, run, count } = await bench(1, () => undefined);
    await run();
    expect(holding.task.state).to.equal('closed');
    expect(count()).to.be.at.most(LIMIT_MS / INTERVAL_MS + 2);
  });

  it('drops what is left when the limit has passed, however slow the commits are', async () => {
    const made = await bench(1, () => 'really');
    const { manager, holding } = made;
    const { clock } = manager.scheduler;
    const commitNow = async (): Promise<CommitResult | undefined> => {
      await new Promise<void>((resolve) => clock.after(4000, resolve));
      manager.offer(consumed(0));
      return { kind: 'committed' };
    };
    const leaving = manager.tasks.startLeaving([P0]);
    await manager.scheduler.complete(
      release(leaving, LIMIT_MS, manager.tasks, { commitNow }, clock, INTERVAL_MS),
    );
    expect(holding.task.state).to.equal('closed');
    expect(clock.monotonic()).to.be.below(LIMIT_MS + 4000 + INTERVAL_MS);
  });
});

/** What `/status` says of single lanes: which record, and why; never what is in it. */
import { expect } from 'chai';
import { NotRetryableError, RetryableError } from '../../../src/record/record-error.js';
import { laneHeadsOf } from '../../../src/task/lane-heads.js';
import type { TaskSettings } from '../../../src/task/task-host.js';
import { consumed, SOURCE } from '../support/records.js';
import { TaskBench } from '../support/task-bench.js';

const LANES: Partial<TaskSettings> = {
  retryImmediate: 0,
  retryTiers: [{ name: '5s', delayMs: 5000 }],
  deadLetterPolicy: 'park',
};
const SECRET = 'somebody@example.org';
const away = () => new RetryableError('directory-unavailable', SECRET);

const started = (): Promise<TaskBench> => new TaskBench(LANES).start();
const headsOf = (bench: TaskBench, limit = 50) =>
  laneHeadsOf(bench.task.lanes, limit, bench.scheduler.clock.now());

describe('the heads of lanes', () => {
  it('are told with their place, attempts, wait and followers', async () => {
    const bench = await started();
    bench.offer([consumed(0), consumed(1)]);
    await bench.fail(0, away());
    expect(headsOf(bench)).to.deep.equal([
      {
        head: `${SOURCE}-0-0`,
        status: 'waiting',
        followers: 1,
        attempts: 1,
        delayMs: 5000,
        dueInMs: 5000,
        failingForMs: 0,
        lastFailure: { reason: 'directory-unavailable', retryable: true },
      },
    ]);
  });

  it('wait for nothing when they are parked', async () => {
    const bench = await started();
    bench.offer([consumed(0)]);
    await bench.fail(0, new NotRetryableError('schema-violation', SECRET));
    expect(headsOf(bench)[0]).to.deep.include({
      status: 'parked',
      dueInMs: null,
      lastFailure: { reason: 'schema-violation', retryable: false },
    });
  });

  it('are the oldest ones, so many as are asked for, without key, value or message', async () => {
    const bench = await started();
    bench.offer([0, 1, 2].map((offset) => consumed(offset, { key: `${SECRET}-${offset}`, value: SECRET })));
    for (const offset of [0, 1, 2]) await bench.fail(offset, away());
    expect(headsOf(bench, 2).map(({ head }) => head)).to.deep.equal([`${SOURCE}-0-0`, `${SOURCE}-0-1`]);
    expect(JSON.stringify(headsOf(bench))).not.to.include(SECRET);
  });

  it('bound a reason of any length', async () => {
    const bench = await started();
    bench.offer([consumed(0)]);
    await bench.fail(0, new RetryableError('x'.repeat(10_000), 'm'));
    expect(headsOf(bench)[0]?.lastFailure?.reason).to.have.length(100);
  });

  it('and dead letters are told once they are committed, with the same names', async () => {
    const bench = await started();
    bench.offer([consumed(0), consumed(1, { key: 'other' })]);
    await bench.fail(0, new NotRetryableError('schema-violation', SECRET));
    expect(bench.telemetry.letters).to.deep.equal([]);
    bench.take().settle('committed');
    expect(bench.telemetry.letters).to.deep.equal([
      {
        id: `${SOURCE}-0-0`,
        reason: 'schema-violation',
        retryable: false,
        attempts: 1,
        isNotice: true,
      },
    ]);
  });
});

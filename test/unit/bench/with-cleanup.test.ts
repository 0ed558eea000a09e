import { expect } from 'chai';
import { withCleanup, type Defer } from '../../../bench/measure/with-cleanup.js';

describe('work with cleanup', () => {
  const ended: string[] = [];
  const ends = (defer: Defer, name: string, failure?: Error) =>
    defer(async () => {
      ended.push(name);
      if (failure !== undefined) throw failure;
    });

  beforeEach(() => ended.splice(0));

  const failureOf = (work: (defer: Defer) => Promise<unknown>): Promise<unknown> =>
    withCleanup(work).then(
      () => undefined,
      (error: unknown) => error,
    );

  it('gives what the work gives, and has ended everything by then, the last thing first', async () => {
    const result = await withCleanup(async (defer) => {
      ends(defer, 'first');
      ends(defer, 'second');
      return 7;
    });
    expect({ result, ended }).to.deep.equal({ result: 7, ended: ['second', 'first'] });
  });

  it('ends everything when the work fails, and when an end fails; the first failure is told', async () => {
    const work = new Error('work');
    const end = new Error('end');
    const both = await failureOf(async (defer) => {
      ends(defer, 'first');
      ends(defer, 'second', end);
      throw work;
    });
    expect(both).to.equal(work);
    expect(ended).to.deep.equal(['second', 'first']);
    expect(await failureOf(async (defer) => ends(defer, 'third', end))).to.equal(end);
  });
});

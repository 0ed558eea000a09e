import { expect } from 'chai';
import { Turnstile } from '../../../src/state/turnstile.js';
import { deferred, rejection, settle } from '../support/settle.js';

describe('Turnstile', () => {
  it('lets as many in as it has places, the others in the order in which they came', async () => {
    const turnstile = new Turnstile(2);
    const work = Array.from({ length: 5 }, () => deferred());
    const entered: number[] = [];
    const all = work.map(({ promise }, i) =>
      turnstile.pass(async () => {
        entered.push(i);
        await promise;
      }),
    );
    await settle();
    expect(entered).to.deep.equal([0, 1]);
    work[1]?.resolve();
    await settle();
    expect(entered).to.deep.equal([0, 1, 2]);
    work[0]?.resolve();
    work[2]?.resolve();
    await settle();
    expect(entered).to.deep.equal([0, 1, 2, 3, 4]);
    for (const { resolve } of work) resolve();
    await Promise.all(all);
  });

  it('gives a place back after a failure, which only its own caller hears of', async () => {
    const turnstile = new Turnstile(1);
    const failure = new Error('broken');
    const failing = turnstile.pass(() => Promise.reject(failure));
    const next = turnstile.pass(async () => 'in');
    expect(await rejection(failing)).to.equal(failure);
    expect(await next).to.equal('in');
    expect(await turnstile.pass(async () => 'again')).to.equal('again');
  });

  it('never lets more in than it has places, however they come and go', async () => {
    const turnstile = new Turnstile(3);
    let inside = 0;
    let most = 0;
    const visit = (turns: number) => async (): Promise<void> => {
      inside += 1;
      most = Math.max(most, inside);
      for (let i = 0; i < turns; i++) await settle();
      inside -= 1;
    };
    const visits: Promise<void>[] = [];
    for (let i = 0; i < 30; i++) {
      visits.push(turnstile.pass(visit(i % 4)));
      if (i % 3 === 0) await settle();
    }
    await Promise.all(visits);
    expect([inside, most]).to.deep.equal([0, 3]);
  });
});

import { expect } from 'chai';
import { getEventListeners } from 'node:events';
import { unlessStopped } from '../../../src/cli/unless-stopped.js';

describe('unlessStopped', () => {
  const never = new Promise<never>(() => undefined);
  const said = (asked: Promise<unknown>): Promise<unknown> =>
    asked.catch((error: unknown) => (error as Error).message);

  it('ends as its promise does', async () => {
    const { signal } = new AbortController();
    expect(await unlessStopped(Promise.resolve(3), signal)).to.equal(3);
    expect(await said(unlessStopped(Promise.reject(new Error('no')), signal))).to.equal('no');
  });

  it('rejects when it is stopped, before or meanwhile', async () => {
    const stop = new AbortController();
    const waits = said(unlessStopped(never, stop.signal));
    stop.abort();
    expect([await waits, await said(unlessStopped(never, stop.signal))]).to.deep.equal([
      'stopped',
      'stopped',
    ]);
  });

  it('leaves nothing on the signal: traffic goes on for days', async () => {
    const { signal } = new AbortController();
    for (let i = 0; i < 20; i++) await unlessStopped(Promise.resolve(), signal);
    await new Promise((resolve) => setImmediate(resolve));
    expect(getEventListeners(signal, 'abort')).to.deep.equal([]);
  });
});

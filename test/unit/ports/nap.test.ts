import { expect } from 'chai';
import { getEventListeners } from 'node:events';
import { Nap } from '../../../src/ports/nap.js';
import { VirtualClock } from '../../../src/testing/virtual-clock.js';

describe('Nap', () => {
  const sleeping = (): { nap: Nap; clock: VirtualClock } => {
    const clock = new VirtualClock();
    return { nap: new Nap(clock), clock };
  };

  it('lasts for its time', async () => {
    const { nap, clock } = sleeping();
    const slept = nap.sleep(500);
    expect(clock.fireNext()).to.equal(true);
    await slept;
    expect(clock.monotonic()).to.equal(500);
  });

  it('ends when it is woken, and leaves no timer behind', async () => {
    const { nap, clock } = sleeping();
    const slept = nap.sleep(500);
    nap.wake();
    await slept;
    expect(clock.nextAt()).to.equal(null);
  });

  it('ends with its signal, and does not begin when that is aborted', async () => {
    const { nap, clock } = sleeping();
    const stop = new AbortController();
    const slept = nap.sleep(500, stop.signal);
    stop.abort();
    await slept;
    await nap.sleep(500, stop.signal);
    expect(clock.nextAt()).to.equal(null);
  });

  it('leaves no listener behind, however it ends', async () => {
    const { nap, clock } = sleeping();
    const { signal } = new AbortController();
    const slept = nap.sleep(500, signal);
    expect(getEventListeners(signal, 'abort')).to.have.length(1);
    clock.fireNext();
    await slept;
    expect(getEventListeners(signal, 'abort')).to.have.length(0);
    const woken = nap.sleep(500, signal);
    nap.wake();
    await woken;
    expect(getEventListeners(signal, 'abort')).to.have.length(0);
  });

  it('is one at a time', async () => {
    const { nap } = sleeping();
    const first = nap.sleep(500);
    expect(() => nap.sleep(500)).to.throw('under way');
    nap.wake();
    await first;
  });

  it('is not woken by what came before it', async () => {
    const { nap, clock } = sleeping();
    nap.wake();
    const first = nap.sleep(500);
    nap.wake();
    await first;
    nap.wake();
    let hasEnded = false;
    const second = nap.sleep(500).then(() => (hasEnded = true));
    await Promise.resolve();
    expect(hasEnded).to.equal(false);
    clock.fireNext();
    await second;
  });
});

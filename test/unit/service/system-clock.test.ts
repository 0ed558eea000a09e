import { expect } from 'chai';
import { systemClock } from '../../../src/service/system-clock.js';

describe('the clock of the machine', () => {
  it('waits for longer than a timer of Node can, and can be told not to', async () => {
    const events: string[] = [];
    const cancel = systemClock.after(60 * 86_400_000, () => events.push('long'));
    await new Promise<void>((resolve) =>
      systemClock.after(20, () => {
        events.push('short');
        resolve();
      }),
    );
    cancel();
    expect(events).to.deep.equal(['short']);
  });

  it('is never early, by its own reckoning', async () => {
    const lateMs = (delayMs: number): Promise<number> =>
      new Promise((resolve) => {
        const from = systemClock.monotonic();
        systemClock.after(delayMs, () => resolve(systemClock.monotonic() - from - delayMs));
      });
    // Node's own timers are early in about half of such cases.
    const delays = Array.from({ length: 200 }, (_, i) => 1 + (i % 10) * 0.95);
    for (const delayMs of delays) expect(await lateMs(delayMs), `${delayMs} ms`).to.be.at.least(0);
  });
});

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
});

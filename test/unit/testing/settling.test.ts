import { expect } from 'chai';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Settling } from '../../../src/testing/settling.js';

/** Settles after so many promises and ticks, one after the other. */
const chain = async (length: number): Promise<void> => {
  for (let at = 0; at < length; at++)
    await (at % 2 === 0 ? Promise.resolve() : new Promise<void>((done) => process.nextTick(done)));
};

describe('Settling', () => {
  it('waits for all that goes on without a timer, however long its chain, and time after time', async () => {
    const settling = new Settling();
    for (let at = 0; at < 200; at++) {
      let hasEnded = false;
      void chain(25).then(() => (hasEnded = true));
      await settling.settled();
      expect(hasEnded, `wait ${at}`).to.equal(true);
    }
  });

  it('does so again after the event loop has turned', async () => {
    const settling = new Settling();
    for (let at = 0; at < 3; at++) {
      await settling.settled();
      await nextTurn();
    }
    let hasEnded = false;
    void chain(25).then(() => (hasEnded = true));
    await settling.settled();
    expect(hasEnded).to.equal(true);
  });

  it('has one who waits at a time', async () => {
    const settling = new Settling();
    const first = settling.settled();
    expect(() => settling.settled()).to.throw('await it first');
    await first;
  });
});

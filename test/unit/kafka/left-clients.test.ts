import { expect } from 'chai';
import { awaitLeftClients, leaveClient } from '../../../src/kafka/left-clients.js';

describe('clients that were left', () => {
  it('are waited for, and no longer than the limit', async () => {
    expect(await awaitLeftClients(1)).to.equal(true);
    const ends: (() => void)[] = [];
    for (let i = 0; i < 2; i += 1) leaveClient(new Promise<void>((resolve) => ends.push(resolve)));
    expect(await awaitLeftClients(1)).to.equal(false);
    ends[0]?.();
    expect(await awaitLeftClients(1)).to.equal(false);
    const waiting = awaitLeftClients(60_000);
    ends[1]?.();
    expect(await waiting).to.equal(true);
    expect(await awaitLeftClients(1)).to.equal(true);
  });
});

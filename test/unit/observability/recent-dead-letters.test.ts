import { expect } from 'chai';
import { RecentDeadLetters } from '../../../src/observability/recent-dead-letters.js';
import type { DeadLetterNote } from '../../../src/ports/telemetry.js';
import { TOLD_DEAD_LETTERS } from '../../../src/ports/telemetry.js';

const letter = (nth: number): DeadLetterNote => ({
  id: `user.events-0-${nth}`,
  reason: 'schema-violation',
  retryable: false,
  attempts: 1,
  isNotice: false,
});

describe('the recent dead letters', () => {
  it('are the newest first, with the time at which they were told', () => {
    let now = 0;
    const recent = new RecentDeadLetters(() => now);
    recent.note([letter(1), letter(2)]);
    now = 1000;
    recent.note([letter(3)]);
    expect(recent.newestFirst.map(({ at, id }) => [id, at])).to.deep.equal([
      ['user.events-0-3', '1970-01-01T00:00:01.000Z'],
      ['user.events-0-2', '1970-01-01T00:00:00.000Z'],
      ['user.events-0-1', '1970-01-01T00:00:00.000Z'],
    ]);
  });

  it('are bounded, in number and in length', () => {
    const recent = new RecentDeadLetters(() => 0);
    for (let nth = 0; nth < 3 * TOLD_DEAD_LETTERS; nth++)
      recent.note([{ ...letter(nth), reason: `${'x'.repeat(10_000)}\n` }]);
    expect(recent.newestFirst).to.have.length(TOLD_DEAD_LETTERS);
    expect(recent.newestFirst[0]?.id).to.equal(`user.events-0-${3 * TOLD_DEAD_LETTERS - 1}`);
    expect(recent.newestFirst[0]?.reason).to.have.length(100);
  });
});

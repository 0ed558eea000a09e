import { expect } from 'chai';
import { dueText, parseSince, spanText, timeText } from '../../../src/cli/terminal/time-text.js';
import { epochMs } from '../../../src/record/units.js';

const NOW = epochMs(1_770_000_000_000);

describe('times', () => {
  it('are told in the two units that matter', () => {
    const spans = [0, 999, 1000, 59_999, 60_000, 192_000, 3_600_000, 7_500_000, 86_400_000, 93_600_000, -5];
    expect(spans.map((ms) => spanText(ms))).to.deep.equal([
      '0ms',
      '999ms',
      '1s',
      '59s',
      '1m',
      '3m 12s',
      '1h',
      '2h 5m',
      '1d',
      '1d 2h',
      '0ms',
    ]);
  });

  it('say whether a run is still due', () => {
    expect([NOW + 5000, NOW, NOW - 5000].map((due) => dueText(due, NOW))).to.deep.equal([
      'in 5s',
      'now',
      '5s ago',
    ]);
  });

  it('of a record that are no time are told as none', () => {
    expect(timeText(1e18)).to.equal('-');
    expect(timeText(NOW)).to.equal('2026-02-02T02:40:00.000Z');
  });

  it('since when: a duration back from now, or a time with its offset', () => {
    expect(parseSince('90m', NOW)).to.equal(NOW - 5_400_000);
    expect(parseSince('2026-02-02T03:40:00+01:00', NOW)).to.equal(NOW);
    expect(parseSince('yesterday', NOW)).to.equal(null);
    expect(parseSince('2026-02-02T03:40:00', NOW)).to.equal(null);
  });
});

import { expect } from 'chai';
import fc from 'fast-check';
import {
  count,
  counted,
  duration,
  instant,
  visible,
  words,
} from '../../../../src/observability/page/browser/text.js';

const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}]/u;

describe('the words of the status page', () => {
  it('show what one would not see as its code, and leave the rest as it is', () => {
    expect(visible('user.events-0-7')).to.equal('user.events-0-7');
    expect(visible('Zoë 漢字 🙂')).to.equal('Zoë 漢字 🙂');
    expect(visible('a\u202eb\u0000c\u200bd\u2028e\u00a0f')).to.equal(
      'a\\u{202e}b\\u{0000}c\\u{200b}d\\u{2028}e\\u{00a0}f',
    );
    expect(visible('<b>&amp;</b>')).to.equal('<b>&amp;</b>');
  });

  it('hold nothing unseen and are bounded, whatever the text is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 600 }),
        fc.integer({ min: 1, max: 200 }),
        (text, length) => {
          const shown = visible(text, length);
          expect(shown).not.to.match(UNSEEN);
          expect(shown.length).to.be.at.most(2 * length + 1);
        },
      ),
    );
  });

  it('cut no character in half', () => {
    expect(visible('a🙂b', 3)).to.equal('a…');
    for (let length = 1; length < 20; length++)
      expect(visible(`\u200b${'🙂'.repeat(20)}`, length)).not.to.match(UNSEEN);
  });

  it('let no marks pile up', () => {
    expect(visible(`a${'\u0301'.repeat(100)}b`)).to.equal('a\u0301\u0301…b');
  });

  it('name a duration in two units at most, and round up', () => {
    const cases = [
      [-5, '0 s'],
      [0, '0 s'],
      [1, '1 s'],
      [59_000, '59 s'],
      [59_001, '1 min 00 s'],
      [125_000, '2 min 05 s'],
      [11_220_000, '3 h 07 min'],
      [187_200_000, '2 d 04 h'],
    ] as const;
    for (const [ms, expected] of cases) expect(duration(ms), String(ms)).to.equal(expected);
  });

  it('count with separators, and have a sign for what is not known', () => {
    expect([count(1_234_567), count(0), count(null), count(Number.NaN)]).to.deep.equal([
      '1,234,567',
      '0',
      '–',
      '–',
    ]);
    expect([counted(1, 'lane'), counted(2, 'lane')]).to.deep.equal(['1 lane', '2 lanes']);
  });

  it('show a time in UTC, and what is none as it is', () => {
    expect(instant('2026-11-26T15:04:05.678Z')).to.equal('2026-11-26 15:04:05');
    expect(instant('soon\u202e')).to.equal('soon\\u{202e}');
    expect(words('PENDING_SHUTDOWN')).to.equal('pending shutdown');
  });
});

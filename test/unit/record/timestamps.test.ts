import { expect } from 'chai';
import fc from 'fast-check';
import { isCanonicalTimestamp, isoTimestamp, parseTimestamp } from '../../../src/record/timestamps.js';

const FIRST = Date.parse('0000-01-01T00:00:00.000Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');

describe('timestamps', () => {
  const READ: readonly (readonly [unknown, string])[] = [
    ['2026-02-03T04:05:06.789Z', '2026-02-03T04:05:06.789Z'],
    ['2026-02-03T04:05:06Z', '2026-02-03T04:05:06.000Z'],
    ['2026-02-03T04:05Z', '2026-02-03T04:05:00.000Z'],
    ['2026-02-03T04:05:06.7Z', '2026-02-03T04:05:06.700Z'],
    ['2026-02-03T04:05:06.123456789Z', '2026-02-03T04:05:06.123Z'],
    ['2026-02-03T04:05:06.999999Z', '2026-02-03T04:05:06.999Z'],
    ['2026-02-03T04:05:06,5+02:00', '2026-02-03T02:05:06.500Z'],
    ['2026-02-03T04:05:06-0330', '2026-02-03T07:35:06.000Z'],
    ['2026-02-03T04:05:06+02', '2026-02-03T02:05:06.000Z'],
    ['2026-02-03T04:05:06+02:00[Europe/Berlin]', '2026-02-03T02:05:06.000Z'],
    ['2026-02-03t04:05:06z', '2026-02-03T04:05:06.000Z'],
    ['2024-02-29T12:00:00Z', '2024-02-29T12:00:00.000Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
    ['2016-12-31T23:59:60.000Z', '2017-01-01T00:00:00.000Z'],
    ['0042-01-01T00:00:00Z', '0042-01-01T00:00:00.000Z'],
    [1770091506.789, '2026-02-03T04:05:06.789Z'],
    [1770091506.123456789, '2026-02-03T04:05:06.123Z'],
    [1770091506, '2026-02-03T04:05:06.000Z'],
    [1770091506789, '2026-02-03T04:05:06.789Z'],
    [0, '1970-01-01T00:00:00.000Z'],
    [-1.5, '1969-12-31T23:59:58.500Z'],
    [99_999_999_999, '5138-11-16T09:46:39.000Z'],
    [100_000_000_000, '1973-03-03T09:46:40.000Z'],
  ];
  for (const [written, meant] of READ) {
    it(`reads ${JSON.stringify(written)} as ${meant}`, () => {
      expect(isoTimestamp(written)).to.equal(meant);
    });
  }

  const REFUSED: readonly unknown[] = [
    '2026-02-03T04:05:06',
    '2026-02-03',
    '1770091506',
    '',
    ' 2026-02-03T04:05:06Z',
    '2026-02-03T04:05:06Z ',
    '2023-02-29T12:00:00Z',
    '1900-02-29T12:00:00Z',
    '2026-04-31T12:00:00Z',
    '2026-02-30T04:05:06.789Z',
    '2026-13-01T12:00:00Z',
    '2026-00-01T12:00:00Z',
    '2026-01-00T12:00:00Z',
    '2026-02-03T24:00:00Z',
    '2026-02-03T04:60:00Z',
    '2026-02-03T04:05:61Z',
    '2026-02-03T04:05:06+24:00',
    '2026-02-03T04:05:06+02:60',
    '0000-01-01T00:00:00+01:00',
    '9999-12-31T23:59:59-00:01',
    '20260203T040506Z',
    '+12026-02-03T04:05:06Z',
    'Tue, 03 Feb 2026 04:05:06 GMT',
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1e300,
    LAST + 1,
    null,
    undefined,
    true,
    [2026, 2, 3, 4, 5, 6],
    {},
  ];
  for (const written of REFUSED) {
    it(`refuses ${JSON.stringify(written) ?? String(written)} (${typeof written})`, () => {
      expect(isoTimestamp(written)).to.equal(undefined);
      expect(parseTimestamp(written)).to.equal(undefined);
    });
  }

  it('knows every day of every year from 1600 to 2400 as the calendar does', () => {
    for (let year = 1600; year <= 2400; year += 1) {
      for (let month = 1; month <= 12; month += 1) {
        const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
        const text = (day: number): string =>
          `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}T00:00:00Z`;
        expect(parseTimestamp(text(days)), text(days)).to.equal(Date.UTC(year, month - 1, days));
        expect(parseTimestamp(text(days + 1)), text(days + 1)).to.equal(undefined);
      }
    }
  });

  const instant = fc.integer({ min: FIRST, max: LAST });

  it('gives the one spelling back as it is', () => {
    fc.assert(
      fc.property(instant, (ms) => {
        const text = new Date(ms).toISOString();
        expect(isoTimestamp(text)).to.equal(text);
        expect(isCanonicalTimestamp(text)).to.equal(true);
        expect(parseTimestamp(text)).to.equal(ms);
      }),
    );
  });

  it('means the same instant whatever offset it is written with', () => {
    const dayMs = 86_400_000;
    fc.assert(
      fc.property(
        fc.integer({ min: FIRST + dayMs, max: LAST - dayMs }),
        fc.integer({ min: -1439, max: 1439 }),
        fc.constantFrom(':', ''),
        (ms, offsetMinutes, colon) => {
          const local = new Date(ms + offsetMinutes * 60_000).toISOString().slice(0, -1);
          const two = (n: number): string => String(n).padStart(2, '0');
          const size = Math.abs(offsetMinutes);
          const offset = `${offsetMinutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${colon}${two(size % 60)}`;
          expect(parseTimestamp(local + offset)).to.equal(ms);
        },
      ),
    );
  });

  it('reads what Jackson writes, seconds with a fraction and milliseconds, to the millisecond', () => {
    const modern = fc.integer({ min: 100_000_000_000, max: 4_102_444_800_000 });
    fc.assert(
      fc.property(modern, fc.nat(999_999), (ms, nanosBelowMs) => {
        expect(parseTimestamp(ms)).to.equal(ms);
        expect(
          parseTimestamp(JSON.parse(`${Math.floor(ms / 1000)}.${String(ms % 1000).padStart(3, '0')}`)),
        ).to.equal(ms);
        // A double of epoch seconds tells 0.24 µs apart: whole nanoseconds survive up to the last microsecond.
        const nanos = String((ms % 1000) * 1_000_000 + Math.min(nanosBelowMs, 998_000)).padStart(9, '0');
        expect(parseTimestamp(JSON.parse(`${Math.floor(ms / 1000)}.${nanos}`))).to.equal(ms);
      }),
    );
  });

  it('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const iso = isoTimestamp(value);
        if (iso !== undefined) expect(isCanonicalTimestamp(iso)).to.equal(true);
      }),
    );
  });
});

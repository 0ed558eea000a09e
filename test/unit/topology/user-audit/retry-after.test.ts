import { expect } from 'chai';
import { retryAfterMs } from '../../../../topology/user-audit/clients/retry-after.js';

const NOW_MS = Date.parse('2026-02-03T04:05:06Z');

describe('Retry-After', () => {
  const CASES: readonly (readonly [string | null, number | undefined])[] = [
    ['0', 0],
    ['30', 30_000],
    [' 30 ', 30_000],
    ['999999999', 86_400_000],
    ['Tue, 03 Feb 2026 04:05:36 GMT', 30_000],
    ['Tue, 03 Feb 2026 04:00:00 GMT', 0],
    ['Wed, 03 Feb 2027 04:00:00 GMT', 86_400_000],
    ['Tue, 99 Feb 2026 04:05:36 GMT', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['soon', undefined],
    ['2026-02-03T04:05:36Z', undefined],
    ['', undefined],
    [null, undefined],
  ];
  for (const [value, waitMs] of CASES) {
    it(`${JSON.stringify(value)} asks for ${waitMs === undefined ? 'nothing' : `${waitMs} ms`}`, () => {
      expect(retryAfterMs(value, NOW_MS)).to.equal(waitMs);
    });
  }
});

import { fullFormats } from 'ajv-formats/dist/formats.js';
import { expect } from 'chai';
import fc from 'fast-check';
import { UUID } from '../../../../topology/user-audit/schema-validator.js';

/** A UUID with one character replaced, left out or put in: what two expressions for it would differ in. */
const nearUuid = fc
  .tuple(
    fc.uuid(),
    fc.constantFrom('', 'urn:uuid:', 'URN:UUID:', 'urn:', ' '),
    fc.nat(36),
    fc.nat(1),
    fc.constantFrom('', '-', 'a', 'F', 'g', 'ſ', 'K', '\n', '٠'),
  )
  .map(([id, prefix, at, cut, put]) => prefix + id.slice(0, at) + put + id.slice(at + cut));

describe('the format of a UUID', () => {
  it('is that of ajv-formats, written out', () => {
    const theirs = fullFormats.uuid as RegExp;
    fc.assert(
      fc.property(fc.oneof(nearUuid, fc.string(), fc.uuid()), (text) => {
        expect(UUID.test(text), JSON.stringify(text)).to.equal(theirs.test(text));
      }),
      { numRuns: 2000 },
    );
    expect(UUID.test('9E3779b1-9e37-479b-ae37-000000000000')).to.equal(true);
  });
});

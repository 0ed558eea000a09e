/** Interned texts are the texts that they were. */
import { expect } from 'chai';
import { internedText } from '../../../src/record/interned-text.js';

describe('an interned text', () => {
  for (const text of [
    'user.events',
    'ce_type',
    '',
    '7',
    '__proto__',
    'constructor',
    'ä𝄞',
    'a\u0000b',
    'x'.repeat(300),
  ])
    it(`is the same text: ${JSON.stringify(text.slice(0, 20))}`, () => {
      for (let round = 0; round < 2; round += 1)
        expect(internedText(Buffer.from(text).toString())).to.equal(text);
    });

  it('is the same text when there are too many to keep', () => {
    for (let index = 0; index < 5_000; index += 1)
      expect(internedText(`name ${index}`)).to.equal(`name ${index}`);
  });
});

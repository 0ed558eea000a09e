import { expect } from 'chai';
import fc from 'fast-check';
import { RepeatedTexts } from '../../../src/kafka/repeated-texts.js';

const AT = 3;

/** The text where other bytes are around it. */
const read = (texts: RepeatedTexts, name: string, text: string): string =>
  texts.text(name, Buffer.from(`...${text}...`), AT, text.length);

describe('repeated texts', () => {
  it('are what the bytes say, in whatever order they come', () => {
    const text = fc.oneof(
      fc.constantFrom('', 'a', 'b', 'user.auth', 'user.ready'),
      fc.string({ unit: 'grapheme-ascii' }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('type', 'id'), text), { maxLength: 60 }), (given) => {
        const texts = new RepeatedTexts();
        for (const [name, text] of given) expect(read(texts, name, text)).to.equal(text);
      }),
    );
  });

  it('do not change when the bytes that they were read from do', () => {
    const texts = new RepeatedTexts();
    const bytes = Buffer.from('abc');
    expect(texts.text('n', bytes, 0, 3)).to.equal('abc');
    bytes.write('xyz');
    expect(texts.text('n', bytes, 0, 3)).to.equal('xyz');
    expect(read(texts, 'n', 'abc')).to.equal('abc');
  });

  it('are the same of names and texts beyond what is kept', () => {
    const texts = new RepeatedTexts();
    for (let round = 0; round < 2; round += 1)
      for (let name = 0; name < 1_000; name += 1)
        expect(read(texts, `n${name}`, `text ${name}`)).to.equal(`text ${name}`);
    for (const text of ['x'.repeat(10_000), 'y'.repeat(10_000)])
      expect(read(texts, 'long', text)).to.equal(text);
  });

  it('are still read right where they were another ever so often', () => {
    const texts = new RepeatedTexts();
    for (let index = 100; index < 200; index += 1) expect(read(texts, 'id', `${index}`)).to.equal(`${index}`);
    for (let times = 0; times < 3; times += 1) expect(read(texts, 'id', '107')).to.equal('107');
  });
});

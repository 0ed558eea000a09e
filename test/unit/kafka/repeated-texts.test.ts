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

  it('are made once while they repeat, and each time where they never do', () => {
    let made = 0;
    const texts = new RepeatedTexts((bytes, from, to) => {
      made += 1;
      return bytes.toString('latin1', from, to);
    });
    for (let times = 0; times < 100; times += 1)
      read(texts, 'type', ['user.auth', 'user.updated'][times % 2] ?? '');
    expect(made).to.equal(2);
    // Nine in a row that differ from the one before, and a thousand that are not looked at.
    for (let index = 1_000; index < 1_010; index += 1)
      expect(read(texts, 'id', `${index}`)).to.equal(`${index}`);
    made = 0;
    for (let times = 0; times < 1_000; times += 1) expect(read(texts, 'id', '1009')).to.equal('1009');
    expect(made).to.equal(1_000);
    for (let times = 0; times < 50; times += 1) expect(read(texts, 'id', '1009')).to.equal('1009');
    expect(made).to.equal(1_000);
  });

  it('keep no more than a bounded number, and then those that come next', () => {
    let made = 0;
    const texts = new RepeatedTexts((bytes, from, to) => {
      made += 1;
      return bytes.toString('latin1', from, to);
    });
    for (let index = 0; index < 10_000; index += 1) read(texts, `n${index}`, 'text');
    made = 0;
    read(texts, 'n9999', 'text');
    expect(made).to.equal(0);
    read(texts, 'n0', 'text');
    expect(made).to.equal(1);
    // Nothing of a long name or text is kept.
    for (let times = 0; times < 2; times += 1) {
      read(texts, 'n'.repeat(300), 'text');
      read(texts, 'n', 'text'.repeat(100));
    }
    expect(made).to.equal(5);
  });
});

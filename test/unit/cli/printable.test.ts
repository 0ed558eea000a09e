/** Nothing that a terminal acts on gets through, and what is shown can be told apart. */
import { expect } from 'chai';
import fc from 'fast-check';
import { isUtf8 } from 'node:buffer';
import { jsonLine, printable, printableBytes, shown } from '../../../src/cli/terminal/printable.js';

/** Controls, format characters, separators of lines, halves of pairs: what must never be written. */
const ACTED_ON = /[\p{C}\p{Zl}\p{Zp}]/u;
const anyText = fc.string({ unit: 'binary', maxLength: 60 });
const anyBytes = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes));

describe('printable', () => {
  it('shows escapes, controls, bidirectional marks and separators of lines as text', () => {
    expect(printable('\u001b]0;x\u0007')).to.equal('\\x1b]0;x\\x07');
    expect(printable('a\r\nb\tc')).to.equal('a\\r\\nb\\tc');
    expect(printable('user\u202egnp.exe')).to.equal('user\\u{202e}gnp.exe');
    expect(printable('\u009b31m\u2028\u200b\ufeff\u{e0041}')).to.equal(
      '\\u{9b}31m\\u{2028}\\u{200b}\\u{feff}\\u{e0041}',
    );
    expect(printable('\ud800x')).to.equal('\\u{d800}x');
  });

  it('leaves the text of all languages as it is', () => {
    for (const text of ['Grüße', 'Привет', '日本語', 'مرحبا', 'हिन्दी', '🎉', "O'Neil <x@y.z>"])
      expect(printable(text)).to.equal(text);
  });

  it('does not let marks pile up over the lines around', () => {
    expect(printable(`e${'\u0301'.repeat(50)}`).match(/\u0301/g)).to.have.length(3);
  });

  it('lets nothing through that a terminal acts on, whatever the text, the bytes or the limit', () => {
    fc.assert(
      fc.property(anyText, anyBytes, fc.nat(20), (text, bytes, limit) => {
        for (const safe of [
          printable(text),
          printable(text, limit),
          printableBytes(bytes),
          printableBytes(bytes, limit),
        ])
          expect(ACTED_ON.test(safe)).to.equal(false);
      }),
    );
  });

  it('lets no character of Unicode through that a terminal acts on', () => {
    // The other planes hold ideographs, or nothing.
    const planes = [0, 0x10000, 0xe0000];
    const blocks = planes.flatMap((plane) => Array.from({ length: 16 }, (_, i) => plane + i * 0x1000));
    for (const block of blocks.slice(0, 33)) {
      const codes = Array.from({ length: 0x1000 }, (_, i) => block + i);
      const text = codes.map((code) => `${String.fromCodePoint(code)} `).join('');
      expect(ACTED_ON.test(printable(text)), block.toString(16)).to.equal(false);
      expect(ACTED_ON.test(jsonLine({ text })), block.toString(16)).to.equal(false);
    }
  });

  it('shows different texts differently', () => {
    fc.assert(
      fc.property(anyText, anyText, (one, other) => {
        fc.pre(one !== other);
        expect(printable(one)).not.to.equal(printable(other));
      }),
    );
    expect(printable('\\x1b')).not.to.equal(printable('\u001b'));
  });

  it('keeps within its limit, and says that something was cut off', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 20 }), (text, limit) => {
        const safe = printable(text, limit);
        expect(safe.length).to.be.at.most(limit);
        if (printable(text).length > limit) expect(safe.endsWith('…')).to.equal(true);
      }),
    );
    expect(printable('x'.repeat(5_000_000), 5)).to.equal('xxxx…');
  });
});

describe('printableBytes', () => {
  it('is printable for what is UTF-8, and shows every other byte as one', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        if (isUtf8(bytes)) expect(printableBytes(bytes)).to.equal(printable(bytes.toString()));
      }),
    );
    expect(printableBytes(Buffer.from([0x61, 0xff, 0xc3, 0xa4, 0xc3, 0x62]))).to.equal('a\\xffä\\xc3b');
    // An overlong encoding, a half of a pair in UTF-8, a character cut off.
    expect(printableBytes(Buffer.from([0xc0, 0x80, 0xed, 0xa0, 0x80, 0xe2, 0x82]))).to.equal(
      '\\xc0\\x80\\xed\\xa0\\x80\\xe2\\x82',
    );
  });

  it('looks at no more of a huge value than it shows', () => {
    // All of it would take longer than a test may.
    expect(printableBytes(Buffer.alloc(400_000_000, 0xff), 5)).to.equal('\\xff…');
  });
});

describe('jsonLine', () => {
  it('is one printable line that parses to what it was made of', () => {
    fc.assert(
      fc.property(fc.dictionary(anyText, fc.oneof(anyText, fc.integer(), fc.constant(null))), (value) => {
        const line = jsonLine(value);
        expect(ACTED_ON.test(line)).to.equal(false);
        expect(JSON.parse(line)).to.deep.equal(JSON.parse(JSON.stringify(value)));
      }),
    );
    expect(jsonLine({ a: '\u{e0041}\u202e' })).to.equal('{"a":"\\udb40\\udc41\\u202e"}');
  });
});

describe('shown', () => {
  it('puts numbers and printable text into the program’s own words', () => {
    expect(shown`${3} of ${printable('a\nb')}`).to.equal('3 of a\\nb');
  });
});

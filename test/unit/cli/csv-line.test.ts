/** A row of CSV can be opened by a spreadsheet and shown by a terminal. */
import { expect } from 'chai';
import fc from 'fast-check';
import { csvCell, csvLine } from '../../../src/cli/terminal/csv-line.js';

/** As RFC 4180 has it. */
const parsed = (line: string): string[] => {
  const cells: string[] = [];
  for (let at = 0; at <= line.length;) {
    const [match = '', quoted] = /^(?:"((?:[^"]|"")*)"|[^",]*)/.exec(line.slice(at)) ?? [];
    cells.push(quoted?.replaceAll('""', '"') ?? match);
    at += match.length + 1;
  }
  return cells;
};

describe('a row of CSV', () => {
  it('has a formula in no cell', () => {
    for (const evil of ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '＝1', '＋1', '－1', '＠x'])
      expect(csvCell(evil), evil).to.match(/^'/);
    expect(csvLine(['=HYPERLINK("http://evil","x")', 'a'])).to.equal(
      `"'=HYPERLINK(""http://evil"",""x"")",a`,
    );
  });

  it('leaves alone what is none', () => {
    expect(csvLine(['ada', 'a=b', '2026-02-03T04:05:06.000Z', '203.0.113.7', null, ''])).to.equal(
      'ada,a=b,2026-02-03T04:05:06.000Z,203.0.113.7,,',
    );
  });

  it('quotes what separates cells, and gives its cells back', () => {
    expect(csvLine(['a,b', 'say "no"', 'c'])).to.equal('"a,b","say ""no""",c');
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 }), (cells) => {
        expect(parsed(csvLine(cells))).to.deep.equal(cells.map((cell) => String(csvCell(cell))));
      }),
    );
  });

  it('is one line without anything that a terminal acts on', () => {
    expect(csvLine(['a\nb', '\u001b[2J', '\u202egnp', 'c'])).to.equal('a\\nb,\\x1b[2J,\\u{202e}gnp,c');
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (cells) => {
        expect(csvLine(cells)).not.to.match(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});

import { expect } from 'chai';
import { paint, wantsColor } from '../../../src/cli/terminal/paint.js';
import { printable, shown } from '../../../src/cli/terminal/printable.js';
import type { Column } from '../../../src/cli/terminal/text-table.js';
import { tableLines, widthOf } from '../../../src/cli/terminal/text-table.js';

interface Row {
  readonly name: string;
  readonly count: number;
  readonly note: string;
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'name', cell: ({ name }) => printable(name), paint: (_row, with_) => with_.red },
  { title: 'n', align: 'right', cell: ({ count }) => shown`${count}` },
  { title: 'note', cell: ({ note }) => printable(note) },
];
const ROWS: readonly Row[] = [
  { name: 'a', count: 1, note: 'short' },
  { name: '日本', count: 100, note: 'a note that is long' },
];

describe('a table', () => {
  it('stands in columns, whatever the width of its characters', () => {
    expect(tableLines(COLUMNS, ROWS, paint(false))).to.deep.equal([
      'NAME    N  NOTE',
      'a       1  short',
      '日本  100  a note that is long',
    ]);
  });

  it('cuts its last column to the terminal, and no other', () => {
    const [, , last] = tableLines(COLUMNS, ROWS, paint(false), 25);
    expect(last).to.equal('日本  100  a note that i…');
    expect(widthOf(last ?? '')).to.equal(25);
  });

  it('is measured without its colours', () => {
    const plain = tableLines(COLUMNS, ROWS, paint(false));
    const colored = tableLines(COLUMNS, ROWS, paint(true));

    expect(colored.map((line) => line.replace(/\u001b\[\d+m/g, ''))).to.deep.equal(plain);
    expect(colored[1]).to.match(/^\u001b\[31ma\u001b\[0m /);
  });
});

describe('a table of very many rows', () => {
  it('is made like any other', () => {
    const many = Array.from({ length: 200_000 }, (_, count) => ({ name: 'a', count, note: '' }));
    expect(tableLines(COLUMNS, many, paint(false))).to.have.length(200_001);
  });
});

describe('colours', () => {
  it('are for a terminal whose user has not refused them', () => {
    expect(wantsColor(true, {})).to.equal(true);
    expect(wantsColor(false, {})).to.equal(false);
    expect(wantsColor(true, { NO_COLOR: '1' })).to.equal(false);
    expect(wantsColor(true, { NO_COLOR: '' })).to.equal(true);
    expect(wantsColor(true, { TERM: 'dumb' })).to.equal(false);
  });
});

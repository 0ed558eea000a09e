/** Rows as lines in columns. Pure. Cells are printable already, and painted only after they were measured. */
import type { Paint } from './paint.js';
import type { Printable } from './printable.js';

export interface Column<Row> {
  readonly title: string;
  readonly align?: 'left' | 'right';
  readonly cell: (row: Row) => Printable;
  readonly paint?: (row: Row, paint: Paint) => ((text: Printable) => Printable) | undefined;
}

const MARK = /\p{M}/u;
/** East Asian wide and fullwidth characters and the emoji that terminals give two cells. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** Cells of a terminal, about: what only the terminal's font knows is not known here. */
export const widthOf = (text: string): number => {
  let width = 0;
  for (const char of text) width += MARK.test(char) ? 0 : WIDE.test(char) ? 2 : 1;
  return width;
};

const cut = (text: Printable, width: number): Printable => {
  if (widthOf(text) <= width) return text;
  let kept = '';
  let used = 0;
  for (const char of text) {
    used += widthOf(char);
    if (used > width - 1) break;
    kept += char;
  }
  return `${kept}…` as Printable;
};

const BETWEEN = '  ';
const NARROWEST = 12;

/** `width`: of the terminal, which the last column then keeps within. */
export const tableLines = <Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  paint: Paint,
  width = Infinity,
): readonly Printable[] => {
  const titles = columns.map(({ title }) => title.toUpperCase() as Printable);
  const cells = rows.map((row) => columns.map(({ cell }) => cell(row)));
  // A hundred thousand rows are too many for the arguments of one call.
  const widths = columns.map((_, i) =>
    [titles, ...cells].reduce((widest, line) => Math.max(widest, widthOf(line[i] ?? '')), 0),
  );
  const before = widths.slice(0, -1).reduce((sum, each) => sum + each + BETWEEN.length, 0);
  const room = Math.max(NARROWEST, width - before);
  const line = (
    texts: readonly Printable[],
    brushes: readonly (((text: Printable) => Printable) | undefined)[],
  ) =>
    columns
      .map(({ align }, i) => {
        const isLast = i === columns.length - 1;
        const text = isLast ? cut(texts[i] ?? ('' as Printable), room) : (texts[i] ?? ('' as Printable));
        const padding = ' '.repeat(Math.max(0, (widths[i] ?? 0) - widthOf(text)));
        const painted = brushes[i]?.(text) ?? text;
        return align === 'right' ? padding + painted : isLast ? painted : painted + padding;
      })
      .join(BETWEEN) as Printable;
  return [
    line(
      titles,
      titles.map(() => paint.dim),
    ),
    ...rows.map((row, at) =>
      line(
        cells[at] ?? [],
        columns.map((column) => column.paint?.(row, paint)),
      ),
    ),
  ];
};

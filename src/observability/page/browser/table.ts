/** Fills the body of a table, cell by cell; a table without rows says why it has none instead. */
import { byId, children, setAttribute, setHint, setText } from './elements.js';
import { SHOWN_LENGTH } from './text.js';

/** How a thing stands, as a colour and, in words, in the text itself. */
export type Tone = 'good' | 'wait' | 'bad' | 'plain';

export interface Cell {
  readonly text: string;
  readonly tone?: Tone;
  /** More than what there is room for. */
  readonly hint?: string;
}

export interface Column {
  readonly heading: string;
  readonly kind: 'name' | 'number' | 'text' | 'state' | 'time';
}

/** Sentences may be longer than names. */
const TEXT_LENGTH = 300;

/** `id`: of the table's body; `<id>-empty` is what is shown without rows. */
export const fillTable = (
  id: string,
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  whenEmpty: string,
): void => {
  const empty = byId(`${id}-empty`);
  setText(empty, whenEmpty, 2 * SHOWN_LENGTH);
  empty.hidden = rows.length > 0;
  byId(`${id}-table`).hidden = rows.length === 0;
  children(byId(id), 'tr', rows.length).forEach((tr, nth) => {
    setAttribute(tr, 'role', 'row');
    const cells = rows[nth] ?? [];
    children(tr, 'td', columns.length).forEach((td, column) => {
      const { heading, kind } = columns[column] ?? { heading: '', kind: 'text' };
      const { text, tone = 'plain', hint } = cells[column] ?? { text: '' };
      setAttribute(td, 'role', 'cell');
      setAttribute(td, 'data-label', heading);
      setAttribute(td, 'class', tone === 'plain' ? kind : `${kind} ${tone}`);
      const length = kind === 'text' ? TEXT_LENGTH : SHOWN_LENGTH;
      setHint(td, hint ?? (text.length > length ? text : null));
      const [span = td] = kind === 'state' ? children(td, 'span', 1) : [];
      setText(span, text, length);
    });
  });
};

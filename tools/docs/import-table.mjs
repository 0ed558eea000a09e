/** The import table of the lint rules, for people. Pure. */
import { COMPOSITION, IMPORT_TABLE } from '../lint/import-table.mjs';
import { code, table } from './markdown.mjs';

/** @param {readonly string[] | 'all'} names @param {(name: string) => string} show */
const listed = (names, show) =>
  names === 'all' ? 'all' : names.length === 0 ? 'nothing' : names.map(show).join(', ');

export const importTable = () =>
  table(
    ['folder', 'may import from `src/`', 'packages', 'Node modules', 'because'],
    [
      ...IMPORT_TABLE.map(({ folder, mayImport, packages, node, reason }) => [
        `\`src/${folder}\``,
        listed(mayImport, code),
        listed(packages, code),
        listed(node, code),
        reason,
      ]),
      ['`src/*.ts`', 'all', listed(COMPOSITION.packages, code), 'all', COMPOSITION.reason],
    ],
  );

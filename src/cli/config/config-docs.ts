/** `config docs`: every setting, from the table that docs/configuration.md is made of. */
import type { SettingRow } from '../../../config/describe.js';
import { settingRows } from '../../../config/describe.js';
import type { ExitCode } from '../exit-code.js';
import { EXIT } from '../exit-code.js';
import type { LocalParts } from '../local-parts.js';
import type { Printable } from '../terminal/printable.js';
import { joined, printable, shown } from '../terminal/printable.js';
import { indented } from '../terminal/record-lines.js';
import type { ConfigDocs } from './config-request.js';

const isAbout =
  (about: string | null) =>
  ({ doc, path, variable }: SettingRow): boolean =>
    about === null || [doc, path, variable].some((text) => text.toLowerCase().includes(about.toLowerCase()));

const defaultText = ({ default: value, required }: SettingRow): Printable => {
  if (required) return shown`required`;
  return value === null ? shown`unset` : shown`default ${printable(value === '' ? '(empty)' : value)}`;
};

/** Lines, not a table: what is allowed can be long, and nothing of it may be cut off. */
const linesOf = (row: SettingRow): readonly Printable[] => [
  ...indented([
    printable(row.doc),
    shown`allowed: ${printable(row.allowed)}`,
    joined(
      [
        shown`also: ${printable(row.option)}`,
        shown`${printable(row.path)} in a file`,
        ...(row.file ? [shown`${printable(row.variable)}_FILE`] : []),
        ...(row.secret ? [shown`secret: never shown`] : []),
      ],
      '; ',
    ),
  ]),
];

export const configDocs = ({ output }: LocalParts, { about }: ConfigDocs): ExitCode => {
  const rows = settingRows().filter(isAbout(about));
  if (rows.length === 0) {
    output.note(shown`No setting is about ${printable(about ?? '')}.`);
    return EXIT.failed;
  }
  for (const row of rows) {
    if (output.isJson) {
      output.json(row);
      continue;
    }
    output.line(shown`${output.paint.bold(printable(row.variable))}  ${defaultText(row)}`);
    for (const line of linesOf(row)) output.line(line);
  }
  return EXIT.done;
};

/** `schemas check`: what has changed in the schemas of a clone, and whom it breaks. */
import { cwd } from 'node:process';
import { EXIT, type ExitCode } from '../exit-code.js';
import type { Output } from '../terminal/output.js';
import type { Paint } from '../terminal/paint.js';
import { joined, printable, shown, type Printable } from '../terminal/printable.js';
import { tableLines, type Column } from '../terminal/text-table.js';
import { schemasAgainst, schemasOfClone } from './schema-sources.js';
import { judgedChanges, keeps, type JudgedChange } from './schema-verdict.js';
import type { SchemasCheck } from './schemas-request.js';

const reasonOf = ({ backward, forward }: JudgedChange): Printable => {
  if (backward.kind === 'unknown') return printable(backward.what);
  if (forward.kind === 'unknown') return printable(forward.what);
  const parts = [
    ...(backward.kind === 'refuses' ? [shown`new readers refuse ${printable(backward.what)}`] : []),
    ...(forward.kind === 'refuses' ? [shown`old readers refuse ${printable(forward.what)}`] : []),
  ];
  return parts.length === 0 ? shown`read by all` : joined(parts, '; ');
};

const COLUMNS: readonly Column<JudgedChange>[] = [
  {
    title: 'change',
    cell: ({ verdict }) => printable(verdict),
    paint: ({ verdict }, paint: Paint) =>
      verdict === 'full'
        ? undefined
        : verdict === 'breaking' || verdict === 'unknown'
          ? paint.red
          : paint.yellow,
  },
  { title: 'schema', cell: ({ schema }) => printable(schema) },
  { title: 'where', cell: ({ path }) => printable(path) },
  { title: 'what', cell: ({ what }) => printable(what) },
  { title: 'because', cell: reasonOf },
];

const objectOf = (change: JudgedChange): object => ({
  schema: change.schema,
  path: change.path,
  keyword: change.keyword,
  what: change.what,
  verdict: change.verdict,
  backward: change.backward,
  forward: change.forward,
});

export const schemasCheck = (
  { output }: { readonly output: Output },
  { against, level, isStrict }: SchemasCheck,
  root = cwd(),
): ExitCode => {
  const changes = judgedChanges(schemasAgainst(root, against), schemasOfClone(root), isStrict);
  if (output.isJson) for (const change of changes) output.json(objectOf(change));
  else if (changes.length > 0)
    for (const line of tableLines(COLUMNS, changes, output.paint)) output.line(line);
  const broken = changes.filter((change) => !keeps(change, level));
  const count = changes.length;
  const summary =
    count === 0
      ? shown`Nothing has changed that readers could notice, against ${printable(against)}.`
      : shown`${count} change${printable(count === 1 ? '' : 's')} against ${printable(against)}, ${broken.length} of them not allowed at level ${printable(level)}.`;
  if (output.isJson) output.note(summary);
  else output.line(summary);
  return broken.length === 0 ? EXIT.done : EXIT.failed;
};

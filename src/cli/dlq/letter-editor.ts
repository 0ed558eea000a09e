/**
 * `--edit`: one value in the operator's editor ($VISUAL, else $EDITOR, else vi), JSON in a readable layout. The file
 * is the operator's alone and is gone afterwards, whatever happens. Unchanged or empty: nothing is done.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Operator } from '../cluster/operator.js';
import { Unfulfilled } from '../exit-code.js';
import { printable, shown } from '../terminal/printable.js';
import { changedBytes, editableValue } from './letter-value.js';

/** A number of so many digits would come out of JSON.parse as another. */
const LONG_NUMBER = /\d{16}/;

const editorOf = (env: Readonly<Record<string, string | undefined>>): string =>
  [env['VISUAL'], env['EDITOR']].find((each) => each !== undefined && each !== '') ?? 'vi';

const editIn = (editor: string, path: string, text: string): string => {
  writeFileSync(path, text, { mode: 0o600 });
  // As git does: it may be a command with arguments.
  const { status, error } = spawnSync('sh', ['-c', `${editor} "$@"`, editor, path], { stdio: 'inherit' });
  if (error !== undefined) throw new Unfulfilled(`The editor ${editor} did not start: ${error.message}.`);
  if (status !== 0)
    throw new Unfulfilled(`The editor ${editor} ended with ${status ?? 'a signal'}: nothing was done.`);
  return readFileSync(path, 'utf8');
};

/** `problemOf` the new value: asked at a terminal, it may be edited again. Throws Unfulfilled. */
export const editValue = async (
  operator: Operator,
  value: Buffer | null,
  problemOf: (changed: Buffer) => string | null,
): Promise<Buffer> => {
  const was = editableValue(value);
  if (was.kind === 'bytes')
    throw new Unfulfilled('The value is no text, and an editor would spoil it: use --transform.');
  const isJson = was.kind === 'json';
  const isPretty = isJson && !LONG_NUMBER.test(was.text);
  const before = isPretty ? `${JSON.stringify(was.value, null, 2)}\n` : isJson ? was.text : (was.value ?? '');
  const { ask, env } = operator.parts;
  const folder = mkdtempSync(join(tmpdir(), 'audit-lanes-'));
  const path = join(folder, isJson ? 'value.json' : 'value.txt');
  try {
    for (let text = before; ;) {
      text = editIn(editorOf(env), path, text);
      if (text.trim() === '' || text.trim() === before.trim())
        throw new Unfulfilled('The value is unchanged or empty: nothing was done.');
      let changed: Buffer | null = null;
      let problem: string | null;
      try {
        if (!isJson) changed = Buffer.from(text);
        else if (isPretty) changed = changedBytes(was, JSON.parse(text) as unknown);
        else {
          JSON.parse(text);
          changed = Buffer.concat([was.frame, Buffer.from(text.trim())]);
        }
        problem = problemOf(changed);
      } catch {
        problem = 'it is no JSON';
      }
      if (changed !== null && problem === null) return changed;
      const said = `The edited value cannot be sent: ${problem ?? ''}.`;
      if (ask === null) throw new Unfulfilled(`${said} Nothing was done.`);
      operator.output.note(printable(said));
      if ((await ask(shown`Type e to edit it again: `)) !== 'e')
        throw new Unfulfilled('The edited value was not sent: nothing was done.');
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** An output that keeps what was written. */
import type { Output } from '../../../src/cli/terminal/output.js';
import { paint } from '../../../src/cli/terminal/paint.js';
import { jsonLine } from '../../../src/cli/terminal/printable.js';

export interface Recorded {
  readonly lines: string[];
  readonly notes: string[];
  readonly progress: string[];
}

export const recordingOutput = (isJson: boolean): { readonly output: Output; readonly said: Recorded } => {
  const said: Recorded = { lines: [], notes: [], progress: [] };
  const output: Output = {
    isJson,
    paint: paint(false),
    width: Infinity,
    line: (text) => void said.lines.push(text),
    json: (value) => void said.lines.push(jsonLine(value)),
    note: (text) => void said.notes.push(text),
    progress: (text) => void said.progress.push(text),
  };
  return { output, said };
};

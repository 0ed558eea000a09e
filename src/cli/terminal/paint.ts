/** Colours, where they are wanted: on a terminal, and only when nobody has said otherwise (no-color.org). */
import type { Printable } from './printable.js';

type Brush = (text: Printable) => Printable;

export interface Paint {
  readonly dim: Brush;
  readonly bold: Brush;
  readonly red: Brush;
  readonly yellow: Brush;
  readonly green: Brush;
}

const brush =
  (code: number, isOn: boolean): Brush =>
  (text) =>
    isOn ? (`\u001b[${code}m${text}\u001b[0m` as Printable) : text;

export const paint = (isOn: boolean): Paint => ({
  dim: brush(2, isOn),
  bold: brush(1, isOn),
  red: brush(31, isOn),
  yellow: brush(33, isOn),
  green: brush(32, isOn),
});

export const wantsColor = (isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): boolean =>
  isTerminal && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';

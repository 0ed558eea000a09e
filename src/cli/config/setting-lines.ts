/** Settings in effect, each with where it comes from: as a table and as objects. Pure. */
import type { Origin } from '../../../config/config-error.js';
import { describeSettings } from '../../../config/describe.js';
import type { LoadedSettings } from '../../../config/load.js';
import { printable } from '../terminal/printable.js';
import type { Column } from '../terminal/text-table.js';

export interface SettingLine {
  readonly variable: string;
  /** As one would write it; a secret is masked, PEM text is not shown. */
  readonly value: string;
  readonly origin: Origin;
}

/** Those that have a value, in the order of the schema. The topology is no setting and is left out. */
export const settingLines = (loaded: LoadedSettings): readonly SettingLine[] =>
  Object.entries(describeSettings(loaded)).flatMap(([variable, value]) => {
    const origin = loaded.origins.get(variable);
    return origin === undefined ? [] : [{ variable, value: String(value), origin }];
  });

export const settingColumns: readonly Column<SettingLine>[] = [
  { title: 'setting', cell: ({ variable }) => printable(variable) },
  {
    title: 'from',
    cell: ({ origin }) => printable(origin),
    paint: ({ origin }, paint) => (origin === 'default' ? paint.dim : undefined),
  },
  { title: 'value', cell: ({ value }) => printable(value) },
];

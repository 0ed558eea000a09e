/** `config print`: the settings in effect, and where each comes from. Secrets are masked, always. */
import { loadSettings } from '../../../config/load.js';
import type { ExitCode } from '../exit-code.js';
import { EXIT } from '../exit-code.js';
import type { LocalParts } from '../local-parts.js';
import { printable, shown } from '../terminal/printable.js';
import { tableLines } from '../terminal/text-table.js';
import { settingColumns, settingLines } from './setting-lines.js';

/** Throws ConfigError. */
export const configPrint = ({ output, sources }: LocalParts): ExitCode => {
  const loaded = loadSettings(sources);
  const lines = settingLines(loaded);
  if (output.isJson) for (const line of lines) output.json(line);
  else for (const line of tableLines(settingColumns, lines, output.paint, output.width)) output.line(line);
  for (const warning of loaded.warnings) output.note(shown`warning: ${printable(warning)}`);
  return EXIT.done;
};

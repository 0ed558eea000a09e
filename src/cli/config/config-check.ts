/** `config check`: everything that is wrong with the settings at once, as the service would find it at its start. */
import { ConfigError } from '../../../config/config-error.js';
import type { LoadedSettings } from '../../../config/load.js';
import { loadSettings } from '../../../config/load.js';
import { TopologyError } from '../../dsl/graph/topology-error.js';
import { topologyOf } from '../cluster/application.js';
import type { ExitCode } from '../exit-code.js';
import { EXIT } from '../exit-code.js';
import type { LocalParts } from '../local-parts.js';
import { printable, shown } from '../terminal/printable.js';
import { tableLines } from '../terminal/text-table.js';
import { settingColumns, settingLines } from './setting-lines.js';

/** The topology is built too: some of its mistakes are settings. */
const look = ({ sources }: LocalParts): LoadedSettings | ConfigError | TopologyError => {
  try {
    const loaded = loadSettings(sources);
    topologyOf(loaded.settings);
    return loaded;
  } catch (error) {
    if (error instanceof ConfigError || error instanceof TopologyError) return error;
    throw error;
  }
};

const problemsOf = (error: ConfigError | TopologyError): readonly object[] =>
  error instanceof ConfigError ? error.problems : [{ setting: 'topology', problem: error.message }];

export const configCheck = (parts: LocalParts): ExitCode => {
  const { output } = parts;
  const found = look(parts);
  if (found instanceof Error) {
    if (output.isJson) output.json({ ok: false, problems: problemsOf(found) });
    else for (const line of found.message.split('\n')) output.note(printable(line));
    return EXIT.usage;
  }
  const lines = settingLines(found);
  const given = lines.filter(({ origin }) => origin !== 'default');
  if (output.isJson) output.json({ ok: true, settings: given, warnings: found.warnings });
  else {
    output.line(
      shown`ok: ${lines.length} settings have a value, ${given.length} of them not the default; the topology is ${printable(found.settings.topology)}`,
    );
    if (given.length > 0)
      for (const line of tableLines(settingColumns, given, output.paint, output.width)) output.line(line);
    for (const warning of found.warnings) output.note(shown`warning: ${printable(warning)}`);
  }
  return EXIT.done;
};

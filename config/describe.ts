/** The settings as people read them: the effective ones without secrets, and the tables of the documentation. Pure. */
import { shown } from './config-error.js';
import { durationName, type RetryTier } from './duration.js';
import type { LoadedSettings } from './load.js';
import { SETTING_ENTRIES } from './schema.js';
import { optionOf } from './setting.js';

const isTier = (value: unknown): value is RetryTier =>
  typeof value === 'object' && value !== null && 'delayMs' in value;

const DURATIONS = /^RETENTION_|^(ACTIVITY|ALERT)_(WINDOW|GRACE)$/;

const readable = (value: unknown, variable: string): unknown => {
  if (Array.isArray(value)) {
    return (value as unknown[]).map((each) => (isTier(each) ? each.name : String(each))).join(',');
  }
  return DURATIONS.test(variable) && typeof value === 'number' ? durationName(value) : value;
};

/** Variable to value, for the log: secrets masked, PEM not printed, unset ones left out. */
export const describeSettings = ({ settings }: LoadedSettings): Readonly<Record<string, unknown>> => {
  const described: Record<string, unknown> = { topology: settings.topology };
  const groups: Readonly<Record<string, unknown>> = settings;
  for (const { group, name, setting } of SETTING_ENTRIES) {
    const value = (groups[group] as Readonly<Record<string, unknown>>)[name];
    if (value === null) continue;
    const { variable, kind, secret } = setting;
    described[variable] = secret ? shown(value, true) : (kind.show?.(value) ?? readable(value, variable));
  }
  return described;
};

export interface SettingRow {
  readonly variable: string;
  /** Where it stands in a configuration file. */
  readonly path: string;
  readonly option: string;
  /** As one would write it; null: none. */
  readonly default: string | null;
  readonly required: boolean;
  readonly secret: boolean;
  /** `<VARIABLE>_FILE` exists. */
  readonly file: boolean;
  readonly allowed: string;
  readonly doc: string;
}

/** Every setting, in the order of the schema. */
export const settingRows = (): readonly SettingRow[] =>
  SETTING_ENTRIES.map(({ path, setting }) => ({
    variable: setting.variable,
    path,
    option: optionOf(setting.variable),
    default: setting.default,
    required: setting.required,
    secret: setting.secret,
    file: setting.file,
    allowed: setting.kind.allowed,
    doc: setting.doc,
  }));

/** The text of `config/default.json`: derived from the schema, there to be read and copied; never loaded. */
export const defaultsAsJson = (): string => {
  const tree: Record<string, Record<string, unknown>> = {};
  for (const { group, name, setting } of SETTING_ENTRIES) {
    const written = setting.default;
    const isLiteral = written !== null && /^(\d+(\.\d+)?|true|false)$/.test(written);
    (tree[group] ??= {})[name] = isLiteral ? JSON.parse(written) : written;
  }
  return `${JSON.stringify(tree, null, 2)}\n`;
};

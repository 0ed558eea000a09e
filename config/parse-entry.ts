/** One merged value, as it was written, to the value of its setting or to the problem with it. Pure but for `readFile`. */
import { shown } from './config-error.js';
import type { Origin, Problem } from './config-error.js';
import { reasonOf, UNREAD } from './layers.js';
import type { ReadFile } from './layers.js';
import type { SettingEntry } from './schema.js';

export type Entry =
  | { readonly ok: true; readonly value: unknown; readonly raw: unknown }
  /** null: reported before. */
  | { readonly ok: false; readonly problem: Problem | null };

export const parseEntry = (
  { setting }: SettingEntry,
  raw: unknown,
  origin: Origin,
  readFile: ReadFile,
): Entry => {
  const { variable, kind, secret } = setting;
  const refuse = (problem: string, allowed: string | null): Entry => ({
    ok: false,
    problem: {
      setting: variable,
      value: shown(raw, secret, kind.show?.bind(kind)),
      origin,
      problem,
      allowed,
    },
  });
  if (raw === UNREAD) return { ok: false, problem: null };
  if (raw === null) {
    if (!setting.required) return { ok: true, value: null, raw };
    const missing = {
      setting: variable,
      value: null,
      origin: null,
      problem: 'is missing',
      allowed: kind.allowed,
    };
    return { ok: false, problem: missing };
  }
  let content = raw;
  if (setting.path && typeof raw === 'string' && !raw.includes('-----')) {
    try {
      content = readFile(raw);
    } catch (error) {
      return refuse(`names a file that cannot be read (${reasonOf(error)})`, kind.allowed);
    }
  }
  const parsed = kind.parse(content);
  if (parsed.ok) return { ok: true, value: parsed.value, raw: content };
  return refuse(`is not allowed${parsed.because === undefined ? '' : `: ${parsed.because}`}`, kind.allowed);
};

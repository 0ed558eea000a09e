/** All that is wrong with the configuration, in one error. Never holds the value of a secret. */

/** Where a value comes from, weakest first. */
export type Origin = 'default' | 'file' | 'environment' | 'command line';

export interface Problem {
  /** The variable, or the option, file or key of a file that is the trouble. */
  readonly setting: string;
  /** As it may be shown; null: there is none, or it must not be shown. */
  readonly value: string | null;
  readonly origin: Origin | null;
  /** What is wrong; a predicate: "is missing", "is not allowed". */
  readonly problem: string;
  /** What would be right; null when the problem says it. */
  readonly allowed: string | null;
}

const line = ({ setting, value, origin, problem, allowed }: Problem): string =>
  `  ${setting}${value === null ? '' : ` = ${value}`}${origin === null ? '' : ` (${origin})`} ${problem}.` +
  (allowed === null ? '' : ` Allowed: ${allowed}.`);

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'CONFIGURATION';

  constructor(readonly problems: readonly Problem[]) {
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    super([`The configuration has ${count}; nothing was started.`, ...problems.map(line)].join('\n'));
  }
}

const SHOWN = 80;

/** A value as a message may show it: one line, not long, masked when it is secret. */
export const shown = (raw: unknown, secret: boolean, show?: (raw: unknown) => string): string => {
  if (secret) return '***';
  const written = show !== undefined ? show(raw) : raw;
  const text = JSON.stringify(written) ?? String(written);
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}…`;
};

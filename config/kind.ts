/**
 * Kinds of values: from the text of a variable or the JSON of a file to a typed value, or to a refusal.
 * Nothing is guessed: `12abc` is no number and `yes` is no boolean (convict's own coercion takes both).
 * Pure. A kind never puts a value into a message: the caller shows it, masked when it is secret.
 */
export type Parsed<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly because?: string };

export interface Kind<T> {
  /** What is allowed, as it stands in an error and in the documentation. */
  readonly allowed: string;
  parse(raw: unknown): Parsed<T>;
  /** How a value is shown when it may hold something that is not for logs. Absent: as it is. */
  show?(raw: unknown): string;
  /** A blank variable is a value, not "unset". */
  readonly blankIsValue?: true;
}

const REFUSED = { ok: false } as const;
const accept = <T>(value: T): Parsed<T> => ({ ok: true, value });
const trimmed = (raw: unknown): string | null =>
  typeof raw === 'string' && raw.trim() !== '' ? raw.trim() : null;

/** One line of text that fits `pattern`. */
export const text = (allowed: string, pattern: RegExp): Kind<string> => ({
  allowed,
  parse: (raw) => {
    const value = trimmed(raw);
    return value !== null && pattern.test(value) ? accept(value) : REFUSED;
  },
});

/** A secret is taken as it is, blanks at its ends included. */
export const secretText: Kind<string> = {
  allowed: 'any text that is not blank',
  parse: (raw) => (typeof raw === 'string' && raw.trim() !== '' ? accept(raw) : REFUSED),
};

export const integer = (min: number, max: number, unit = '', note = ''): Kind<number> => ({
  allowed: `a whole number${unit && ` of ${unit}`}, ${min === max ? `only ${min}` : `${min} to ${max}`}${note && ` (${note})`}`,
  parse: (raw) => {
    const value = typeof raw === 'string' && /^[+-]?\d{1,15}$/.test(raw.trim()) ? Number(raw) : raw;
    return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
      ? accept(value)
      : REFUSED;
  },
});

/** A part of a whole: above 0, at most 1. */
export const ratio: Kind<number> = {
  allowed: 'a number above 0 and at most 1',
  parse: (raw) => {
    const value = typeof raw === 'string' && /^\d?(\.\d+)?$/.test(raw.trim()) ? Number(raw) : raw;
    return typeof value === 'number' && value > 0 && value <= 1 ? accept(value) : REFUSED;
  },
};

export const boolean: Kind<boolean> = {
  allowed: 'true or false',
  parse: (raw) => {
    if (typeof raw === 'boolean') return accept(raw);
    const value = trimmed(raw)?.toLowerCase();
    return value === 'true' || value === 'false' ? accept(value === 'true') : REFUSED;
  },
};

/** One of a few words, in whatever case they are written; the value is the word as listed. */
export const oneOf = <const T extends string>(words: readonly T[]): Kind<T> => ({
  allowed: words.join(', '),
  parse: (raw) => {
    const value = trimmed(raw)?.toLowerCase();
    const word = words.find((each) => each.toLowerCase() === value);
    return word === undefined ? REFUSED : accept(word);
  },
});

/** Several, separated by commas, or a JSON array; at least one, each only once. */
export const listOf = (item: Kind<string>): Kind<readonly string[]> => ({
  allowed: `${item.allowed}; several are separated by commas`,
  parse: (raw) => {
    const parts: readonly unknown[] =
      typeof raw === 'string' ? raw.split(',') : Array.isArray(raw) ? (raw as unknown[]) : [];
    const values: string[] = [];
    for (const part of parts) {
      const parsed = item.parse(part);
      if (!parsed.ok) return { ok: false, because: 'one of its items is not allowed' };
      if (values.includes(parsed.value)) return { ok: false, because: 'an item occurs twice' };
      values.push(parsed.value);
    }
    return values.length > 0 ? accept(values) : REFUSED;
  },
});

/** PEM text. A path in its place is read by the loader before it comes here. */
export const pem = (what: string): Kind<string> => ({
  allowed: `${what} in PEM, or the path of such a file`,
  parse: (raw) => {
    if (typeof raw !== 'string' || !raw.includes('-----BEGIN ')) return REFUSED;
    if (/-----BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED/.test(raw)) {
      return { ok: false, because: 'it is encrypted, and there is no setting for its passphrase' };
    }
    return accept(raw);
  },
  show: (raw) => (typeof raw === 'string' && raw.includes('-----BEGIN ') ? '(PEM text)' : String(raw)),
});

/** The base of an HTTP service. What could be a credential in it is refused, and never shown. */
export const httpUrl: Kind<string> = {
  allowed: 'an http:// or https:// URL without user, query and fragment',
  parse: (raw) => {
    const value = trimmed(raw);
    if (value === null || !URL.canParse(value)) return REFUSED;
    const url = new URL(value);
    if (url.protocol !== 'http:' && url.protocol !== 'https:') return REFUSED;
    if (url.username !== '' || url.password !== '') {
      return { ok: false, because: 'it holds a user name or a password' };
    }
    if (/[?#]/.test(value)) return { ok: false, because: 'it holds a query or a fragment' };
    return accept(url.href.replace(/\/+$/, ''));
  },
  show: (raw) =>
    String(raw)
      .replace(/[?#].*$/s, '?…')
      .replace(/\/\/.*@/s, '//…@'),
};

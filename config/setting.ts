/** One setting: its variable, its kind of value, its default. The tables of them are the only place where a setting is declared. */
import type { Kind } from './kind.js';

export interface Setting<T> {
  /** The environment variable; the command line option is made from it (`KAFKA_GROUP_ID`: `--kafka-group-id`). */
  readonly variable: string;
  readonly kind: Kind<T & {}>;
  /** As one would write it in the environment; null: unset. */
  readonly default: string | null;
  /** Unset is an error. */
  readonly required: boolean;
  /** Never shown. */
  readonly secret: boolean;
  /** `<VARIABLE>_FILE` names a file that holds the value. */
  readonly file: boolean;
  /** The value may be the path of a file that holds it. */
  readonly path: boolean;
  readonly doc: string;
}

type Options = Partial<Pick<Setting<unknown>, 'secret' | 'file' | 'path'>>;
const PLAIN = { required: false, secret: false, file: false, path: false };

/** Has a default. */
export const setting = <T extends {}>(
  variable: string,
  kind: Kind<T>,
  fallback: string,
  doc: string,
  options: Options = {},
): Setting<T> => ({ ...PLAIN, ...options, variable, kind: kind, default: fallback, doc });

/** May be unset: null. */
export const optional = <T extends {}>(
  variable: string,
  kind: Kind<T>,
  doc: string,
  options: Options = {},
): Setting<T | null> => ({ ...PLAIN, ...options, variable, kind: kind, default: null, doc });

/** Has no default and must be given. */
export const required = <T extends {}>(variable: string, kind: Kind<T>, doc: string): Setting<T> => ({
  ...PLAIN,
  variable,
  kind: kind,
  default: null,
  required: true,
  doc,
});

export type ValueOf<S> = S extends Setting<infer T> ? T : never;

/** `--kafka-group-id` for KAFKA_GROUP_ID. */
export const optionOf = (variable: string): string => `--${variable.toLowerCase().replaceAll('_', '-')}`;

/**
 * Every setting, in groups: the single source of truth of names, defaults and what is allowed. The
 * type `Settings`, `default.json` and the tables of the documentation are derived from it.
 */
import { ACTIVITY, BREAKER, DEAD_LETTERS, DIRECTORY, PROCESSING, RETRY } from './schema-processing.js';
import { HTTP, LOG, METRICS, PUBLISHER, SERVICE } from './schema-service.js';
import { KAFKA, TOPICS } from './schema-kafka.js';
import type { Setting, ValueOf } from './setting.js';

export const SCHEMA = {
  kafka: KAFKA,
  topics: TOPICS,
  processing: PROCESSING,
  retry: RETRY,
  deadLetters: DEAD_LETTERS,
  breaker: BREAKER,
  directory: DIRECTORY,
  activity: ACTIVITY,
  publisher: PUBLISHER,
  service: SERVICE,
  http: HTTP,
  log: LOG,
  metrics: METRICS,
} as const satisfies Readonly<Record<string, Readonly<Record<string, Setting<unknown>>>>>;

type Schema = typeof SCHEMA;

/** The effective settings. */
export type Settings = {
  readonly [Group in keyof Schema]: {
    readonly [Name in keyof Schema[Group]]: ValueOf<Schema[Group][Name]>;
  };
} & {
  /** Which topology runs: the folder's name. Command line only. */
  readonly topology: string;
};

export const DEFAULT_TOPOLOGY = 'user-audit';

/** A setting and where it stands in `Settings` and in a configuration file. */
export interface SettingEntry {
  readonly group: string;
  readonly name: string;
  /** `kafka.groupId` */
  readonly path: string;
  readonly setting: Setting<unknown>;
}

export const SETTING_ENTRIES: readonly SettingEntry[] = Object.entries(SCHEMA).flatMap(([group, settings]) =>
  Object.entries<unknown>(settings).map(([name, setting]) => ({
    group,
    name,
    path: `${group}.${name}`,
    setting: setting as Setting<unknown>,
  })),
);

export const entryOf = (variable: string): SettingEntry | undefined =>
  SETTING_ENTRIES.find(({ setting }) => setting.variable === variable);

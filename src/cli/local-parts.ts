/** What a command without Kafka is given: where to write, and the settings, if it asks for them. */
import { ConfigError } from '../../config/config-error.js';
import type { LoadedSettings, SettingSources } from '../../config/load.js';
import { loadSettings } from '../../config/load.js';
import type { Output } from './terminal/output.js';

export interface LocalParts {
  readonly output: Output;
  /** Environment, arguments and files, as the service would read them. */
  readonly sources: SettingSources;
  /** Ctrl-C. */
  readonly stop: AbortSignal;
}

/** Never connected to: it stands for a setting that the command does not use. */
const NO_BROKER = 'localhost:9092';

/** Settings for a command that does not talk to brokers, and must not ask for them. Throws ConfigError. */
export const settingsWithoutBrokers = (sources: SettingSources): LoadedSettings => {
  try {
    return loadSettings(sources);
  } catch (error) {
    const isOnlyThat =
      error instanceof ConfigError &&
      error.problems.every(({ setting, value }) => setting === 'KAFKA_BROKERS' && value === null);
    if (!isOnlyThat) throw error;
    return loadSettings({ ...sources, env: { ...sources.env, KAFKA_BROKERS: NO_BROKER } });
  }
};

/** A topology run by this project's engine, in this process, on a real Kafka. */
import { loadSettings } from '../../config/load.js';
import type { Topology } from '../../src/index.js';
import { createKafkaClients } from '../../src/kafka/clients.js';
import type { Logger } from '../../src/ports/logger.js';
import { assignmentOf, clientOptions, streamsConfig } from '../../src/service/client-options.js';
import { systemClock } from '../../src/service/system-clock.js';
import { Streams } from '../../src/streams.js';
import { RecordingTelemetry } from '../unit/support/recording-telemetry.js';

export interface OwnStreams {
  /** What was logged as a warning or an error. */
  readonly complaints: readonly string[];
  readonly telemetry: RecordingTelemetry;
  stop(): Promise<void>;
}

export interface OwnStreamsOptions {
  readonly bootstrapServers: string;
  readonly applicationId: string;
  readonly sourceTopics: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const settingsOf = ({ bootstrapServers, applicationId, sourceTopics, env = {} }: OwnStreamsOptions) =>
  loadSettings({
    env: {
      KAFKA_BROKERS: bootstrapServers,
      KAFKA_GROUP_ID: applicationId,
      SOURCE_TOPICS: sourceTopics.join(','),
      RETRY_TIERS: '',
      ...env,
    },
    argv: [],
    readFile: (path) => {
      throw new Error(`no file is read: ${path}`);
    },
  }).settings;

const recorder = (complaints: string[]): Logger => {
  const complain = (fields: object, message: string): void => {
    complaints.push(`${message} ${'err' in fields ? String(fields.err) : JSON.stringify(fields)}`);
  };
  return { debug: () => undefined, info: () => undefined, warn: complain, error: complain };
};

/** Resolves when it has joined its group. */
export const startOwnStreams = async (
  topology: Topology,
  options: OwnStreamsOptions,
): Promise<OwnStreams> => {
  const settings = settingsOf(options);
  const complaints: string[] = [];
  const telemetry = new RecordingTelemetry();
  const streams = new Streams({
    topology,
    config: streamsConfig(settings),
    clients: createKafkaClients({ ...clientOptions(settings, 'own'), ...assignmentOf(topology) }),
    clock: systemClock,
    logger: recorder(complaints),
    telemetry,
  });
  await streams.start();
  return {
    complaints,
    telemetry,
    stop: async () => {
      await streams.close();
      await streams.ended();
    },
  };
};

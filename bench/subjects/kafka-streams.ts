/**
 * The same job in Kafka Streams (bench/kafka-streams), with one thread and with as many as there are cores, each with
 * JSON by hand and with Jackson's data binding.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Running, StreamsKind, Subject } from './subject.js';

export interface KafkaStreamsOrder {
  readonly bootstrapServers: string;
  readonly applicationId: string;
  readonly sourceTopic: string;
  readonly auditTopic: string;
  readonly deadLetterTopic: string;
  readonly threads: number;
  readonly json: 'by-hand' | 'databind';
}

export type StartKafkaStreams = (
  order: KafkaStreamsOrder,
) => Promise<{ readonly pid: number; readonly stop: () => Promise<void> }>;

const JOB = new URL('../kafka-streams/kafka-streams-job.js', import.meta.url);

/** Undefined where the job is not part of this build. */
export const findKafkaStreams = async (): Promise<StartKafkaStreams | undefined> => {
  if (!existsSync(fileURLToPath(JOB))) return undefined;
  const { startKafkaStreams } = (await import(JOB.href)) as { startKafkaStreams: StartKafkaStreams };
  return startKafkaStreams;
};

const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`);

const JSON_OF = {
  'kafka-streams': 'by-hand',
  'kafka-streams-databind': 'databind',
} as const satisfies Readonly<Record<StreamsKind, KafkaStreamsOrder['json']>>;

export const kafkaStreamsSubject = (
  start: StartKafkaStreams,
  kind: StreamsKind,
  threads: number,
): Subject => ({
  name: `${kind}-${threads}`,
  kind,
  parallel: threads,
  binding: undefined,
  overlapped: false,
  start: async ({ bootstrapServers, group, source, audit, deadLetters }): Promise<Running> => {
    const { pid, stop } = await start({
      bootstrapServers,
      applicationId: group,
      sourceTopic: source,
      auditTopic: audit,
      deadLetterTopic: deadLetters,
      threads,
      json: JSON_OF[kind],
    });
    return {
      pid,
      ended: () => (isAlive(pid) ? undefined : `Kafka Streams (process ${pid}) has ended by itself`),
      kill: async () => {
        process.kill(pid, 'SIGKILL');
        // It tells that it did not end well.
        await stop().catch(() => undefined);
      },
      stop,
    };
  },
});

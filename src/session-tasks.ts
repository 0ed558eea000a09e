/** The tasks of a session, tied to its clients: only wiring, no rule of its own. */
import type { Topology } from './dsl/graph/topology.js';
import type { Clock } from './ports/clock.js';
import type { ClusterAdmin } from './ports/cluster.js';
import type { SourceConsumer } from './ports/consumer.js';
import type { AdmissionControl, Intake, Pauses } from './ports/flow-control.js';
import type { Logger } from './ports/logger.js';
import type { Telemetry } from './ports/telemetry.js';
import type { Tracing } from './ports/tracing.js';
import type { RecordBuffer } from './record/record-list.js';
import { Acquisition, replayTimeoutFor } from './state/acquire.js';
import type { LogReader } from './state/log-reader.js';
import type { StreamsConfig } from './streams-config.js';
import type { BreakerDesk } from './task/breaker-desk.js';
import type { RefusedWhy } from './task/holding.js';
import { TaskFactory } from './task/task-factory.js';
import { TaskManager } from './task/task-manager.js';
import type { Task } from './task/task.js';
import type { TopicSetup } from './topics/topic-setup.js';

/** Two readings of a disagreement between log and offsets must lie this far apart: a heartbeat. */
const DISAGREEMENT_PAUSE_MS = 3000;

export interface SessionTasksParts {
  readonly topology: Topology;
  readonly config: StreamsConfig;
  readonly topics: TopicSetup;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
  readonly tracing?: Tracing | undefined;
  readonly consumer: SourceConsumer;
  readonly admin: ClusterAdmin;
  readonly reader: LogReader;
  readonly breaker: BreakerDesk;
  readonly intake: Intake;
  readonly pauses: Pauses;
  readonly admission: AdmissionControl;
  readonly buffer: () => RecordBuffer;
  readonly hasten: () => void;
  readonly failed: (error: unknown) => void;
}

export const makeTasks = (parts: SessionTasksParts): TaskManager => {
  const { admin, breaker, clock, config, consumer, logger, reader, telemetry, topics, topology } = parts;
  const host = {
    clock,
    tracing: parts.tracing,
    breaker,
    settings: {
      ...config,
      maxInFlight: config.ordering === 'partition' ? 1 : config.maxInFlight,
      deadLetterRetentionMs: config.topics.retentionDeadLettersMs,
    },
    partitionCount: (topic: string) => topics.partitionCount(topic),
    loadChanged: (task: Task) => tasks.regulate(task),
    stopped: (task: Task, why: RefusedWhy) => tasks.refuse(task, why),
    failed: (task: Task, error: Error) => tasks.fail(task, error),
  };
  const factorySettings = { ...config, guarantee: config.processingGuarantee, buffer: parts.buffer };
  const factory = new TaskFactory(topology, host, telemetry, factorySettings);
  const acquireSettings = {
    ...factorySettings,
    disagreementPauseMs: DISAGREEMENT_PAUSE_MS,
    replayTimeoutMs: replayTimeoutFor(config.transactionTimeoutMs),
  };
  const tasks: TaskManager = new TaskManager({
    factory,
    consumer,
    acquisition: new Acquisition(consumer, admin, reader, clock, acquireSettings, logger),
    reader,
    watermarks: (of) => admin.watermarks(of),
    breaker,
    intake: parts.intake,
    pauses: parts.pauses,
    admission: parts.admission,
    hasten: parts.hasten,
    clock,
    logger,
    topicsReady: async (sources, partition) => {
      if (!topics.hasPartition(sources, partition)) await topics.ensure(admin);
    },
    failed: parts.failed,
  });
  return tasks;
};

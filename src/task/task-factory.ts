/** Makes the tasks of a topology: one per sub-topology and partition number, each with processors of its own. */
import { createTaskProcessor } from '../dsl/nodes/task-processor.js';
import type { StateRestoreListener } from '../dsl/topology-config.js';
import type { Subtopology, Topology } from '../dsl/graph/topology.js';
import type { Telemetry } from '../ports/telemetry.js';
import type { DeadLetterProfile } from '../record/dead-letter.js';
import type { RecordBuffer } from '../record/record-list.js';
import type { RetryTier } from '../record/retry-tier.js';
import type { Partition } from '../record/units.js';
import { taskId } from '../record/units.js';
import type { Checkpoint } from '../state/checkpoint.js';
import { commandsTopic, deadLetterTopic, laneLogTopic, retryTopic } from '../record/topic-names.js';
import { DeadLetters } from './dead-letters.js';
import { LaneBook } from './lane-book.js';
import { TaskStores } from '../state/task-stores.js';
import { TaskLedger } from './task-ledger.js';
import type { TaskHost } from './task-host.js';
import { Task } from './task.js';
import { tracedProcess } from './traced-process.js';

export interface TaskFactorySettings {
  readonly applicationId: string;
  readonly guarantee: Checkpoint['guarantee'];
  readonly deadLetterHeaders: DeadLetterProfile;
  /** An empty list for what a task decides. */
  readonly buffer: () => RecordBuffer;
}

/** Topics that a task reads beside its sources. */
export interface TaskInputs {
  readonly retries: readonly string[];
  readonly commands: string;
}

export class TaskFactory {
  readonly #bySources = new Map<string, Subtopology>();

  constructor(
    private readonly topology: Topology,
    private readonly host: TaskHost,
    private readonly telemetry: Telemetry,
    private readonly settings: TaskFactorySettings,
  ) {
    for (const sub of topology.subtopologies) this.#bySources.set(keyOf(sub.sourceTopics), sub);
  }

  get restoreListener(): StateRestoreListener | undefined {
    return this.topology.config.stateRestoreListener;
  }

  get sourcesBySubtopology(): readonly (readonly string[])[] {
    return [...this.#bySources.values()].map((sub) => sub.sourceTopics);
  }

  laneLogOf(sources: readonly string[]): string {
    return laneLogTopic(this.settings.applicationId, this.#subtopology(sources).sourceName);
  }

  /** Inputs of a task beside its sources. */
  inputsOf(sources: readonly string[]): TaskInputs {
    const { sourceName } = this.#subtopology(sources);
    const { applicationId } = this.settings;
    return {
      retries: this.host.settings.retryTiers.map(({ name }) => retryTopic(applicationId, sourceName, name)),
      commands: commandsTopic(applicationId, sourceName),
    };
  }

  /** Topics that hold something only when a task has committed there. */
  besideLaneLog(sources: readonly string[]): readonly string[] {
    const { retries, commands } = this.inputsOf(sources);
    const { sourceName } = this.#subtopology(sources);
    return [...retries, commands, deadLetterTopic(this.settings.applicationId, sourceName)];
  }

  make(partition: Partition, sources: readonly string[]): Task {
    const sub = this.#subtopology(sources);
    const { applicationId, buffer, deadLetterHeaders, guarantee } = this.settings;
    const id = taskId(sub.id, partition);
    const laneLog = laneLogTopic(applicationId, sub.sourceName);
    const { clock, settings } = this.host;
    const ledgerSettings = { laneLog, guarantee, sources: sub.sourceTopics, buffer };
    const ledger = new TaskLedger(id, partition, ledgerSettings, clock, this.telemetry);
    const letters = new DeadLetters(
      {
        topic: deadLetterTopic(applicationId, sub.sourceName),
        profile: deadLetterHeaders,
        groupId: applicationId,
      },
      settings.maxMessageBytes,
    );
    const topics = {
      partition,
      laneLog,
      retryTopicOf: ({ name }: RetryTier) => retryTopic(applicationId, sub.sourceName, name),
      maxMessageBytes: settings.maxMessageBytes,
    };
    const book = new LaneBook(topics, ledger, letters, clock);
    const stores = new TaskStores(sub.stores.map(({ name }) => name));
    const processor = createTaskProcessor(sub, this.topology, {
      taskId: id,
      stores: (name) => stores.store(name),
      streamTimeMs: () => stores.streamTimeMs,
      nowMs: () => clock.now(),
    });
    const sharing = sub.stores.length === 0 ? 'none' : sub.isSerial ? 'all' : 'key';
    return new Task(
      { id, partition, sources: sub.sourceTopics, laneLog, sharing },
      {
        ledger,
        processor: { ...processor, process: tracedProcess(processor.process, this.host.tracing) },
        book,
        stores,
      },
      this.host,
    );
  }

  #subtopology(sources: readonly string[]): Subtopology {
    const sub = this.#bySources.get(keyOf(sources));
    if (sub === undefined) throw new Error(`No sub-topology reads ${sources.join(', ')}`);
    return sub;
  }
}

const keyOf = (sources: readonly string[]): string => sources.join('\n');

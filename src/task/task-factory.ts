/** Makes the tasks of a topology: one per sub-topology and partition number, each with processors of its own. */
import { createTaskProcessor } from '../dsl/task-processor.js';
import type { Subtopology, Topology } from '../dsl/topology.js';
import type { Telemetry } from '../ports/telemetry.js';
import type { DeadLetterProfile } from '../record/dead-letter.js';
import type { Partition } from '../record/units.js';
import { taskId } from '../record/units.js';
import type { Checkpoint } from '../state/checkpoint.js';
import { deadLetterTopic, laneLogTopic } from '../record/topic-names.js';
import { DeadLetters } from './dead-letters.js';
import { TaskLedger } from './task-ledger.js';
import type { TaskHost } from './task-host.js';
import { Task } from './task.js';

export interface TaskFactorySettings {
  readonly applicationId: string;
  readonly guarantee: Checkpoint['guarantee'];
  readonly deadLetterHeaders: DeadLetterProfile;
}

export class TaskFactory {
  readonly #bySources = new Map<string, Subtopology>();

  constructor(
    topology: Topology,
    private readonly host: TaskHost,
    private readonly telemetry: Telemetry,
    private readonly settings: TaskFactorySettings,
    /** Told after each settled commit of a task. */
    private readonly settled: (task: Task) => void,
  ) {
    for (const sub of topology.subtopologies) this.#bySources.set(keyOf(sub.sourceTopics), sub);
  }

  get sourcesBySubtopology(): readonly (readonly string[])[] {
    return [...this.#bySources.values()].map((sub) => sub.sourceTopics);
  }

  laneLogOf(sources: readonly string[]): string {
    return laneLogTopic(this.settings.applicationId, this.#subtopology(sources).sourceName);
  }

  make(partition: Partition, sources: readonly string[]): Task {
    const sub = this.#subtopology(sources);
    const { applicationId, deadLetterHeaders, guarantee } = this.settings;
    const id = taskId(sub.id, partition);
    const laneLog = laneLogTopic(applicationId, sub.sourceName);
    const { clock, settings } = this.host;
    const ledger = new TaskLedger(id, partition, { laneLog, guarantee }, clock, this.telemetry);
    const letters = new DeadLetters(
      {
        topic: deadLetterTopic(applicationId, sub.sourceName),
        profile: deadLetterHeaders,
        groupId: applicationId,
      },
      settings.maxMessageBytes,
    );
    const task = new Task(
      id,
      partition,
      sub.sourceTopics,
      ledger,
      createTaskProcessor(sub, id),
      letters,
      this.host,
    );
    ledger.onSettled = () => this.settled(task);
    return task;
  }

  #subtopology(sources: readonly string[]): Subtopology {
    const sub = this.#bySources.get(keyOf(sources));
    if (sub === undefined) throw new Error(`No sub-topology reads ${sources.join(', ')}`);
    return sub;
  }
}

const keyOf = (sources: readonly string[]): string => sources.join('\n');

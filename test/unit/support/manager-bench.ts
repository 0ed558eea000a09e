/**
 * A task manager over real tasks and a real pause board, with acquisition, seeks and time in the test's hand.
 * The topology copies SOURCE to AUDIT.
 */
import { Consumed } from '../../../src/dsl/consumed.js';
import { Produced } from '../../../src/dsl/produced.js';
import { Serdes } from '../../../src/dsl/serdes.js';
import { StreamsBuilder } from '../../../src/dsl/streams-builder.js';
import type { Topology } from '../../../src/dsl/graph/topology.js';
import { PauseBoard } from '../../../src/flow/pause-board.js';
import type { AdmissionVerdict, Load } from '../../../src/ports/flow-control.js';
import { SILENT } from '../../../src/ports/logger.js';
import { partitionName } from '../../../src/ports/topic-partition.js';
import type { ConsumedRecord } from '../../../src/record/record.js';
import type { Acquired, AcquireRequest, Acquisition } from '../../../src/state/acquire.js';
import { TaskFactory } from '../../../src/task/task-factory.js';
import type { TaskHost } from '../../../src/task/task-host.js';
import { TaskManager } from '../../../src/task/task-manager.js';
import { Scheduler } from '../../../src/testing/scheduler.js';
import { PlainRecords } from '../../../src/record/record-list.js';
import { LogReader } from '../../../src/state/log-reader.js';
import { commitOffset } from '../../../src/record/units.js';
import { logConsumer, sourceConsumer } from './ports.js';
import { AUDIT, batchOf, positions, SOURCE } from './records.js';
import { RecordingTelemetry } from './recording-telemetry.js';
import { CLOSED_BREAKER, SETTINGS } from './task-bench.js';

const copying = (topics: readonly string[]): Topology => {
  const builder = new StreamsBuilder();
  for (const topic of topics) {
    builder
      .stream(topic, Consumed.with(Serdes.bytes(), Serdes.bytes()))
      .to(AUDIT, Produced.with(Serdes.bytes(), Serdes.bytes()));
  }
  return builder.build();
};

export const startAt = (offset: number, of: Partial<Acquired> = {}): Acquired => ({
  kind: 'start',
  sequence: 0,
  readAgainFrom: null,
  lostLog: [],
  positions: positions({ [SOURCE]: offset }),
  inputs: new Map(),
  newlyAdopted: [],
  adopted: new Map(),
  gaps: [],
  checkpointDue: false,
  ...of,
});

export class ManagerBench {
  readonly scheduler = new Scheduler(1);
  /** What the consumer and the group were told, in order. */
  readonly log: string[] = [];
  readonly failures: unknown[] = [];
  readonly requests: AcquireRequest[] = [];
  readonly board: PauseBoard;
  /** Never has a record. */
  readonly inputs = logConsumer({ assign: () => undefined, poll: () => new Promise(() => undefined) });
  readonly tasks: TaskManager;
  /** Answered for each acquire; a test replaces it. */
  acquire: (request: AcquireRequest) => Promise<Acquired> = async () => startAt(0);
  /** Answered for the credit of a task; a test replaces it. */
  credit: (load: Load) => AdmissionVerdict = () => 'resume';
  seek: (name: string) => Promise<void> = async () => undefined;
  /** Whether a poll is under way, so that `between` must wait for `turn`. */
  polling = false;
  poll = 1;
  #partitions = 0;
  #between: ((nextPoll: number) => void)[] = [];

  constructor(topics: readonly string[] = [SOURCE]) {
    const { clock } = this.scheduler;
    this.board = new PauseBoard({
      pause: (of) => void this.log.push(`pause ${of.map(partitionName).join(' ')}`),
      resume: (of) => void this.log.push(`resume ${of.map(partitionName).join(' ')}`),
    });
    const host: TaskHost = {
      clock,
      settings: SETTINGS,
      breaker: CLOSED_BREAKER,
      partitionCount: () => 3,
      loadChanged: (task) => this.tasks.regulate(task),
      stopped: (task, why) => this.tasks.refuse(task, why),
      failed: (_task, error) => {
        throw error;
      },
    };
    const factory = new TaskFactory(copying(topics), host, new RecordingTelemetry(), {
      applicationId: 'G',
      guarantee: 'exactly_once_v2',
      deadLetterHeaders: 'kafka-streams',
      buffer: () => new PlainRecords(),
    });
    const acquisition = {
      acquire: (request: AcquireRequest) => {
        this.requests.push(request);
        return this.acquire(request);
      },
    } as unknown as Acquisition;
    this.tasks = new TaskManager({
      factory,
      consumer: sourceConsumer({
        seek: async (to) => {
          this.log.push(`seek ${partitionName(to)} to ${to.offset}`);
          await this.seek(partitionName(to));
        },
      }),
      acquisition,
      reader: new LogReader(this.inputs, clock),
      watermarks: async () => ({ low: commitOffset(0), high: commitOffset(0) }),
      breaker: CLOSED_BREAKER,
      intake: {
        between: (then) => {
          this.#between.push(then);
          if (!this.polling) this.turn();
        },
      },
      pauses: this.board,
      admission: {
        balance: (partitions) => {
          if (partitions !== this.#partitions) this.log.push(`share ${partitions}`);
          this.#partitions = partitions;
          return 'resume';
        },
        observe: () => undefined,
        records: (load) => this.credit(load),
        bytes: () => 'resume',
      },
      hasten: () => undefined,
      clock,
      logger: SILENT,
      topicsReady: async () => undefined,
      failed: (error) => void this.failures.push(error),
    });
  }

  /** The poll under way ends; what waits for that moment runs. */
  turn(): void {
    const due = this.#between;
    this.#between = [];
    for (const then of due) then(this.poll + 1);
    this.poll += 1;
  }

  offer(...records: readonly ConsumedRecord[]): void {
    this.tasks.offer(batchOf(records), this.poll);
  }

  stateOf(id: string): string | undefined {
    return this.tasks.holdings.find(({ task }) => task.id === id)?.task.state;
  }
}

/**
 * One task on a virtual clock, with a processor whose handlers the test answers by hand or by a plan.
 * What it decides is read through its ledger, as the commit loop does.
 */
import type { Effects, Punctuations, RecordRun, TaskProcessor } from '../../../src/dsl/execution.js';
import type { RestoredLanes } from '../../../src/lanes/lane-log-image.js';
import type { Command } from '../../../src/lanes/command.js';
import { retryTrigger } from '../../../src/lanes/retry-record.js';
import { InputPosition } from '../../../src/task/input-position.js';
import type { CommitUnit } from '../../../src/ports/commit.js';
import type { ConsumedRecord, ProducedRecord } from '../../../src/record/record.js';
import { commitOffset, offset, partition, taskId } from '../../../src/record/units.js';
import { DeadLetters } from '../../../src/task/dead-letters.js';
import type { BreakerView } from '../../../src/task/breaker-desk.js';
import type { RefusedWhy } from '../../../src/task/holding.js';
import { LaneBook } from '../../../src/task/lane-book.js';
import { TaskLedger } from '../../../src/task/task-ledger.js';
import type { TaskHost, TaskSettings } from '../../../src/task/task-host.js';
import { TaskStores } from '../../../src/state/task-stores.js';
import type { Sharing } from '../../../src/task/sharing.js';
import { Task } from '../../../src/task/task.js';
import { Scheduler } from '../../../src/testing/scheduler.js';
import { PlainRecords } from '../../../src/record/record-list.js';
import { batchOf, ledgerStart, positions, produced, SOURCE, textOf } from './records.js';
import { RecordingTelemetry } from './recording-telemetry.js';
import type { Deferred } from './settle.js';
import { deferred, settle } from './settle.js';

type Outputs = readonly ProducedRecord[];
type Done = Outputs | Effects;
export type Handler = (run: RecordRun) => Done | Promise<Done>;

export const DLQ = 'G.user.events.dlq';
export const COMMANDS = 'G.user.events.commands';
export const LANES = 'G.user.events.lanes-changelog';

export const SETTINGS: TaskSettings = {
  maxInFlight: 64,
  attemptTimeoutMs: 10_000,
  retryImmediate: 1,
  retryImmediateBackoffMs: 100,
  retryTiers: [],
  // A test that is about it says so.
  emissionPatienceMs: 86_400_000,
  deadLetterPolicy: 'skip',
  deadLetterRetentionMs: 30 * 86_400_000,
  laneMaxFollowers: 10_000,
  taskMaxBufferBytes: 64_000_000,
  maxMessageBytes: 1_000_000,
};

export const NOTHING_RESTORED: RestoredLanes = {
  lanes: [],
  outcomes: new Map(),
  orphans: 0,
  strays: { lanes: [], records: [], disordered: [] },
};

export const CLOSED_BREAKER: BreakerView = {
  isOpen: false,
  firstRun: () => undefined,
  probeEnded: () => false,
  isFresh: () => true,
  abandoned: () => undefined,
  look: () => undefined,
};

/** A breaker that a test opens and closes, and that remembers what it was told. */
export class FakeBreaker implements BreakerView {
  isOpen = false;
  readonly told: string[] = [];

  firstRun(ok: boolean): void {
    this.told.push(`first run ${ok ? 'fine' : 'failed'}`);
  }

  probeEnded(_of: object, ok: boolean): boolean {
    this.told.push(`probe ${ok ? 'fine' : 'failed'}`);
    return false;
  }

  isFresh(): boolean {
    return true;
  }

  abandoned(): void {
    this.told.push('abandoned');
  }

  look(): void {
    // It probes when a test says so.
  }
}

/** One run of a handler that waits for the test. */
export interface Call {
  readonly run: RecordRun;
  readonly offset: number;
  readonly attempt: number;
  readonly signal: AbortSignal;
  readonly answer: Deferred<Done>;
}

/** What a handler makes of a record unless the test says otherwise: one output that names it. */
export const echo: Handler = ({ record }) => [produced(`out-${record.offset}`)];

const header = (record: ProducedRecord, name: string): string =>
  record.headers.find((h) => h.name === name)?.value ?? '?';

/** An output by its text; a dead letter as `dlq <offset> <reason> after <attempts>`. */
export const nameOf = (record: ProducedRecord): string => {
  const tier = /\.retry\.(.*)$/.exec(record.topic)?.[1];
  if (tier !== undefined)
    return `retry ${header(record, 'x-lanes-id')} on ${tier} after ${header(record, 'x-lanes-attempts')}`;
  if (record.topic !== DLQ) return textOf(record);
  const at = header(record, '__streams.errors.offset');
  return `dlq ${at} ${header(record, 'x-lanes-reason')} after ${header(record, 'x-lanes-attempts')}`;
};

const effectsOf = (done: Done): Effects =>
  'outputs' in done ? done : { outputs: done, changes: [], reads: [], isDropped: false };

/** What most tasks do not have. */
interface Special {
  readonly sharing: Sharing;
  readonly stores: readonly string[];
  readonly punctuations: Punctuations;
}

const NO_PUNCTUATIONS: Punctuations = {
  isEmpty: true,
  isDue: () => false,
  takeDue: () => undefined,
  dueInMs: () => null,
};

export class TaskBench {
  readonly scheduler = new Scheduler(1);
  readonly telemetry = new RecordingTelemetry();
  /** Runs that wait for the test, in the order in which they began. */
  readonly calls: Call[] = [];
  readonly stopped: RefusedWhy[] = [];
  readonly failures: Error[] = [];
  readonly breaker = new FakeBreaker();
  /** What the host was told of the task's load, in records. */
  readonly loads: number[] = [];
  readonly lives: string[] = [];
  readonly ledger: TaskLedger;
  /** By topic, as far as they were read. */
  readonly inputs = new Map<string, InputPosition>();
  readonly task: Task;
  handler: Handler;

  constructor(
    over: Partial<TaskSettings> = {},
    handler: Handler | 'by-hand' = 'by-hand',
    special: Partial<Special> = {},
  ) {
    const settings = { ...SETTINGS, ...over };
    this.handler = handler === 'by-hand' ? (run) => this.#byHand(run) : handler;
    const { clock } = this.scheduler;
    const id = taskId(0, partition(0));
    const ledgerSettings = {
      laneLog: LANES,
      guarantee: 'exactly_once_v2',
      sources: [SOURCE],
      buffer: () => new PlainRecords(),
    } as const;
    this.ledger = new TaskLedger(id, partition(0), ledgerSettings, clock, this.telemetry);
    const processor: TaskProcessor = {
      init: async () => void this.lives.push('init'),
      process: (run) => {
        const done = this.handler(run);
        return done instanceof Promise ? done.then(effectsOf) : effectsOf(done);
      },
      outputRefused: (_run, _topic, failure) => failure,
      punctuations: special.punctuations ?? NO_PUNCTUATIONS,
      close: async () => void this.lives.push('close'),
    };
    const host: TaskHost = {
      clock,
      settings,
      breaker: this.breaker,
      partitionCount: () => 3,
      loadChanged: (task) => void this.loads.push(task.ledger.uncommitted),
      stopped: (task, why) => {
        this.stopped.push(why);
        void task.close('refused');
      },
      failed: (_task, error) => void this.failures.push(error),
    };
    const letters = new DeadLetters(
      { topic: DLQ, profile: 'kafka-streams', groupId: 'G' },
      settings.maxMessageBytes,
    );
    const topics = {
      partition: partition(0),
      laneLog: LANES,
      retryTopicOf: ({ name }: { name: string }) => `G.user.events.retry.${name}`,
      maxMessageBytes: settings.maxMessageBytes,
    };
    const book = new LaneBook(topics, this.ledger, letters, clock);
    const identity = {
      id,
      partition: partition(0),
      sources: [SOURCE],
      laneLog: LANES,
      sharing: special.sharing ?? 'none',
    } as const;
    const { ledger } = this;
    const stores = new TaskStores(special.stores ?? []);
    this.task = new Task(identity, { ledger, processor, book, stores }, host);
  }

  /** Brings the task to running, at `from` and with batches of `firstPoll` on. */
  async start(from = 0, firstPoll = 1): Promise<this> {
    await this.task.restore();
    const at = positions({ [SOURCE]: from });
    this.ledger.restore(ledgerStart(0, at, false));
    this.task.run(at, NOTHING_RESTORED, firstPoll);
    return this;
  }

  offer(records: readonly ConsumedRecord[], poll = 1): void {
    this.task.offer(batchOf(records), 0, records.length, poll);
  }

  /** The run that is under way for a record; the newest of its attempts. */
  call(offset: number): Call {
    const call = this.calls.findLast((made) => made.offset === offset);
    if (call === undefined) throw new Error(`no handler was called for offset ${offset}`);
    return call;
  }

  /** `offset/attempt` of every run so far, in the order in which they began. */
  get begun(): readonly string[] {
    return this.calls.map(({ offset, attempt }) => `${offset}/${attempt}`);
  }

  async succeed(offset: number, ...outputs: string[]): Promise<void> {
    const texts = outputs.length > 0 ? outputs : [`out-${offset}`];
    this.call(offset).answer.resolve(texts.map((text) => produced(text)));
    await settle();
  }

  async fail(offset: number, error: unknown): Promise<void> {
    this.call(offset).answer.reject(error);
    await settle();
  }

  /** The broker: appends the unit's retry records to their topics and lets the task read them. */
  deliver(unit: CommitUnit): void {
    for (const { topic, headers } of unit.records) {
      if (!topic.includes('.retry.')) continue;
      const input = this.#inputOf(topic);
      const read = headers.map(({ name, value }) => ({ name, value: Buffer.from(value) }));
      this.task.post({
        kind: 'retry',
        input,
        offset: offset(input.next),
        appendedAt: this.scheduler.clock.now(),
        trigger: retryTrigger(read),
      });
    }
  }

  command(command: Command | string): void {
    const input = this.#inputOf(COMMANDS);
    const appendedAt = this.scheduler.clock.now();
    this.task.post({ kind: 'command', input, offset: offset(input.next), appendedAt, command });
  }

  #inputOf(topic: string): InputPosition {
    let input = this.inputs.get(topic);
    if (input === undefined) {
      input = new InputPosition(topic, commitOffset(0), ({ position }) =>
        this.ledger.open.positions.set(topic, position),
      );
      this.inputs.set(topic, input);
    }
    return input;
  }

  /** Takes the next unit, commits it, and lets the task read what it wrote to retry topics. */
  commitAndDeliver(): CommitUnit {
    const unit = this.take();
    unit.settle('committed');
    this.deliver(unit);
    return unit;
  }

  async pass(ms: number): Promise<void> {
    await this.scheduler.advance(ms);
    await settle();
  }

  /** What is decided and not with a commit, named. */
  get decided(): readonly string[] {
    return [...this.ledger.open.records].map(nameOf);
  }

  take(): CommitUnit {
    return this.ledger.takeUnit();
  }

  /** Commits everything that is decided; the names of its records. */
  commit(): readonly string[] {
    const names: string[] = [];
    while (this.ledger.isDirty()) {
      const unit = this.ledger.takeUnit();
      names.push(...[...unit.records].map(nameOf));
      unit.settle('committed');
    }
    return names;
  }

  #byHand(run: RecordRun): Promise<Done> {
    const answer = deferred<Done>();
    const { record, attempt, signal } = run;
    this.calls.push({ run, offset: record.offset, attempt, signal, answer });
    return answer.promise;
  }
}

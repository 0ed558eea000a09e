/**
 * One life of the clients: from open to close. When any of them is of no use any more the session is
 * over as a whole and `Streams` makes a new one; its tasks are restored from what was committed, the
 * only state that outlives it. A new session's producer is initialised before its consumer joins, so a
 * fenced identity can never rejoin with effects of its old one.
 */
import { Observable, concatMap, defer, ignoreElements, tap } from 'rxjs';
import { CLOSE_PATIENCE_MS, COMMIT_PATIENCE_MS, closeAll, finishedWithin } from './closing.js';
import type { CommitReport } from './commit/commit-loop.js';
import { CommitLoop } from './commit/commit-loop.js';
import { Gate } from './commit/gate.js';
import { type Guarantee, guaranteeOf } from './commit/guarantee.js';
import type { Topology } from './dsl/graph/topology.js';
import { Admission } from './flow/admission.js';
import { repeating } from './flow/clocked.js';
import { PauseBoard } from './flow/pause-board.js';
import type { Polled } from './flow/poll-loop.js';
import { PollLoop } from './flow/poll-loop.js';
import type { Clock } from './ports/clock.js';
import type { ClusterAdmin } from './ports/cluster.js';
import type { LogConsumer, RebalanceEvent, SourceConsumer } from './ports/consumer.js';
import type { KafkaClients } from './ports/kafka-clients.js';
import { isKafkaError } from './ports/kafka-error.js';
import type { Logger } from './ports/logger.js';
import type { Telemetry } from './ports/telemetry.js';
import type { Tracing } from './ports/tracing.js';
import { partitionName } from './ports/topic-partition.js';
import { LogReader } from './state/log-reader.js';
import type { MonotonicMs } from './record/units.js';
import { makeTasks } from './session-tasks.js';
import type { StreamsConfig } from './streams-config.js';
import { BreakerDesk } from './task/breaker-desk.js';
import type { Holding } from './task/holding.js';
import { release } from './task/release.js';
import type { TaskManager } from './task/task-manager.js';
import type { TopicSetup } from './topics/topic-setup.js';

export interface SessionParts {
  readonly topology: Topology;
  readonly config: StreamsConfig;
  readonly clients: KafkaClients;
  readonly topics: TopicSetup;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
  readonly tracing?: Tracing | undefined;
}

const PATROL_MS = 30_000;

export class Session {
  readonly tasks: TaskManager;
  readonly pollLoop: PollLoop;
  readonly pauses: PauseBoard;
  readonly breaker: BreakerDesk;
  readonly #gate = new Gate();
  readonly #consumer: SourceConsumer;
  readonly #logConsumer: LogConsumer;
  readonly #admin: ClusterAdmin;
  readonly #guarantee: Guarantee;
  readonly #reader: LogReader;
  readonly #commitLoop: CommitLoop;
  /** When each arrived. */
  readonly #unanswered = new Map<RebalanceEvent, MonotonicMs>();
  #phase: 'open' | 'draining' | 'closing' = 'open';
  #joined = false;
  /** The drain did not get through the gate. */
  #isStuck = false;
  #fail: (error: unknown) => void = () => undefined;

  constructor(private readonly parts: SessionParts) {
    const { clients, clock, config, telemetry } = parts;
    const admission = new Admission(config);
    this.#consumer = clients.sourceConsumer();
    this.#logConsumer = clients.logConsumer();
    this.#admin = clients.clusterAdmin();
    this.#guarantee = guaranteeOf(config, clients, this.#consumer, clock, parts.tracing);
    this.pauses = new PauseBoard(this.#consumer);
    this.pollLoop = new PollLoop(this.#consumer, () => admission.demand, clock);
    this.#reader = new LogReader(this.#logConsumer, clock);
    this.breaker = new BreakerDesk(config.breaker, () => this.tasks.probed(), clock, parts.logger);
    this.tasks = makeTasks({
      ...parts,
      consumer: this.#consumer,
      admin: this.#admin,
      reader: this.#reader,
      breaker: this.breaker,
      intake: this.pollLoop,
      pauses: this.pauses,
      admission,
      buffer: () => this.#guarantee.buffer(),
      hasten: () => this.#commitLoop.hasten(),
      failed: (error) => this.#fail(error),
    });
    this.#commitLoop = new CommitLoop(
      this.#guarantee.committer,
      this.#gate,
      this.tasks,
      clock,
      config,
      telemetry,
    );
  }

  /** The group has answered, if only with no partition. */
  get joined(): boolean {
    return this.#joined;
  }

  /** Connects, sees to the topics, and leaves the consumer ready to join. */
  async open(): Promise<void> {
    await this.#admin.connect();
    await this.parts.topics.ensure(this.#admin);
    await Promise.all([
      this.#guarantee.producer.connect(),
      this.#consumer.connect(),
      this.#logConsumer.connect(),
    ]);
    await this.#guarantee.initialise();
  }

  /** Joins the group when subscribed. Each change of the assignment is answered alone, never inside a transaction. */
  readonly rebalances$ = new Observable<RebalanceEvent>((subscriber) => {
    this.#consumer.subscribe(this.parts.topology.sourceTopics, (event) => {
      this.#unanswered.set(event, this.parts.clock.monotonic());
      // While the consumer closes nothing is under way any more, and waiting would keep it from closing.
      if (this.#phase === 'closing') this.#reply(event);
      else subscriber.next(event);
    });
  }).pipe(
    tap((event) => this.#announce(event)),
    concatMap((event) => this.#gate.run(() => this.#settle(event))),
    ignoreElements(),
  );

  /** Everything that is read goes to its task. */
  readonly intake$ = defer(() => this.pollLoop.polled$).pipe(
    tap((polled) => this.#take(polled)),
    ignoreElements(),
  );

  /** What the tasks have decided is committed. */
  readonly commits$ = defer(() => this.#commitLoop.reports$).pipe(
    tap((report) => this.#onCommit(report)),
    ignoreElements(),
  );

  /** What no event tells of is looked for. */
  readonly patrol$ = defer(() => repeating(this.parts.clock, PATROL_MS, () => this.#patrol()));

  /** Ends with the error of what runs beside the others: restores. */
  readonly failures$ = new Observable<never>((subscriber) => {
    this.#fail = (error) => subscriber.error(error);
  });

  get commits(): Pick<CommitLoop, 'msSinceCommit' | 'aborted'> {
    return this.#commitLoop;
  }

  readonly commit = (): Promise<unknown> => this.#gate.run(() => this.#commitLoop.commitNow());

  /** Processes nothing new, commits what is decided and lets every task go, within the drain time-out. */
  async drain(): Promise<void> {
    this.#phase = 'draining';
    const leaving = this.tasks.startLeaving(this.tasks.holdings.flatMap((holding) => holding.partitions));
    for (const { task } of leaving) void task.drain();
    const { clock, config, logger } = this.parts;
    const limitMs = config.drainTimeoutMs;
    const released = (): Promise<void> => this.#gate.run(() => this.#release(leaving, limitMs));
    this.#isStuck = !(await finishedWithin(clock, limitMs + COMMIT_PATIENCE_MS, logger, released));
    if (!this.#isStuck) return;
    const { uncommitted } = this.tasks;
    logger.warn({ uncommitted }, 'not drained in time: what is not committed is read again');
  }

  /** Ends every client. Never rejects, always ends. */
  async close(): Promise<void> {
    this.#phase = 'closing';
    const { clock, logger } = this.parts;
    const drop = (): Promise<void> => this.tasks.drop(this.tasks.holdings);
    if (!this.#isStuck) await finishedWithin(clock, CLOSE_PATIENCE_MS, logger, () => this.#gate.run(drop));
    await drop();
    for (const event of this.#unanswered.keys()) this.#reply(event);
    this.breaker.stop();
    this.#reader.close();
    const { producer } = this.#guarantee;
    const clients = { consumer: this.#consumer, log: this.#logConsumer, producer, admin: this.#admin };
    await closeAll(clients, logger);
  }

  /** At once, before the gate: what is leaving starts nothing new, what is lost must not be committed. */
  #announce(event: RebalanceEvent): void {
    const kind = event.kind === 'revoke' && event.lost ? 'lost' : event.kind;
    this.parts.telemetry.rebalance(kind, event.partitions.length);
    this.parts.logger.info({ kind, partitions: event.partitions.map(partitionName) }, 'rebalance');
    this.#commitLoop.rebalanced();
    if (event.kind === 'assign') return;
    if (event.lost) this.#joined = false;
    for (const { task } of this.tasks.startLeaving(event.partitions)) {
      if (event.lost) task.ledger.markLost();
      void task.drain();
    }
  }

  async #settle(event: RebalanceEvent): Promise<void> {
    if (event.kind === 'revoke') {
      const leaving = this.tasks.startLeaving(event.partitions);
      if (event.lost) await this.tasks.drop(leaving);
      else await this.#release(leaving, this.#releaseLimitMs(event));
      this.tasks.revoked(event.partitions);
    }
    this.#reply(event);
    if (event.kind === 'assign') {
      this.#joined = true;
      if (this.#phase === 'open') this.tasks.assigned(event.partitions);
    }
  }

  #reply(event: RebalanceEvent): void {
    if (this.#unanswered.delete(event)) event.answer();
  }

  /**
   * Counted from the event's arrival and well inside the session time-out: a member that is put out while
   * its answer is awaited is not fenced for sure (review F2). With nothing left nothing is committed.
   */
  #releaseLimitMs(event: RebalanceEvent): number {
    const { clock, config } = this.parts;
    const waitedMs = clock.monotonic() - (this.#unanswered.get(event) ?? clock.monotonic());
    return Math.min(config.drainTimeoutMs, config.sessionTimeoutMs / 2 - waitedMs);
  }

  #release(leaving: readonly Holding[], limitMs: number): Promise<void> {
    const { clock, config } = this.parts;
    return release(leaving, limitMs, this.tasks, this.#commitLoop, clock, config.commitIntervalMs);
  }

  #take(polled: Polled): void {
    if (polled.kind === 'batch') return this.tasks.offer(polled.batch, polled.poll);
    const { error } = polled;
    this.parts.logger.warn({ err: error }, 'the consumer reports an error');
    if (error.stopped !== undefined) this.tasks.positionLost(error.stopped, error.message);
  }

  #onCommit(report: CommitReport): void {
    switch (report.kind) {
      case 'committed':
        this.tasks.balance();
        return this.pollLoop.roomMade();
      case 'aborted':
        if (report.cause === 'lost')
          return this.parts.logger.info({}, 'commit aborted, a partition of it is lost');
        return this.parts.logger.warn({ err: report.cause }, 'commit aborted, its effects are sent again');
      case 'source-refused': {
        const refused = this.tasks.holdings.find(({ task }) => task.ledger === report.source);
        const message = `The broker refuses its effects: ${report.cause.message}`;
        if (refused !== undefined) this.tasks.refuse(refused.task, { reason: 'commit-refused', message });
        return;
      }
      case 'session-over':
        throw report.cause;
    }
  }

  async #patrol(): Promise<void> {
    try {
      await this.tasks.patrol((of) => this.#admin.watermarks(of));
    } catch (error) {
      // The next round looks again; brokers that are away are told of elsewhere.
      if (!isKafkaError(error)) throw error;
    }
  }
}

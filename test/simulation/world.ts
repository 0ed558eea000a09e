/**
 * A simulated run under way: the cluster, the processes in their slots, the inputs and the misfortunes.
 * It does what the scenario says and what an orchestrator would: whatever ends is started again.
 */
import { KafkaError } from '../../src/ports/kafka-error.js';
import { partition } from '../../src/record/units.js';
import type { FaultMatch } from '../../src/testing/fault-plan.js';
import { SimulatedCluster } from '../../src/testing/simulated-cluster.js';
import { encodePayload } from './behaviour.js';
import type { BadCall, Misfortune, PlannedMisfortune } from './fault.js';
import { Journal } from './journal.js';
import { NodeProcess } from './node-process.js';
import { Observations } from './observations.js';
import type { PlannedCommand } from './operator.js';
import { Operator } from './operator.js';
import { RecordingScheduler } from './recording-scheduler.js';
import type { Burst, Scenario } from './scenario.js';
import { OUTPUT } from './scenario.js';
import { Publisher } from './publisher.js';
import { RestoreChecks } from './restore-checks.js';
import { RunChecks } from './run-checks.js';
import { GROUP } from './settings.js';
import { Violations } from './violations.js';

const RESTART_AFTER_FAILURE_MS = 2000;
const HALF_DONE_AFTER_MS = 200_000;
const GUEST_STAYS_MS = 2000;
const ROLLING_PAUSE_MS = 3000;
/** What an injected error says its code is: nothing that the engine may know. */
const INJECTED_CODE = -9999;

export class World {
  readonly violations = new Violations();
  readonly scheduler: RecordingScheduler;
  readonly cluster: SimulatedCluster;
  readonly observations: Observations;
  readonly journal: Journal;
  readonly restores: RestoreChecks;
  readonly transactionalIds = new Set<string>();
  readonly #slots: (NodeProcess | null)[] = [];
  /** Processes outside of the slots: replaced ones and guests. */
  readonly #others = new Set<NodeProcess>();
  readonly #frozen = new Set<NodeProcess>();
  readonly #steps: { readonly step: number; readonly run: () => void }[] = [];
  readonly #publisher: Publisher;
  #partitions: number;
  #step = 0;
  #started = 0;
  #isCalm = false;
  /** Nothing is started for now; called once everything is gone. */
  #isStopped = false;
  #whenStopped: (() => void) | null = null;
  readonly #pausesMs = new Map<number, number>();
  #inputs = 0;
  /** Of the operator, so far. */
  #commands = 0;
  /** Of the settings, for whoever is started. */
  #version = 0;
  /** When the breaker of a process was last seen open. */
  readonly #breakers = new Map<string, number>();

  constructor(readonly scenario: Scenario) {
    this.scheduler = new RecordingScheduler(scenario.seed);
    this.cluster = new SimulatedCluster(this.scheduler, { markerDelayMs: scenario.markerDelayMs });
    this.observations = new Observations(this.scheduler.clock);
    this.journal = new Journal(this.cluster, scenario, this.violations);
    this.restores = new RestoreChecks(this.journal);
    this.observations.checks = new RunChecks(this.journal, this.observations, (process) =>
      this.#breakerOpenAtMs(process),
    );
    const operator = new Operator(this.cluster, this.journal);
    this.#partitions = scenario.partitions;
    for (const topic of this.sourceTopics) this.cluster.createTopic(topic, this.#partitions);
    this.cluster.createTopic(OUTPUT, scenario.outputPartitions);
    this.#publisher = new Publisher(this.cluster);
    for (const burst of scenario.bursts) this.#at(burst.atMs, () => this.#write(burst));
    for (const planned of scenario.misfortunes) this.#plan(planned);
    for (const planned of scenario.commands) this.#at(planned.atMs, () => this.#command(operator, planned));
    for (const bad of scenario.badCalls) this.#planBadCall(bad);
    for (let slot = 0; slot < scenario.slots; slot++) this.#start(slot);
    this.#at(scenario.chaosMs, () => this.#calm());
  }

  get sourceTopics(): readonly string[] {
    return this.scenario.subtopologies.flat();
  }

  get processes(): readonly NodeProcess[] {
    return [...this.#slots, ...this.#others].filter((one): one is NodeProcess => one !== null && !one.isGone);
  }

  /** No fault and no command comes any more. */
  get isCalm(): boolean {
    return this.#isCalm && this.#commands === this.scenario.commands.length;
  }

  get isAnyTransactionOpen(): boolean {
    return (
      this.#publisher.isBusy || [...this.transactionalIds].some((id) => this.cluster.isTransactionBusy(id))
    );
  }

  /** Every slot is filled, and nobody else is there. */
  get hasOnlyItsOwn(): boolean {
    return (
      this.#slots.every((process) => process?.isGone === false) &&
      this.processes.length === this.#slots.length
    );
  }

  /** Tells everything to stop, for good. */
  stop(): void {
    this.scheduler.note('stop');
    this.#isStopped = true;
    for (const process of this.processes) void process.close();
  }

  /** After every step of the scheduler. */
  stepped(): void {
    this.#step += 1;
    while ((this.#steps[0]?.step ?? Infinity) <= this.#step) this.#steps.shift()?.run();
    if (!this.#whenStopped || this.processes.length > 0 || this.isAnyTransactionOpen) return;
    this.#whenStopped();
    this.#whenStopped = null;
  }

  #at(ms: number, run: () => void): void {
    this.scheduler.clock.after(ms, run);
  }

  #start(slot: number): void {
    if (this.#slots[slot] || this.#isStopped) return;
    const process = this.#make(`p${slot}`, `i${slot}`, (why) => {
      if (this.#slots[slot] !== process) return;
      this.#slots[slot] = null;
      const pauseMs = why === null ? (this.#pausesMs.get(slot) ?? 0) : RESTART_AFTER_FAILURE_MS;
      this.#at(pauseMs, () => this.#start(slot));
    });
    this.#slots[slot] = process;
  }

  #make(slot: string, identity: string, ended: (why: unknown) => void): NodeProcess {
    const name = `${slot}#${(this.#started += 1)}`;
    // A dynamic member has a transactional id of its own in every life.
    const own = this.scenario.isStatic ? identity : `${identity}-${this.#started}`;
    const { cluster, observations, scenario, violations } = this;
    const config = scenario.versions[this.#version];
    if (config === undefined) throw new Error(`no version ${this.#version} of the settings`);
    this.scheduler.note(`${name}: start as ${own}, settings ${this.#version}`);
    const process = new NodeProcess({
      slot,
      name,
      identity: own,
      scenario,
      config,
      cluster,
      observations,
      violations,
      restored: (restore, lanes) => this.restores.restored(restore, lanes),
      ended,
    });
    this.transactionalIds.add(process.transactionalId);
    return process;
  }

  #command(operator: Operator, planned: PlannedCommand): void {
    this.#commands += 1;
    operator.act(planned);
  }

  #write({ inputs, how }: Burst): void {
    const records = inputs.map(({ topic, partition: number, key, payload }) => ({
      topic,
      partition: partition(number % this.#partitions),
      key: key === null ? null : Buffer.from(key),
      value: encodePayload(payload, key, this.#inputs++),
      headers: [],
    }));
    if (how === 'direct')
      for (const record of records) this.cluster.produce(record.topic, record.partition, record);
    else this.#publisher.write(records, how);
  }

  #planBadCall({ call, nth, times, slot, fault }: BadCall): void {
    const match: FaultMatch = { process: `p${slot}`, nth, times };
    if (fault.kind === 'delay') return this.cluster.faults.delay(call, fault.ms, match);
    const { permanent } = fault;
    const error = new KafkaError(fault.error, INJECTED_CODE, `injected into ${call}`, { permanent });
    this.cluster.faults.fail(call, error, { ...match, applied: fault.applied });
  }

  #plan({ when, what, slowing }: PlannedMisfortune): void {
    const run = (): void => {
      if (this.#isCalm) return;
      this.scheduler.note(`misfortune ${JSON.stringify(what)}`);
      this.#strike(what);
      if (!slowing) return;
      const { call, ms, slot, times } = slowing;
      this.cluster.faults.delay(call, ms, { process: `p${slot}`, times });
    };
    if (when.at === 'time') this.#at(when.ms, run);
    else if (when.at === 'call') {
      const match = { process: `p${when.slot}`, nth: when.nth };
      this.cluster.faults.at(when.call, when.side, run, match);
    } else {
      this.#steps.push({ step: when.step, run });
      this.#steps.sort((a, b) => a.step - b.step);
    }
  }

  #strike(what: Misfortune): void {
    switch (what.kind) {
      case 'crash':
        this.#slots[what.slot]?.crash();
        return this.#restart(what.slot, what.restartAfterMs);
      case 'freeze':
        return this.#freeze(what.slot, what.forMs, what.replaced);
      case 'close':
        this.#pausesMs.set(what.slot, what.restartAfterMs);
        return void this.#slots[what.slot]?.close();
      case 'start-another':
        return this.#guest(what.forMs);
      case 'evict': {
        const group = this.cluster.group(GROUP);
        const member = group.memberIds[what.member % Math.max(1, group.memberIds.length)];
        if (member !== undefined) group.evict(member);
        return;
      }
      case 'broker-down':
        this.cluster.brokerDown();
        return this.#at(what.forMs, () => this.cluster.brokerUp());
      case 'clock-jump':
        return this.#jump(what.byMs, what.slot);
      case 'compact':
        return this.#compact(what.isPart);
      case 'delete-retries':
        return this.#deleteRetries(what.isPart);
      case 'rolling-restart':
        return this.#rollingRestart();
      case 'reconfigure':
        this.#version = Math.min(this.#version + 1, this.scenario.versions.length - 1);
        return what.rolling ? this.#rollingRestart() : this.#longStop('nothing');
      case 'grow':
        return this.#grow();
      case 'long-stop':
        return this.#longStop(what.forgets);
    }
  }

  #restart(slot: number, afterMs: number): void {
    this.#slots[slot] = null;
    this.#at(afterMs, () => this.#start(slot));
  }

  #freeze(slot: number, forMs: number, replaced: boolean): void {
    const process = this.#slots[slot];
    if (!process || process.isGone) return;
    process.process.freeze();
    this.#frozen.add(process);
    if (replaced) {
      this.#others.add(process);
      this.#restart(slot, forMs / 2);
    }
    this.#at(forMs, () => {
      this.#thaw(process);
      // It lives on for a while beside its replacement, until the orchestrator ends it.
      if (replaced) this.#at(3000, () => process.crash());
    });
  }

  #thaw(process: NodeProcess): void {
    if (this.#frozen.delete(process) && !process.isGone) process.process.thaw();
  }

  #guest(forMs: number): void {
    const guest = this.#make('guest', `guest-${this.#started}`, () => undefined);
    this.#others.add(guest);
    this.#at(forMs, () => void guest.close());
  }

  #jump(byMs: number, slot: number | null): void {
    const process = slot === null ? null : (this.#slots[slot] ?? null);
    if (slot !== null && (process === null || process.isGone)) return;
    if (process === null) this.scheduler.clock.jumpWallClock(byMs);
    else process.process.jumpWallClock(byMs);
    this.observations.jumped(byMs, process?.name ?? null);
  }

  /** What was seen of a log is not asked for again: nothing may be taken away unseen. */
  #compact(isPart: boolean, dropsTombstones = false): void {
    this.journal.update();
    for (const { laneLog, partition: number } of this.journal.tasks) {
      if (this.cluster.partitionsOf(laneLog) <= number) continue;
      const below = isPart ? this.cluster.endOffset(laneLog, number) / 2 : Infinity;
      this.cluster.compactPartition(laneLog, number, { below, dropsTombstones });
    }
  }

  #deleteRetries(isPart: boolean): void {
    this.journal.update();
    for (const topic of this.journal.retryTopics) {
      for (let number = 0; number < this.cluster.partitionsOf(topic); number++) {
        const end = this.cluster.endOffset(topic, number);
        this.cluster.deleteRecords(topic, number, isPart ? Math.floor(end / 2) : end);
      }
    }
  }

  #rollingRestart(slot = 0): void {
    if (slot >= this.#slots.length || this.#isCalm) return;
    void this.#slots[slot]?.close();
    this.#at(ROLLING_PAUSE_MS, () => this.#rollingRestart(slot + 1));
  }

  #grow(): void {
    this.#partitions += 1;
    for (const topic of this.sourceTopics) this.cluster.createPartitions(topic, this.#partitions);
  }

  /** Everything is stopped in order, perhaps for longer than offsets, tombstones and retry records are kept. */
  #longStop(forgets: 'nothing' | 'lane-log' | 'everything'): void {
    this.#isStopped = true;
    for (const process of this.processes) void process.close();
    this.#whenStopped = () => {
      this.scheduler.note(`all stopped, expired: ${forgets}`);
      if (forgets === 'everything') {
        this.cluster.forgetOffsets(GROUP);
        this.#compact(false, true);
        this.#deleteRetries(false);
      } else if (forgets === 'lane-log')
        for (const { laneLog } of this.journal.tasks) this.cluster.forgetOffsets(GROUP, laneLog);
      this.#startAll();
    };
  }

  #breakerOpenAtMs(process: string): number {
    this.look();
    return this.#breakers.get(process) ?? -1;
  }

  /** What can be seen of the processes only now and then. */
  look(): void {
    const nowMs = this.scheduler.clock.monotonic();
    for (const process of this.processes) if (process.isBreakerOpen) this.#breakers.set(process.name, nowMs);
  }

  /** Everything is healthy from here on. */
  #calm(): void {
    this.scheduler.note('calm');
    this.#isCalm = true;
    this.#steps.length = 0;
    this.#version = this.scenario.versions.length - 1;
    this.cluster.faults.clear();
    this.cluster.brokerUp();
    for (const process of [...this.#frozen]) this.#thaw(process);
    this.#whenStopped = null;
    this.#startAll();
    if (this.scenario.isStatic && this.scenario.client.assignor === 'cooperative')
      this.#at(HALF_DONE_AFTER_MS, () => this.#finishRebalance());
  }

  /**
   * Kafka gives a static member that comes back its old assignment and does not rebalance. Was it about to
   * join again, having given partitions up, then those belong to nobody until the next rebalance.
   */
  #finishRebalance(): void {
    const tasks = this.processes.reduce((sum, process) => sum + process.status().tasks.length, 0);
    if (tasks < this.#partitions * this.scenario.subtopologies.length) this.#guest(GUEST_STAYS_MS);
  }

  #startAll(): void {
    this.#isStopped = false;
    for (let slot = 0; slot < this.scenario.slots; slot++) this.#start(slot);
  }
}

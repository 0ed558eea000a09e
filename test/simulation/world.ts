/**
 * A simulated run under way: the cluster, the processes, the inputs, the operator and the misfortunes. It does
 * what the scenario says.
 */
import { KafkaError } from '../../src/ports/kafka-error.js';
import { partition } from '../../src/record/units.js';
import type { FaultMatch } from '../../src/testing/fault-plan.js';
import { SimulatedCluster } from '../../src/testing/simulated-cluster.js';
import { encodePayload } from './behaviour.js';
import type { BadCall } from './bad-call.js';
import type { Misfortune, PlannedMisfortune } from './fault.js';
import { Fleet } from './fleet.js';
import { Journal } from './journal.js';
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

const HALF_DONE_AFTER_MS = 200_000;
/** What an injected error says its code is: nothing that the engine may know. */
const INJECTED_CODE = -9999;

export class World {
  readonly violations = new Violations();
  readonly scheduler: RecordingScheduler;
  readonly cluster: SimulatedCluster;
  readonly observations: Observations;
  readonly journal: Journal;
  readonly restores: RestoreChecks;
  readonly fleet: Fleet;
  readonly #operator: Operator;
  readonly #publisher: Publisher;
  readonly #steps: { readonly step: number; readonly run: () => void }[] = [];
  #partitions: number;
  #step = 0;
  #isCalm = false;
  #inputs = 0;
  /** Of the operator, so far. */
  #commands = 0;

  constructor(readonly scenario: Scenario) {
    const { violations } = this;
    this.scheduler = new RecordingScheduler(scenario.seed);
    this.cluster = new SimulatedCluster(this.scheduler, { markerDelayMs: scenario.markerDelayMs });
    this.observations = new Observations(this.scheduler.clock);
    this.journal = new Journal(this.cluster, scenario, violations);
    this.restores = new RestoreChecks(this.journal);
    this.fleet = new Fleet(this.cluster, {
      scenario,
      cluster: this.cluster,
      observations: this.observations,
      violations,
      restored: (restore, lanes) => this.restores.restored(restore, lanes),
    });
    this.observations.checks = new RunChecks(this.journal, this.observations, this.fleet);
    this.#operator = new Operator(this.cluster, this.journal);
    this.#publisher = new Publisher(this.cluster);
    this.#partitions = scenario.partitions;
    for (const topic of this.sourceTopics) this.cluster.createTopic(topic, this.#partitions);
    this.cluster.createTopic(OUTPUT, scenario.outputPartitions);
    for (const burst of scenario.bursts) this.#at(burst.atMs, () => this.#write(burst));
    for (const planned of scenario.misfortunes) this.#plan(planned);
    for (const planned of scenario.commands) this.#at(planned.atMs, () => this.#command(planned));
    for (const bad of scenario.badCalls) this.#planBadCall(bad);
    this.fleet.startAll();
    this.#at(scenario.chaosMs, () => this.#calm());
  }

  get sourceTopics(): readonly string[] {
    return this.scenario.subtopologies.flat();
  }

  /** No fault and no command comes any more. */
  get isCalm(): boolean {
    return this.#isCalm && this.#commands === this.scenario.commands.length;
  }

  get isAnyTransactionOpen(): boolean {
    return this.#publisher.isBusy || this.fleet.isTransactionOpen;
  }

  /** Tells everything to stop, for good. */
  stop(): void {
    this.scheduler.note('stop');
    this.fleet.stopAll();
  }

  /** After every step of the scheduler. */
  stepped(): void {
    this.#step += 1;
    while ((this.#steps[0]?.step ?? Infinity) <= this.#step) this.#steps.shift()?.run();
    this.fleet.stepped();
  }

  #at(ms: number, run: () => void): void {
    this.scheduler.clock.after(ms, run);
  }

  #command(planned: PlannedCommand): void {
    this.#commands += 1;
    this.#operator.act(planned);
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
    const { fleet } = this;
    switch (what.kind) {
      case 'crash':
        return fleet.crash(what.slot, what.restartAfterMs);
      case 'freeze':
        if (what.evicts !== null) this.#evict(what.evicts);
        return fleet.freeze(what.slot, what.forMs, what.replaced);
      case 'close':
        return fleet.close(what.slot, what.restartAfterMs);
      case 'start-another':
        return fleet.guest(what.forMs);
      case 'evict':
        return this.#evict(what.member);
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
        return fleet.rollingRestart();
      case 'reconfigure':
        fleet.version = Math.min(fleet.version + 1, this.scenario.versions.length - 1);
        return what.rolling ? fleet.rollingRestart() : fleet.stopAll(() => fleet.startAll());
      case 'reset':
        return fleet.stopAll(() => this.#reset(what.to));
      case 'grow':
        this.#partitions += 1;
        for (const topic of this.sourceTopics) this.cluster.createPartitions(topic, this.#partitions);
        return;
      case 'long-stop':
        return fleet.stopAll(() => this.#expire(what.forgets));
    }
  }

  #evict(draw: number): void {
    const group = this.cluster.group(GROUP);
    const member = group.memberIds[draw % Math.max(1, group.memberIds.length)];
    if (member !== undefined) group.evict(member);
  }

  #jump(byMs: number, slot: number | null): void {
    const process = slot === null ? null : this.fleet.at(slot);
    if (slot === null) this.scheduler.clock.jumpWallClock(byMs);
    else if (process === null) return;
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

  /** Everything was stopped for longer than offsets, tombstones and retry records are kept. */
  #expire(forgets: 'lane-log' | 'everything'): void {
    this.scheduler.note(`expired: ${forgets}`);
    if (forgets === 'everything') {
      this.cluster.forgetOffsets(GROUP);
      this.#compact(false, true);
      this.#deleteRetries(false);
    } else for (const { laneLog } of this.journal.tasks) this.cluster.forgetOffsets(GROUP, laneLog);
    this.fleet.startAll();
  }

  #reset(part: number): void {
    for (const { partition: number, sources } of this.journal.tasks) {
      for (const topic of sources) {
        const committed = this.cluster.committedOffset(GROUP, topic, number);
        if (committed === undefined) continue;
        const to = Math.floor(committed * part);
        this.scheduler.note(`operator: ${topic}-${number} is put back from ${committed} to ${to}`);
        this.cluster.resetOffset(GROUP, { topic, partition: partition(number) }, to);
      }
    }
    this.fleet.startAll();
  }

  /** Everything is healthy from here on. */
  #calm(): void {
    this.scheduler.note('calm');
    this.#isCalm = true;
    this.#steps.length = 0;
    this.fleet.version = this.scenario.versions.length - 1;
    this.cluster.faults.clear();
    this.cluster.brokerUp();
    this.fleet.calm();
    if (this.scenario.isStatic && this.scenario.client.assignor === 'cooperative')
      this.#at(HALF_DONE_AFTER_MS, () => this.#finishRebalance());
  }

  /**
   * Kafka gives a static member that comes back its old assignment and does not rebalance. Was it about to
   * join again, having given partitions up, then those belong to nobody until the next rebalance.
   */
  #finishRebalance(): void {
    const tasks = this.fleet.processes.reduce((sum, process) => sum + process.tasks.length, 0);
    if (tasks < this.#partitions * this.scenario.subtopologies.length) this.fleet.guest();
  }
}

/**
 * The processes of a simulated run, in their slots and beside them, and what an orchestrator does with them:
 * whatever ends is started again, with the settings of the day.
 */
import type { SimulatedCluster } from '../../src/testing/simulated-cluster.js';
import type { NodeProcessParts } from './node-process.js';
import { NodeProcess } from './node-process.js';
import type { ProcessView } from './run-checks.js';

const RESTART_AFTER_FAILURE_MS = 2000;
/** A replaced process lives on for so long beside its replacement. */
const REPLACED_STAYS_MS = 3000;
const GUEST_STAYS_MS = 2000;
const ROLLING_PAUSE_MS = 3000;

export class Fleet implements ProcessView {
  /** Of the settings, for whoever is started. */
  version = 0;
  readonly #slots: (NodeProcess | null)[] = [];
  /** Processes outside of the slots: replaced ones and guests. */
  readonly #others = new Set<NodeProcess>();
  readonly #frozen = new Set<NodeProcess>();
  readonly #transactionalIds = new Set<string>();
  readonly #pausesMs = new Map<number, number>();
  #started = 0;
  /** Nothing is started for now; called once everything is gone. */
  #isStopped = false;
  #whenStopped: (() => void) | null = null;

  constructor(
    private readonly cluster: SimulatedCluster,
    private readonly parts: Omit<NodeProcessParts, 'slot' | 'name' | 'identity' | 'config' | 'ended'>,
  ) {}

  get processes(): readonly NodeProcess[] {
    return [...this.#slots, ...this.#others].filter((one): one is NodeProcess => one !== null && !one.isGone);
  }

  get isTransactionOpen(): boolean {
    return [...this.#transactionalIds].some((id) => this.cluster.isTransactionBusy(id));
  }

  /** Every slot is filled, and nobody else is there. */
  get hasOnlyItsOwn(): boolean {
    return (
      this.#slots.every((process) => process?.isGone === false) &&
      this.processes.length === this.#slots.length
    );
  }

  at(slot: number): NodeProcess | null {
    const process = this.#slots[slot] ?? null;
    return process?.isGone === false ? process : null;
  }

  startAll(): void {
    this.#isStopped = false;
    for (let slot = 0; slot < this.parts.scenario.slots; slot++) this.#start(slot);
  }

  /** Tells everything to stop. `then`: called once nothing is left and no transaction is open; else for good. */
  stopAll(then: (() => void) | null = null): void {
    this.#isStopped = true;
    this.#whenStopped = then;
    for (const process of this.processes) void process.close();
  }

  /** After every step of the scheduler. */
  stepped(): void {
    const then = this.#whenStopped;
    if (then === null || this.processes.length > 0 || this.isTransactionOpen) return;
    this.#whenStopped = null;
    then();
  }

  crash(slot: number, restartAfterMs: number): void {
    this.#slots[slot]?.crash();
    this.#restart(slot, restartAfterMs);
  }

  /** All at once, and at once again. */
  restart(): void {
    this.cluster.scheduler.note('restart');
    for (const slot of this.#slots.keys()) this.crash(slot, 0);
  }

  close(slot: number, restartAfterMs: number): void {
    this.#pausesMs.set(slot, restartAfterMs);
    void this.#slots[slot]?.close();
  }

  freeze(slot: number, forMs: number, replaced: boolean): void {
    const process = this.at(slot);
    if (process === null) return;
    process.process.freeze();
    this.#frozen.add(process);
    if (replaced) {
      this.#others.add(process);
      this.#restart(slot, forMs / 2);
    }
    this.#after(forMs, () => {
      this.#thaw(process);
      if (replaced) this.#after(REPLACED_STAYS_MS, () => process.crash());
    });
  }

  /** Another process for a while. */
  guest(forMs: number = GUEST_STAYS_MS): void {
    const guest = this.#make('guest', `guest-${this.#started}`, () => undefined);
    this.#others.add(guest);
    this.#after(forMs, () => void guest.close());
  }

  rollingRestart(slot = 0): void {
    if (slot >= this.#slots.length || this.#isStopped) return;
    void this.#slots[slot]?.close();
    this.#after(ROLLING_PAUSE_MS, () => this.rollingRestart(slot + 1));
  }

  /** Everything goes on, and nothing waits for an end any more. */
  calm(): void {
    for (const process of [...this.#frozen]) this.#thaw(process);
    this.#whenStopped = null;
    this.startAll();
  }

  breakerOpenAtMs(process: string): number {
    return this.processes.find(({ name }) => name === process)?.breakerOpenAtMs ?? -1;
  }

  sequenceOf(process: string, task: string): number | undefined {
    const found = this.processes.find(({ name }) => name === process);
    return found?.tasks.find(({ id }) => id === task)?.ledger.sequence;
  }

  #after(ms: number, run: () => void): void {
    this.cluster.scheduler.clock.after(ms, run);
  }

  #start(slot: number): void {
    if (this.#slots[slot] || this.#isStopped) return;
    const process = this.#make(`p${slot}`, `i${slot}`, (why) => {
      if (this.#slots[slot] !== process) return;
      this.#slots[slot] = null;
      const pauseMs = why === null ? (this.#pausesMs.get(slot) ?? 0) : RESTART_AFTER_FAILURE_MS;
      this.#after(pauseMs, () => this.#start(slot));
    });
    this.#slots[slot] = process;
  }

  #make(slot: string, identity: string, ended: (why: unknown) => void): NodeProcess {
    const { scenario } = this.parts;
    const name = `${slot}#${(this.#started += 1)}`;
    // A dynamic member has a transactional id of its own in every life.
    const own = scenario.isStatic ? identity : `${identity}-${this.#started}`;
    const config = scenario.versions[this.version];
    if (config === undefined) throw new Error(`no version ${this.version} of the settings`);
    this.cluster.scheduler.note(`${name}: start as ${own}, settings ${this.version}`);
    const process = new NodeProcess({ ...this.parts, slot, name, identity: own, config, ended });
    this.#transactionalIds.add(process.transactionalId);
    return process;
  }

  #restart(slot: number, afterMs: number): void {
    this.#slots[slot] = null;
    this.#after(afterMs, () => this.#start(slot));
  }

  #thaw(process: NodeProcess): void {
    if (this.#frozen.delete(process) && !process.isGone) process.process.thaw();
  }
}

/**
 * Three service processes under load, and what befalls them: each in turn is killed, told to stop, and
 * frozen beyond its session time-out; then two at once are killed. Or kills only, one after the other. Every
 * step waits until the processes have made progress, so that it hits them at work.
 */
import type { Input } from './checker.js';
import { Load } from './load.js';
import type { ZombieSpell } from './retry-checker.js';
import type { ServiceBench } from './service-bench.js';
import type { ServiceEnvironment, ServiceProcess } from './service-process.js';
import { untilShared } from './task-shares.js';
import { until } from './wait.js';

export interface TurmoilOptions {
  readonly seed: number;
  readonly recordsPerSecond: number;
  /** With INSTANCE_ID: static members with a stable transactional id. */
  readonly named: boolean;
  readonly users?: number;
  /** The part of records that can never succeed, of 1. */
  readonly bad?: number;
  readonly huge?: number;
  readonly rounds?: 'mixed' | 'kills';
  /** Source records that the group commits between two steps: some commits of every process. */
  readonly progress?: number;
  /** Resolves when all that was written has been worked off. */
  readonly rest?: () => Promise<void>;
}

const NAMES = ['a', 'b', 'c'] as const;
const PROGRESS_RECORDS = 500;
const REJOIN_LIMIT_MS = 60_000;
const REST_LIMIT_MS = 180_000;

export class Turmoil {
  /** From when a process was stopped until, going on, it had partitions that it had been assigned anew. */
  readonly zombies: ZombieSpell[] = [];
  readonly #services: ServiceProcess[] = [];
  readonly #steps = new Map<string, number>();

  constructor(
    private readonly bench: ServiceBench,
    private readonly options: TurmoilOptions,
  ) {}

  get told(): string {
    return [...this.#steps].map(([step, times]) => `${step}${times > 1 ? ` (${times})` : ''}`).join(', ');
  }

  /** One round, and further ones until `durationMs` have passed; then everything is let come to rest. */
  async run(durationMs = 0): Promise<readonly Input[]> {
    for (const name of NAMES) this.#services.push(await this.#start(name));
    await this.#joined();
    const load = new Load(this.bench.tool, this.bench.source, this.options);
    const endMs = Date.now() + durationMs;
    do await (this.options.rounds === 'kills' ? this.#kills() : this.#round());
    while (Date.now() < endMs);
    const inputs = await load.stop();
    await this.bench.untilAllCommitted(REST_LIMIT_MS);
    await this.options.rest?.();
    const exits = await Promise.all(this.#services.map((service) => service.stop()));
    for (const [i, { code }] of exits.entries()) {
      if (code !== 0) throw new Error(`${NAMES[i] ?? ''} ended with exit code ${String(code)}`);
    }
    return inputs;
  }

  async #kills(): Promise<void> {
    for (const which of [[0], [1], [2], [0, 1]]) {
      await this.#progress();
      await this.#kill(which);
    }
    await this.#progress();
  }

  async #round(): Promise<void> {
    await this.#progress();
    await this.#kill([0]);
    await this.#progress();
    await this.#terminate(1);
    await this.#progress();
    await this.#freeze(2);
    await this.#progress();
    await this.#kill([1, 2]);
    await this.#progress();
  }

  async #kill(which: readonly number[]): Promise<void> {
    await Promise.all(which.map((i) => this.#service(i).kill()));
    this.#step(`SIGKILL ${which.map((i) => NAMES[i]).join('+')}`);
    await Promise.all(which.map((i) => this.#restart(i)));
    await this.#joined();
  }

  async #terminate(which: number): Promise<void> {
    const { code } = await this.#service(which).stop();
    this.#step(`SIGTERM ${NAMES[which] ?? ''}`);
    if (code !== 0) throw new Error(`SIGTERM ended ${NAMES[which] ?? ''} with exit code ${String(code)}`);
    await this.#restart(which);
    await this.#joined();
  }

  /** Until the others have its partitions; then it comes back and believes that no time has passed. */
  async #freeze(which: number): Promise<void> {
    const frozen = this.#service(which);
    const others = this.#services.filter((service) => service !== frozen);
    const fromMs = Date.now();
    frozen.signal('SIGSTOP');
    this.#step(`SIGSTOP ${frozen.name}`);
    await this.bench.untilAllRunning(others, 3, REJOIN_LIMIT_MS);
    await this.#progress();
    frozen.signal('SIGCONT');
    this.#step(`SIGCONT ${frozen.name}`);
    // That it has given up what it lost is too early: calls that it made before may be on their way.
    await untilShared(this.#services, 3, REJOIN_LIMIT_MS);
    this.zombies.push({ caller: this.bench.callerOf(frozen), fromMs, toMs: Date.now() });
  }

  async #joined(): Promise<void> {
    await untilShared(this.#services, 3, REJOIN_LIMIT_MS);
  }

  async #progress(): Promise<void> {
    const enough = (await this.bench.committed()) + (this.options.progress ?? PROGRESS_RECORDS);
    await until(
      'the group makes progress',
      async () => (await this.bench.committed()) >= enough,
      REJOIN_LIMIT_MS,
    );
  }

  async #restart(which: number): Promise<void> {
    this.#services[which] = await this.#start(NAMES[which] ?? '');
  }

  #start(name: string): Promise<ServiceProcess> {
    const identity: ServiceEnvironment = this.options.named ? { INSTANCE_ID: name } : {};
    return this.bench.startReady(name, identity);
  }

  #service(which: number): ServiceProcess {
    const service = this.#services[which];
    if (service === undefined) throw new RangeError(`there is no process ${which}`);
    return service;
  }

  #step(what: string): void {
    this.#steps.set(what, (this.#steps.get(what) ?? 0) + 1);
  }
}

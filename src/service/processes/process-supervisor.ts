/**
 * Carries out what supervision.ts decides: forks, drains, kills, wakes. Keeps what each stream process last said, and asks
 * all of them for more with a time-out. Everything that a probe needs is in memory.
 */
import type { ServiceLogger } from '../../observability/logger.js';
import type { Answers, FromChild, Report, ToChild } from './messages.js';
import type { ProcessView } from './processes-health.js';
import type { Launch, StreamProcess } from './stream-process.js';
import type { End, Supervision, SupervisionEffect, SupervisionEvent } from './supervision.js';
import { endText, supervise, unstarted } from './supervision.js';

export interface ProcessSupervisorParts {
  readonly processes: number;
  readonly launch: Launch;
  /** What a process is told first, in this order. */
  readonly startMessages: (process: number) => readonly ToChild[];
  /** For all of them to drain; then those that still live are killed, and the exit code is 1. */
  readonly drainLimitMs: number;
  readonly logger: Pick<ServiceLogger, 'info' | 'error' | 'fatal'>;
  /** Counters of a life, as it last told them. */
  readonly lastWords: (process: number, metrics: Answers['metrics']) => void;
  /** A life is over. */
  readonly lifeEnded: (process: number) => void;
}

interface Life {
  readonly child: StreamProcess;
  report: Report | null;
  silentMs: number;
}

const TURN_EVERY_MS = 500;
/** A turn that took longer was this process's own standing still, which says nothing of the others. */
const LONGEST_TURN_MS = 2 * TURN_EVERY_MS;

export class ProcessSupervisor {
  #state: Supervision;
  readonly #lives = new Map<number, Life>();
  readonly #started = new Set<number>();
  readonly #timers = new Set<NodeJS.Timeout>();
  /** Who waits for an answer, by the number of the question. */
  readonly #asked = new Map<number, (answer: unknown) => void>();
  #lastAsked = 0;
  #turnedAtMs = performance.now();
  #finish: (code: number) => void = () => undefined;
  /** With the exit code, when nothing lives any more. */
  readonly ended = new Promise<number>((resolve) => (this.#finish = resolve));

  constructor(private readonly parts: ProcessSupervisorParts) {
    this.#state = unstarted(parts.processes);
  }

  begin(): void {
    this.#turnedAtMs = performance.now();
    const turns = setInterval(() => this.#turn(), TURN_EVERY_MS);
    void this.ended.then(() => clearInterval(turns));
    this.#happened({ kind: 'begin' });
  }

  /** Drains all of them at the same time. Again: nothing. */
  stop(): void {
    this.#happened({ kind: 'stop' });
  }

  /** For an end that waits for nothing. */
  killAll(): void {
    for (const { child } of this.#lives.values()) child.kill();
  }

  get isStopping(): boolean {
    return this.#state.stopping !== null;
  }

  get restarts(): number {
    return this.#state.restarts;
  }

  get views(): readonly ProcessView[] {
    const nowMs = performance.now();
    return this.#state.children.map(({ lastEnd, phase }, index) => {
      const process = index + 1;
      const life = this.#lives.get(process);
      return {
        process,
        pid: life?.child.pid ?? null,
        phase: phase.kind,
        silentMs: life?.silentMs ?? 0,
        report: life?.report ?? null,
        hasStarted: this.#started.has(process),
        lastEnd,
        startsInMs: phase.kind === 'waiting' ? Math.max(0, phase.untilMs - nowMs) : null,
      };
    });
  }

  /** Resolves after `limitMs` at the latest with what came, by process. Never rejects. */
  async ask<What extends keyof Answers>(
    what: What,
    limitMs: number,
  ): Promise<ReadonlyMap<number, Answers[What]>> {
    const answers = new Map<number, Answers[What]>();
    const askOne = async ([process, { child }]: [number, Life]): Promise<void> => {
      const id = ++this.#lastAsked;
      const answer = await new Promise((resolve) => {
        const timer = setTimeout(() => resolve(undefined), limitMs);
        this.#asked.set(id, (given) => {
          clearTimeout(timer);
          resolve(given);
        });
        child.send({ kind: 'ask', id, what });
      });
      this.#asked.delete(id);
      if (answer !== undefined) answers.set(process, answer as Answers[What]);
    };
    // One that has not said anything yet cannot answer; what is asked of it would only wait in its channel.
    await Promise.all([...this.#lives].filter(([, { report }]) => report !== null).map(askOne));
    return answers;
  }

  /** As if each process had been sent it: one without a handler for it goes on. */
  forward(signal: NodeJS.Signals): void {
    for (const { child } of this.#lives.values()) child.send({ kind: 'signal', signal });
  }

  #happened(event: SupervisionEvent): void {
    const wasStopping = this.isStopping;
    const { state, effects } = supervise(this.#state, event);
    this.#state = state;
    if (!wasStopping && this.isStopping) this.#stopped();
    for (const effect of effects) this.#carryOut(effect);
  }

  #stopped(): void {
    const { logger, drainLimitMs } = this.parts;
    const why = this.#state.stopping?.why;
    if (why !== null && why !== undefined) logger.fatal({}, `${why}: all processes are stopped`);
    for (const timer of this.#timers) clearTimeout(timer);
    this.#later(drainLimitMs, () => {
      const left = [...this.#lives.keys()];
      logger.error({ processes: left }, `not drained within ${drainLimitMs} ms: killed`);
      this.#happened({ kind: 'late' });
    });
  }

  #carryOut(effect: SupervisionEffect): void {
    switch (effect.kind) {
      case 'fork':
        return this.#fork(effect.process);
      case 'drain':
        return this.#lives.get(effect.process)?.child.send({ kind: 'stop' });
      case 'kill':
        return this.#lives.get(effect.process)?.child.kill();
      case 'wake':
        return this.#later(effect.afterMs, () => this.#happened({ kind: 'due', process: effect.process }));
      case 'exit':
        for (const timer of this.#timers) clearTimeout(timer);
        return this.#finish(effect.code);
    }
  }

  #fork(process: number): void {
    const child = this.parts.launch(process, {
      said: (message) => this.#heard(process, message),
      ended: (end) => this.#lost(process, end),
    });
    this.#lives.set(process, { child, report: null, silentMs: 0 });
    this.parts.logger.info({ process: String(process), childPid: child.pid }, 'stream process started');
    for (const message of this.parts.startMessages(process)) child.send(message);
  }

  #heard(process: number, message: FromChild): void {
    const life = this.#lives.get(process);
    if (life === undefined) return;
    life.silentMs = 0;
    switch (message.kind) {
      case 'report':
        life.report = { state: message.state, health: message.health };
        if (message.health.started.ok) this.#started.add(process);
        if (message.health.ready.ok) this.#happened({ kind: 'ready', process, atMs: performance.now() });
        return;
      case 'last':
        return this.parts.lastWords(process, message.answer);
      case 'metrics':
        this.parts.lastWords(process, message.answer);
        return this.#asked.get(message.id)?.(message.answer);
      case 'status':
        return this.#asked.get(message.id)?.(message.answer);
    }
  }

  #lost(process: number, end: End): void {
    this.#lives.delete(process);
    this.parts.lifeEnded(process);
    this.#happened({ kind: 'ended', process, end, atMs: performance.now() });
    const { logger } = this.parts;
    const child = this.#state.children[process - 1];
    const fields = { process: String(process), code: end.code, signal: end.signal };
    if (child?.phase.kind !== 'waiting') return logger.info(fields, `stream process ${endText(end)}`);
    const backOffMs = Math.round(child.phase.untilMs - performance.now());
    logger.error({ ...fields, backOffMs }, `stream process ${endText(end)}; it is started again`);
  }

  #turn(): void {
    const nowMs = performance.now();
    const passedMs = Math.min(LONGEST_TURN_MS, nowMs - this.#turnedAtMs);
    this.#turnedAtMs = nowMs;
    for (const life of this.#lives.values()) life.silentMs += passedMs;
  }

  #later(delayMs: number, then: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      then();
    }, delayMs);
    this.#timers.add(timer);
  }
}

/** Asks a service for a probe all the time, and keeps what it answers. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceProcess } from './service-process.js';

export interface ProbeAnswer {
  /** Text: there was no answer, and why. */
  readonly status: number | string;
  readonly body: string;
  readonly tookMs: number;
}

/** Asks for a probe again and again, and keeps what was answered, in order. */
export class ProbeWatch {
  readonly answers: ProbeAnswer[] = [];
  #isStopped = false;
  readonly #run: Promise<void>;

  constructor(
    private readonly service: ServiceProcess,
    private readonly path: '/livez' | '/readyz' | '/startupz',
    private readonly everyMs = 100,
  ) {
    this.#run = this.#watch();
  }

  /** What there was of answers, each once. */
  get statuses(): readonly (number | string)[] {
    return [...new Set(this.answers.map(({ status }) => status))];
  }

  async stop(): Promise<this> {
    this.#isStopped = true;
    await this.#run;
    return this;
  }

  async #watch(): Promise<void> {
    while (!this.#isStopped) {
      const beganMs = performance.now();
      const { status, body } = await this.service.get(this.path).catch((error: unknown) => ({
        status: error instanceof Error ? error.name : 'no answer',
        body: '',
      }));
      this.answers.push({ status, body, tookMs: performance.now() - beganMs });
      await sleep(this.everyMs);
    }
  }
}

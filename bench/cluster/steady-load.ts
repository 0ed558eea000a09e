/** Events at a steady rate until it is stopped, as a producer that sends at once writes them. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchEvent } from '../events.js';
import { eventsFrom, withProducer } from './load-events.js';

const TICK_MS = 2;

export class SteadyLoad {
  #stopped = false;
  #written = 0;
  readonly #run: Promise<void>;

  /** `roomFor`: how many may be written now, beside the rate; absent: any number. */
  constructor(
    bootstrapServers: string,
    topic: string,
    eventOf: (index: number) => BenchEvent,
    recordsPerSecond: number,
    roomFor: () => number = () => Infinity,
  ) {
    this.#run = withProducer(
      bootstrapServers,
      topic,
      async (put) => {
        const beganMs = performance.now();
        let passed = 0;
        while (!this.#stopped) {
          const due = Math.floor(((performance.now() - beganMs) / 1000) * recordsPerSecond);
          const now = Math.min(due - passed, roomFor());
          if (now > 0) this.#written += await put(eventsFrom(this.#written, now, eventOf));
          // What there was no room for is not made up for later.
          passed = due;
          await sleep(TICK_MS);
        }
      },
      0,
    );
    // Whoever stops it hears of it.
    this.#run.catch(() => undefined);
  }

  get written(): number {
    return this.#written;
  }

  /** Resolves when all is written; rejects when it could not be. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#run;
  }
}

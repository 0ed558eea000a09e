/**
 * Writes hostile records to a source topic at a steady rate until it is told to stop, and knows afterwards
 * where the broker put each of them. It never writes faster than the broker acknowledges.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Input } from './checker.js';
import { HostileRecords, type HostileOptions, type HostileRecord } from './hostile-records.js';
import type { RecordTool } from './record-tool.js';

export interface LoadOptions extends HostileOptions {
  readonly recordsPerSecond: number;
}

const TICK_MS = 50;
/** The tool's memory holds what is not acknowledged yet. */
const MAX_OPEN = 2000;

export const produceAll = async (
  tool: RecordTool,
  topic: string,
  records: readonly HostileRecord[],
  partition?: number,
): Promise<Input[]> =>
  Promise.all(
    records.map(async (record) => ({ record, place: await tool.produce(topic, record, partition) })),
  );

/** In this order, so many a second, or as fast as the broker takes them when that is slower. */
export const produceSteadily = async (
  tool: RecordTool,
  topic: string,
  records: readonly HostileRecord[],
  recordsPerSecond: number,
): Promise<Input[]> => {
  const written: Promise<Input>[] = [];
  const beganMs = performance.now();
  while (written.length < records.length) {
    const due = ((performance.now() - beganMs) / 1000) * recordsPerSecond;
    for (const record of records.slice(written.length, Math.ceil(due))) {
      written.push(tool.produce(topic, record).then((place) => ({ record, place })));
    }
    await sleep(10);
  }
  return Promise.all(written);
};

export class Load {
  readonly #records: HostileRecords;
  readonly #written: Promise<Input>[] = [];
  readonly #inputs: Input[] = [];
  #stopped = false;
  #failure: unknown;
  readonly #run: Promise<void>;

  constructor(
    private readonly tool: RecordTool,
    private readonly topic: string,
    private readonly options: LoadOptions,
  ) {
    this.#records = new HostileRecords(options);
    this.#run = this.#produce();
  }

  /** Records that the broker has. */
  get acknowledged(): number {
    return this.#inputs.length;
  }

  /** Stops writing; all that was written, with its place. */
  async stop(): Promise<readonly Input[]> {
    this.#stopped = true;
    await this.#run;
    return Promise.all(this.#written);
  }

  async #produce(): Promise<void> {
    // One of each first, so that a short run has met everything.
    for (const record of this.#records.oneOfEach()) this.#write(record);
    const beganMs = Date.now();
    let written = 0;
    while (!this.#stopped && this.#failure === undefined) {
      await sleep(TICK_MS);
      const due = ((Date.now() - beganMs) / 1000) * this.options.recordsPerSecond;
      for (; written < due && this.#written.length - this.#inputs.length < MAX_OPEN; written += 1) {
        this.#write(this.#records.next());
      }
      // What could not be written in time is not made up for in a burst.
      written = Math.max(written, Math.floor(due));
    }
  }

  #write(record: HostileRecord): void {
    const input = this.tool.produce(this.topic, record).then((place) => ({ record, place }));
    this.#written.push(input);
    input.then(
      (done) => this.#inputs.push(done),
      (error: unknown) => (this.#failure = error),
    );
  }
}

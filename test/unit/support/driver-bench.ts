/** A topology under a test driver whose function does to each value what the test says, and notes its runs. */
import type { Topology } from '../../../src/index.js';
import {
  Consumed,
  NotRetryableError,
  Produced,
  RetryableError,
  Serdes,
  StreamsBuilder,
} from '../../../src/index.js';
import type {
  DriverConfig,
  TopologyTestDriverOptions,
  TestInputTopic,
  TestOutputTopic,
} from '../../../src/testing.js';
import { TopologyTestDriver } from '../../../src/testing.js';

const TEXT = Serdes.string();
const KEY = Serdes.nullable(TEXT);

export class DriverBench {
  /** Values in the order of the runs. */
  readonly runs: string[] = [];
  /** Values whose runs fail, and may succeed later. */
  readonly failing = new Set<string>();
  /** Values that no run succeeds for. */
  readonly refused = new Set<string>();
  /** What a run of a value waits for. */
  readonly waits = new Map<string, (signal: AbortSignal) => Promise<void>>();
  /** Processors, in all lives of the process. */
  started = 0;
  closed = 0;
  readonly driver: TopologyTestDriver;
  readonly input: TestInputTopic<string | null, string>;
  readonly output: TestOutputTopic<string | null, string>;

  constructor(config: DriverConfig = {}, options: TopologyTestDriverOptions = {}) {
    const settings = { retryImmediate: 0, retryTiers: [1000, 5000], ...config };
    this.driver = new TopologyTestDriver(this.#topology(), { ...options, config: settings });
    this.input = this.driver.createInputTopic('in', KEY, TEXT);
    this.output = this.driver.createOutputTopic('out', KEY, TEXT);
  }

  /** `key=value` of the records that wait. */
  get waiting(): readonly string[] {
    return this.driver.retries(KEY, TEXT).map(({ key, record }) => `${key ?? 'null'}=${record.value}`);
  }

  /** Head and followers of each lane, by key. */
  get lanes(): Readonly<Record<string, readonly string[]>> {
    return Object.fromEntries(
      this.driver
        .lanes(KEY, TEXT)
        .map(({ key, head, followers }) => [
          key ?? 'null',
          [head, ...followers].map(({ record }) => record.value),
        ]),
    );
  }

  /** The runs since the last call. */
  takeRuns(): readonly string[] {
    return this.runs.splice(0);
  }

  #topology(): Topology {
    const builder = new StreamsBuilder();
    builder
      .stream('in', Consumed.with(KEY, TEXT))
      .filter((_key, value) => value !== 'dropped')
      .processValues<string>(() => ({
        init: () => void (this.started += 1),
        close: () => void (this.closed += 1),
        process: (record, context) => {
          const { value } = record;
          this.runs.push(value);
          if (this.failing.has(value)) throw new RetryableError('down', 'the dependency is down');
          if (this.refused.has(value)) throw new NotRetryableError('refused', 'never');
          const done = (): void => context.forward(record.withValue(value.toUpperCase()));
          const wait = this.waits.get(value);
          return wait === undefined ? done() : wait(context.signal).then(done);
        },
      }))
      .to('out', Produced.with(KEY, TEXT));
    return builder.build();
  }
}

export const rejection = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => {
      throw new Error('it did not reject');
    },
    (error: unknown) => error as Error,
  );

/** Makes benches for the tests of a suite, and closes them after each. For the body of a `describe`. */
export const driverBenches = (): ((...given: ConstructorParameters<typeof DriverBench>) => DriverBench) => {
  const drivers: TopologyTestDriver[] = [];
  afterEach(async () => {
    for (const driver of drivers.splice(0)) await driver.close();
  });
  return (...given) => {
    const made = new DriverBench(...given);
    drivers.push(made.driver);
    return made;
  };
};

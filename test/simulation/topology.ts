/** The topology of a simulated process: does what each record's value says, and tells the observations. */
import type {
  FixedKeyProcessor,
  FixedKeyProcessorContext,
  FixedKeyRecord,
  KeyValueStore,
  ProcessorContext,
  Topology,
} from '../../src/index.js';
import {
  Consumed,
  NotRetryableError,
  Produced,
  RetryableError,
  Serdes,
  StreamsBuilder,
} from '../../src/index.js';
import type { Clock } from '../../src/ports/clock.js';
import { sleep } from '../../src/ports/nap.js';
import type { EventValue, Failure } from './behaviour.js';
import { REJECTED } from './behaviour.js';
import type { Epoch, Observations, Run } from './observations.js';
import type { Scenario } from './scenario.js';
import { OUTPUT } from './scenario.js';
import { addHandlerStores, addOperators, counterOf, ticksOf } from './stored-streams.js';

/** What an output says of itself. */
export interface OutputValue {
  /** Of the source record. */
  readonly record: string;
  readonly index: number;
  readonly of: number;
  readonly run: number;
  /** What its handler has counted, where it has a store for that. */
  readonly count?: number;
  readonly padding?: string;
}

const EVERYBODY = Buffer.from('all');

type Key = Buffer | null;
type Context = FixedKeyProcessorContext<Key, OutputValue>;
type Input = FixedKeyRecord<Key, EventValue>;

/** Soon after the attempt's time-out, and after the grace that follows it. */
const LATE_MS = 300;
const TOO_LATE_MS = 1700;

export interface HandlerWorld {
  readonly process: string;
  readonly clock: Clock;
  readonly scenario: Scenario;
  readonly attemptTimeoutMs: number;
  readonly observations: Observations;
}

export const simulatedTopology = (world: HandlerWorld): Topology => {
  const builder = new StreamsBuilder();
  const { stores, subtopologies } = world.scenario;
  const handled = subtopologies.map((sources, index) => {
    const consumed = Consumed.with(Serdes.bytes(), Serdes.json<EventValue>());
    const used = stores === null ? [] : addHandlerStores(builder, stores, index);
    const outputs = builder
      .stream(sources, sources.length > 1 ? consumed.withName('sources') : consumed)
      .filter((_, { behaviour }) => behaviour.kind !== 'filtered')
      .processValues<OutputValue>(() => new Handler(world, index), ...used);
    outputs.to(OUTPUT, Produced.with(Serdes.bytes(), Serdes.json<OutputValue>()).withName(`sink-${index}`));
    return outputs;
  });
  // After all sources, which are numbered first then.
  if (stores !== null) handled.forEach((outputs, index) => addOperators(outputs, stores, index));
  return builder.build();
};

class Handler implements FixedKeyProcessor<Key, EventValue, OutputValue> {
  readonly #epoch: Epoch;

  constructor(
    readonly world: HandlerWorld,
    readonly subtopology: number,
  ) {
    this.#epoch = world.observations.epoch(world.process);
  }

  init(context: ProcessorContext<Key, OutputValue>): void {
    this.#epoch.task = context.taskId();
    const { stores } = this.world.scenario;
    if (stores?.punctuateEveryMs == null) return;
    context.schedule(stores.punctuateEveryMs, 'wall-clock-time', async (_, during) => {
      this.world.observations.punctuates(this.#epoch);
      await sleep(this.world.clock, stores.punctuationMs, during.signal);
      this.world.observations.punctuates(this.#epoch);
      // Nothing comes to rest that goes on.
      if (stores.sharing === 'key' || this.world.clock.monotonic() > this.world.scenario.chaosMs) return;
      const ticks = during.getStateStore<KeyValueStore<Buffer, number>>(ticksOf(this.subtopology));
      ticks.put(EVERYBODY, (ticks.get(EVERYBODY) ?? 0) + 1);
    });
  }

  close(): void {
    this.#epoch.closedAtMs ??= this.world.clock.monotonic();
  }

  process(record: Input, context: Context): void | Promise<void> {
    const { observations } = this.world;
    const { behaviour } = record.value;
    const key = record.key?.toString() ?? null;
    const run = observations.begin(this.#epoch, key, context.recordMetadata(), context.attempt);
    const failure = behaviour.kind === 'normal' ? behaviour.failures[context.attempt - 1] : undefined;
    const latencyMs = 'latencyMs' in behaviour ? behaviour.latencyMs : null;
    if (latencyMs === null && (failure === undefined || failure.how === 'throws')) {
      try {
        return this.#answer(record, context, run, failure);
      } finally {
        observations.end(run);
      }
    }
    context.signal.addEventListener('abort', () => (run.abortedAtMs ??= this.world.clock.monotonic()));
    return this.#run(record, context, run, latencyMs ?? 1, failure);
  }

  async #run(
    record: Input,
    context: Context,
    run: Run,
    latencyMs: number,
    failure: Failure | undefined,
  ): Promise<void> {
    const { attemptTimeoutMs: limitMs, clock, observations } = this.world;
    const { signal } = context;
    try {
      if (failure?.how === 'deaf-late') {
        await sleep(clock, limitMs + LATE_MS);
        return;
      }
      if (failure?.how === 'deaf-too-late') {
        await sleep(clock, limitMs + TOO_LATE_MS);
        return;
      }
      await sleep(clock, failure?.how === 'hangs' ? 10 * limitMs : latencyMs, signal);
      signal.throwIfAborted();
      this.#answer(record, context, run, failure);
    } finally {
      observations.end(run);
    }
  }

  #answer(record: Input, context: Context, run: Run, failure: Failure | undefined): void {
    const { behaviour } = record.value;
    const of = behaviour.kind === 'normal' ? behaviour.outputs : 1;
    // Before whatever makes it fail: nothing of it may be seen then.
    const count = of === 0 ? undefined : this.#count(record, context);
    if (this.#isStorm()) {
      run.inStorm = true;
      run.failure = 'retryable';
      throw new RetryableError('storm', 'the dependency of all is down');
    }
    if (behaviour.kind === 'rejected') {
      run.failure = 'final';
      throw new NotRetryableError(REJECTED, 'as its value says');
    }
    const padding = behaviour.kind === 'too-large' ? { padding: 'x'.repeat(3000) } : {};
    const counted = count === undefined ? {} : { count };
    for (let index = 0; index < of; index++) {
      // A failed attempt has sent a part of its outputs by then: none of them may be seen.
      if (failure !== undefined && index > 0) break;
      context.forward(
        record.withValue({ record: run.record, index, of, run: run.id, ...counted, ...padding }),
      );
    }
    if (failure === undefined) return;
    run.failure = 'retryable';
    const retryAfterMs = failure.retryAfterMs ?? undefined;
    throw new RetryableError('simulated', `attempt ${context.attempt} fails`, {
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  }

  #count({ key }: Input, context: Context): number | undefined {
    const { stores } = this.world.scenario;
    if (stores === null || key === null) return undefined;
    const counts = context.getStateStore<KeyValueStore<Buffer, number>>(counterOf(this.subtopology));
    const whose = stores.sharing === 'key' ? key : EVERYBODY;
    const count = (counts.get(whose) ?? 0) + 1;
    counts.put(whose, count);
    return count;
  }

  #isStorm(): boolean {
    const now = this.world.clock.monotonic();
    return this.world.scenario.storms.some(({ fromMs, toMs }) => now >= fromMs && now < toMs);
  }
}

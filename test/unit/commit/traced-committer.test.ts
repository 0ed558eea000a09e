/**
 * What tracing does to commits, at the whole engine on a simulated cluster: I11, an aborted write-set is sent again with the
 * same bytes, also those of the trace context.
 */
import { context, trace } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { expect } from 'chai';
import type { Committer } from '../../../src/commit/committer.js';
import { tracedCommitter } from '../../../src/commit/traced-committer.js';
import { Consumed, Produced, Serdes, StreamsBuilder } from '../../../src/index.js';
import { openTracing } from '../../../src/observability/tracing.js';
import type { CommitResult } from '../../../src/ports/commit.js';
import { SILENT } from '../../../src/ports/logger.js';
import { NO_TELEMETRY } from '../../../src/ports/telemetry.js';
import type { Tracing } from '../../../src/ports/tracing.js';
import type { Headers, ProducedRecord } from '../../../src/record/record.js';
import { Streams } from '../../../src/streams.js';
import { driverConfig } from '../../../src/testing/driver-config.js';
import { Scheduler } from '../../../src/testing/scheduler.js';
import { SimulatedCluster } from '../../../src/testing/simulated-cluster.js';
import { unitOf } from '../support/commit-units.js';
import { errorOf } from '../support/kafka-errors.js';
import { AUDIT, SOURCE, textOf } from '../support/records.js';

const TEXT = Serdes.string();
const PRODUCERS = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const VALUES = ['a', 'b', 'c'];

const copying = () => {
  const builder = new StreamsBuilder();
  builder
    .stream(SOURCE, Consumed.with(TEXT, TEXT))
    .mapValues((value) => value)
    .to(AUDIT, Produced.with(TEXT, TEXT));
  return builder.build();
};

/** All of it that Kafka gets. */
const bytesOf = ({ headers, key, topic, value }: ProducedRecord): string =>
  JSON.stringify([topic, key, value, headers]);

const traceparentOf = (headers: Headers): readonly string[] =>
  headers.filter(({ name }) => name === 'traceparent').map(({ value }) => value?.toString() ?? '');

class TracedBench {
  readonly scheduler = new Scheduler(3);
  readonly cluster = new SimulatedCluster(this.scheduler, { latency: 'none' });
  readonly exporter = new InMemorySpanExporter();
  /** The outputs of each transaction or send, as it was begun. */
  readonly commits: (readonly string[])[] = [];
  readonly #lives: Streams[] = [];

  constructor(private readonly guarantee: 'exactly_once_v2' | 'at_least_once') {
    trace.setGlobalTracerProvider(
      new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(this.exporter)] }),
    );
    for (const topic of [SOURCE, AUDIT]) this.cluster.createTopic(topic, 1);
  }

  async start(name: string) {
    const process = this.cluster.process(name, { groupId: 'app', transactionalId: `app-${name}` });
    const streams = new Streams({
      topology: copying(),
      config: {
        ...driverConfig('app', 1, {}),
        commitIntervalMs: 100,
        processingGuarantee: this.guarantee,
      },
      clients: process.clients,
      clock: process.clock,
      logger: SILENT,
      telemetry: NO_TELEMETRY,
      tracing: this.#watched(),
    });
    this.#lives.push(streams);
    await this.scheduler.complete(streams.start());
    await this.scheduler.run(() => streams.state === 'RUNNING');
    return process;
  }

  write(): void {
    const headers = [{ name: 'traceparent', value: Buffer.from(PRODUCERS) }];
    for (const value of VALUES) this.cluster.produce(SOURCE, 0, { key: value, value, headers });
  }

  async untilWritten(): Promise<void> {
    await this.scheduler.run(() => this.cluster.read(AUDIT).length >= VALUES.length);
    await this.scheduler.advance(2000);
  }

  spans(name: string) {
    return this.exporter.getFinishedSpans().filter((span) => span.name === name);
  }

  /** As its record's header has it. */
  get attempts(): readonly string[] {
    return this.spans(`process ${SOURCE}`).map((span) => {
      const { spanId, traceId } = span.spanContext();
      return `00-${traceId}-${spanId}-01`;
    });
  }

  async close(): Promise<void> {
    this.cluster.faults.clear();
    const living = this.#lives.at(-1);
    if (living !== undefined) await this.scheduler.complete(living.close());
    trace.disable();
    context.disable();
  }

  #watched(): Tracing {
    const tracing = openTracing({ groupId: 'app', version: '1' });
    if (tracing === null) throw new Error('no provider was found');
    return {
      attempt: (of) => tracing.attempt(of),
      commit: (units) => {
        const outputs = units.flatMap(({ records }) => [...records]).filter(({ topic }) => topic === AUDIT);
        if (outputs.length > 0) this.commits.push(outputs.map(bytesOf));
        return tracing.commit(units);
      },
    };
  }
}

describe('tracedCommitter', () => {
  const ABORTED: CommitResult = { kind: 'aborted', cause: 'lost' };
  /** What each span is of, and how it ended. */
  const watched = (sendAhead?: Committer['sendAhead']) => {
    const spans: string[] = [];
    const tracing: Tracing = {
      attempt: () => {
        throw new Error('a committer makes no attempt');
      },
      commit: (units) => ({
        end: (reason) => {
          spans.push(`${units.flatMap(({ records }) => [...records].map(textOf)).join(' ')}: ${reason}`);
        },
      }),
    };
    const given: unknown[][] = [];
    const committer: Committer = {
      sendAhead,
      commit: async (...units) => {
        given.push(units);
        return { kind: 'committed' };
      },
    };
    return { spans, given, traced: tracedCommitter(committer, tracing) };
  };

  it('has what was sent ahead in the span of the commit that ends its transaction, and in no other', async () => {
    const { spans, given, traced } = watched(async () => undefined);
    const [a, b] = [[unitOf('a')], [unitOf('b')]];
    await traced.sendAhead?.(a);
    expect(spans).to.deep.equal([]);
    await traced.commit(b, a);
    expect([given[0]?.[0], given[0]?.[1]]).to.have.ordered.members([b, a]);
    await traced.commit([unitOf('c')], []);
    expect(spans).to.deep.equal(['a-1 a-2 b-1 b-2: null', 'c-1 c-2: null']);
  });

  it('has a span of its own for what fails on its way, and sends nothing ahead where nothing can be', async () => {
    const { spans, traced } = watched(async () => ABORTED);
    expect(await traced.sendAhead?.([unitOf('a')])).to.equal(ABORTED);
    await traced.commit([unitOf('b')], []);
    expect(spans).to.deep.equal(['a-1 a-2: lost', 'b-1 b-2: null']);
    expect(watched().traced.sendAhead).to.equal(undefined);
  });
});

describe('traced commits, beside an engine', () => {
  let bench: TracedBench;
  afterEach(() => bench.close());

  for (const guarantee of ['exactly_once_v2', 'at_least_once'] as const) {
    it(`sends an aborted write-set again with the same trace context, byte for byte, ${guarantee}`, async () => {
      bench = new TracedBench(guarantee);
      await bench.start('one');
      await bench.scheduler.advance(2000);
      const [call, kind] =
        guarantee === 'exactly_once_v2'
          ? (['send-offsets', 'abortable'] as const)
          : (['commit-offsets', 'retriable'] as const);
      bench.cluster.faults.fail(call, errorOf(kind));
      bench.write();
      await bench.untilWritten();
      // All of the first time is in the second, which may have more.
      const [first = [], second = []] = bench.commits;
      expect(bench.commits.length).to.be.at.least(2);
      expect(first).to.have.length.greaterThan(0);
      expect(second.slice(0, first.length)).to.deep.equal(first);
      // One span for each record: nothing was made again, only sent again.
      expect(bench.attempts).to.have.length(VALUES.length);
      const written = bench.cluster.read(AUDIT).map(({ headers }) => traceparentOf(headers));
      expect(written.slice(-VALUES.length)).to.deep.equal(bench.attempts.map((attempt) => [attempt]));
      const failed = bench.spans('commit').filter(({ attributes }) => attributes['error.type'] !== undefined);
      expect(failed.map(({ attributes }) => attributes['error.type'])).to.deep.equal([kind]);
      expect(failed.map(({ status }) => status.message)).to.deep.equal([kind]);
    });
  }

  it('has the outputs of the attempts that were committed after a crash, and of no others', async () => {
    bench = new TracedBench('exactly_once_v2');
    const one = await bench.start('one');
    await bench.scheduler.advance(2000);
    bench.cluster.faults.at('commit-transaction', 'before', () => one.crash());
    bench.write();
    await bench.scheduler.run(() => bench.attempts.length === VALUES.length);
    await bench.scheduler.advance(2000);
    expect(bench.cluster.read(AUDIT)).to.deep.equal([]);
    const before = bench.attempts;
    await bench.start('two');
    await bench.untilWritten();
    const written = bench.cluster.read(AUDIT).map(({ headers }) => traceparentOf(headers));
    const after = bench.attempts.slice(before.length);
    expect(after).to.have.length(VALUES.length);
    expect(written).to.deep.equal(after.map((attempt) => [attempt]));
    expect(before.some((attempt) => after.includes(attempt))).to.equal(false);
  });
});

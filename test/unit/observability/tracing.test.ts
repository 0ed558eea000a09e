import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { context, diag, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AlwaysOffSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import type { ReadableSpan, Sampler } from '@opentelemetry/sdk-trace-base';
import { expect } from 'chai';
import { tracedCommitter } from '../../../src/commit/traced-committer.js';
import { Consumed, Produced, Serdes, StreamsBuilder, type Topology } from '../../../src/index.js';
import { openTracing } from '../../../src/observability/tracing.js';
import type { CommitResult } from '../../../src/ports/commit.js';
import { KafkaError } from '../../../src/ports/kafka-error.js';
import { TestRecord, TopologyTestDriver } from '../../../src/testing.js';
import { projectRoot } from '../../support/broker.js';
import { unitOf } from '../support/commit-units.js';
import { produced } from '../support/records.js';

const TEXT = Serdes.string();
const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const SPAN_ID = 'b7ad6b7169203331';
const SECRET = 'hunter2@example.org';
const HEADERS = [
  { name: 'traceparent', value: `00-${TRACE_ID}-${SPAN_ID}-01` },
  { name: 'tracestate', value: 'vendor=1' },
];

const register = (sampler?: Sampler): InMemorySpanExporter => {
  const exporter = new InMemorySpanExporter();
  const processors = { spanProcessors: [new SimpleSpanProcessor(exporter)] };
  const provider = new BasicTracerProvider(sampler === undefined ? processors : { ...processors, sampler });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  return exporter;
};

const opened = () => {
  const tracing = openTracing({ groupId: 'group', version: '1' });
  if (tracing === null) throw new Error('no provider was found');
  return tracing;
};

/** Forwards what it read; `fails` throws a text with the value, `waits` is asynchronous and makes a span of its own. */
const topology = (failures: { left: number }): Topology => {
  const builder = new StreamsBuilder();
  builder
    .stream('in', Consumed.with(TEXT, TEXT))
    .mapValues((value) => {
      if (value.startsWith('fails') && failures.left-- > 0) throw new Error(`bad value ${value}`);
      if (!value.startsWith('waits')) return value;
      return Promise.resolve().then(() => {
        trace.getTracer('user').startSpan('GET').end();
        return value;
      });
    })
    .to('out', Produced.with(TEXT, TEXT));
  return builder.build();
};

const benchOf = (failures = 0) => {
  const tracing = opened();
  const config = { retryImmediate: 0, retryTiers: [1000] };
  const driver = new TopologyTestDriver(topology({ left: failures }), {
    applicationId: 'group',
    config,
    tracing,
  });
  const input = driver.createInputTopic('in', TEXT, TEXT);
  const output = driver.createOutputTopic('out', TEXT, TEXT);
  const pipe = (value: string): Promise<void> => input.pipeInput(new TestRecord(SECRET, value, HEADERS));
  return { driver, output, pipe };
};

const named = (exporter: InMemorySpanExporter, name: string): readonly ReadableSpan[] =>
  exporter.getFinishedSpans().filter((span) => span.name === name);

const only = (spans: readonly ReadableSpan[]): ReadableSpan => {
  expect(spans).to.have.length(1);
  const [span] = spans;
  if (span === undefined) throw new Error('there is none');
  return span;
};

const textOf = (
  headers: readonly { name: string; value: Buffer | null }[],
  name: string,
): string | undefined => headers.find((header) => header.name === name)?.value?.toString();

const asHeader = (span: ReadableSpan): string => {
  const { spanId, traceId } = span.spanContext();
  return `00-${traceId}-${spanId}-01`;
};

describe('tracing', () => {
  afterEach(() => {
    trace.disable();
    context.disable();
  });

  it('is there only when a provider is registered, sampled or not, whichever copy of the API did it', () => {
    expect(openTracing({ groupId: 'g', version: '1' })).to.equal(null);
    register(new AlwaysOffSampler());
    expect(openTracing({ groupId: 'g', version: '1' })).not.to.equal(null);
    trace.disable();
    expect(openTracing({ groupId: 'g', version: '1' })).to.equal(null);
    // What another copy registers is a stand-in of another class, in the same global place.
    const tracer = trace.getTracer('x');
    const theirs = { getTracer: () => tracer, getDelegate: () => ({}) };
    const global = globalThis as unknown as Record<symbol, { version: string; trace?: object }>;
    const place = Symbol.for('opentelemetry.js.api.1');
    const before = global[place];
    try {
      global[place] = { version: '1.9.0', trace: { ...theirs, getDelegateTracer: () => undefined } };
      expect(openTracing({ groupId: 'g', version: '1' })).to.equal(null);
      global[place] = { version: '1.9.0', trace: { ...theirs, getDelegateTracer: () => tracer } };
      expect(openTracing({ groupId: 'g', version: '1' })).not.to.equal(null);
    } finally {
      if (before === undefined) Reflect.deleteProperty(global, place);
      else global[place] = before;
    }
  });

  it('harms neither records nor commits when the provider throws, and says so to its diagnostics', async () => {
    const told: string[] = [];
    const hear = (message: string): void => void told.push(message);
    const thrown = (): never => {
      throw new Error('the provider is broken');
    };
    diag.setLogger({ error: hear, warn: hear, info: () => undefined, debug: () => undefined, verbose: hear });
    const quiet = {
      onStart: () => undefined,
      onEnd: () => undefined,
      forceFlush: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
    };
    const broken = [
      { sampler: { shouldSample: thrown, toString: () => 'broken' } },
      { spanProcessors: [{ ...quiet, onStart: thrown }] },
      { spanProcessors: [{ ...quiet, onEnd: thrown, forceFlush: thrown }] },
    ];
    try {
      for (const config of broken) {
        trace.setGlobalTracerProvider(new BasicTracerProvider(config));
        const before = told.length;
        const { driver, output, pipe } = benchOf();
        await pipe('fine');
        await pipe('fine too');
        expect(output.readValuesToList()).to.deep.equal(['fine', 'fine too']);
        await driver.close();
        await opened().flush(1000);
        expect(told.length).to.be.greaterThan(before);
        trace.disable();
      }
      expect(new Set(told)).to.deep.equal(
        new Set(['audit-lanes: the tracer provider has thrown; the span is left out']),
      );
    } finally {
      diag.disable();
    }
  });

  it('has a span for an attempt by the messaging conventions, linked to its producer and not its child', async () => {
    const exporter = register();
    const { driver, output, pipe } = benchOf();
    await pipe('fine');
    const span = only(named(exporter, 'process in'));
    expect(span.attributes).to.deep.equal({
      'messaging.system': 'kafka',
      'messaging.operation.type': 'process',
      'messaging.operation.name': 'process',
      'messaging.destination.name': 'in',
      'messaging.destination.partition.id': '0',
      'messaging.kafka.offset': 0,
      'messaging.consumer.group.name': 'group',
      'audit_lanes.task': '0_0',
      'audit_lanes.attempt': 1,
    });
    expect(span.kind).to.equal(4);
    expect(span.parentSpanContext).to.equal(undefined);
    expect(
      span.links.map(({ context: of }) => [of.traceId, of.spanId, of.traceState?.serialize()]),
    ).to.deep.equal([[TRACE_ID, SPAN_ID, 'vendor=1']]);
    const { headers } = output.readRecord();
    expect(textOf(headers, 'traceparent')).to.equal(asHeader(span));
    expect(textOf(headers, 'tracestate')).to.equal(undefined);
    await driver.close();
  });

  it('has a commit and what it sends, linked to the attempts that made it', async () => {
    const exporter = register();
    const { driver, pipe } = benchOf();
    await pipe('fine');
    const sent = only(named(exporter, 'send out'));
    expect(sent.attributes).to.deep.equal({
      'messaging.system': 'kafka',
      'messaging.operation.type': 'send',
      'messaging.operation.name': 'send',
      'messaging.destination.name': 'out',
      'messaging.batch.message_count': 1,
    });
    const made = only(named(exporter, 'process in')).spanContext();
    expect(sent.links.map(({ context: of }) => of.spanId)).to.deep.equal([made.spanId]);
    const commits = named(exporter, 'commit').map((span) => span.spanContext().spanId);
    expect(commits).to.include(sent.parentSpanContext?.spanId);
    await driver.close();
  });

  it('makes what functions trace themselves a child of the attempt, also behind a promise', async () => {
    const exporter = register();
    const { driver, pipe } = benchOf();
    await pipe('waits');
    const parent = only(named(exporter, 'process in')).spanContext();
    expect(only(named(exporter, 'GET')).parentSpanContext?.spanId).to.equal(parent.spanId);
    await driver.close();
  });

  it('has a span for each attempt of a record that is tried again, and the dead letter keeps what came', async () => {
    const exporter = register();
    const { driver, pipe } = benchOf(2);
    await pipe('fails');
    await driver.advanceWallClockTime(1000);
    const [first, second] = named(exporter, 'process in');
    expect([first, second].map((span) => span?.attributes['audit_lanes.attempt'])).to.deep.equal([1, 2]);
    expect([first, second].map((span) => span?.status)).to.deep.equal([
      { code: 2, message: 'processing' },
      { code: 2, message: 'processing' },
    ]);
    expect(second?.links.map(({ context: of }) => of.spanId)).to.deep.equal([
      SPAN_ID,
      first?.spanContext().spanId,
    ]);
    const [letter] = driver.deadLetters(TEXT, TEXT);
    expect(textOf(letter?.record.headers ?? [], 'traceparent')).to.equal(HEADERS[0]?.value);
    expect(textOf(letter?.record.headers ?? [], 'tracestate')).to.equal('vendor=1');
    await driver.close();
  });

  it('holds no key, no value, no text of an error', async () => {
    const exporter = register();
    const { driver, pipe } = benchOf(3);
    await pipe(`fails ${SECRET}`);
    await pipe(SECRET);
    await driver.advanceWallClockTime(1000);
    await driver.close();
    const told = exporter
      .getFinishedSpans()
      .map(({ name, attributes, events, status, links }) =>
        JSON.stringify([name, attributes, events, status, links]),
      );
    expect(told.join('\n')).to.include('processing').and.not.to.include('hunter2');
  });

  it('hands on what came, byte by byte, where the attempt is not recorded or nobody traces', async () => {
    register(new AlwaysOffSampler());
    const { driver, output, pipe } = benchOf();
    await pipe('fine');
    const { headers } = output.readRecord();
    for (const { name, value } of HEADERS) expect(textOf(headers, name)).to.equal(value);
    await driver.close();
    const plain = new TopologyTestDriver(topology({ left: 0 }));
    const input = plain.createInputTopic('in', TEXT, TEXT);
    await input.pipeInput(new TestRecord('k', 'fine', HEADERS));
    const seen = plain.createOutputTopic('out', TEXT, TEXT).readRecord().headers;
    for (const { name, value } of HEADERS) expect(textOf(seen, name)).to.equal(value);
    await plain.close();
  });

  it('sends the same bytes again after an abort, which its span tells', async () => {
    const exporter = register();
    const traceparent = `00-${TRACE_ID}-${SPAN_ID}-01`;
    const record = { ...produced('v'), headers: [{ name: 'traceparent', value: traceparent }] };
    const unit = unitOf('t', { records: [record] });
    const aborted: CommitResult = { kind: 'aborted', cause: new KafkaError('abortable', 7, SECRET) };
    const results: CommitResult[] = [aborted, { kind: 'aborted', cause: 'lost' }, { kind: 'committed' }];
    const seen: string[] = [];
    const committer = tracedCommitter(
      {
        commit: ([first]) => {
          seen.push(JSON.stringify(first?.records));
          return Promise.resolve(results.shift() ?? { kind: 'committed' });
        },
      },
      opened(),
    );
    for (let round = 0; round < 3; round += 1) await committer.commit([unit], []);
    expect(new Set(seen).size).to.equal(1);
    const commits = named(exporter, 'commit');
    expect(commits.map(({ status }) => status.message)).to.deep.equal(['abortable', 'lost', undefined]);
    expect(commits.map(({ status }) => status.code)).to.deep.equal([2, 2, 0]);
  });

  it('flushes the provider, within a limit, and never fails for it', async () => {
    const exporter = new InMemorySpanExporter();
    const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    let flushed = 0;
    let answer: () => Promise<void> = () => Promise.resolve();
    provider.forceFlush = () => ((flushed += 1), answer());
    trace.setGlobalTracerProvider(provider);
    const tracing = opened();
    await tracing.flush(1000);
    answer = () => Promise.reject(new Error('no collector'));
    await tracing.flush(1000);
    answer = () => new Promise(() => undefined);
    await tracing.flush(1);
    expect(flushed).to.equal(3);
  });

  it('is known to two files only', () => {
    const root = join(projectRoot(), 'src');
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    const knowing = files.filter((name) =>
      readFileSync(join(root, name), 'utf8').includes("from '@opentelemetry"),
    );
    expect(knowing.sort()).to.deep.equal([
      join('observability', 'trace-context.ts'),
      join('observability', 'tracing.ts'),
    ]);
  });
});

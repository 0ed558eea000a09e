/**
 * Spans by the OpenTelemetry API, when a tracer provider is registered at the start of the process; null when
 * none is. It and trace-context.ts are the only files that know `@opentelemetry/api`; no SDK is known here: whoever
 * wants traces brings one (docs/tracing.md).
 *
 * Names and attributes are those of OpenTelemetry's messaging conventions. A span holds places, counts and reasons,
 * never a key (no `messaging.kafka.message.key`), a value or the text of an error.
 */
import {
  INVALID_SPAN_CONTEXT,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  context,
  diag,
  trace,
} from '@opentelemetry/api';
import type { Attributes, Link, Span, SpanContext, Tracer } from '@opentelemetry/api';
import type { CommitUnit } from '../ports/commit.js';
import type { AttemptOf, AttemptSpan, CommitSpan, Tracing } from '../ports/tracing.js';
import type { ProducedRecord } from '../record/record.js';
import { headersOf, spanContextIn, spanContextOf } from './trace-context.js';

export interface TracingOptions {
  readonly groupId: string;
  readonly version: string;
}

export interface OpenTracing extends Tracing {
  /** Hands over what the provider has not exported yet. Never rejects; ends within the limit. */
  flush(limitMs: number): Promise<void>;
}

const SCOPE = 'audit-lanes';
/** The limit of OpenTelemetry's SDKs: more links of one span are dropped there. */
const MAX_LINKS = 128;

/**
 * The provider behind the API's stand-in; undefined: none is registered. The stand-in is there in any case and may be of
 * another copy of the API, so it is known by what it can do and not by its class. Whether a span is recorded
 * says nothing: a sampler may leave it out.
 */
const registeredProvider = (): object | undefined => {
  const provider: object = trace.getTracerProvider();
  if (!hasMethod(provider, 'getDelegateTracer') || !hasMethod(provider, 'getDelegate')) return provider;
  if (provider.getDelegateTracer(SCOPE) === undefined) return undefined;
  return provider.getDelegate() as object;
};

const hasMethod = <Name extends string>(
  of: object,
  name: Name,
): of is Record<Name, (...given: unknown[]) => unknown> =>
  typeof (of as Readonly<Record<string, unknown>>)[name] === 'function';

/** Asked once, at the start: a provider that is registered later is not seen. */
export const openTracing = ({ groupId, version }: TracingOptions): OpenTracing | null => {
  const provider = registeredProvider();
  if (provider === undefined) return null;
  const tracer = trace.getTracer(SCOPE, version);
  const common: Attributes = { 'messaging.system': 'kafka', 'messaging.consumer.group.name': groupId };
  return {
    attempt: (of) => unharmed(() => attemptSpan(tracer, common, of), NO_ATTEMPT),
    commit: (units) => unharmed(() => commitSpan(tracer, common, units), NO_COMMIT),
    flush: async (limitMs) => {
      if (!hasMethod(provider, 'forceFlush')) return;
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, limitMs)));
      // What cannot be exported is lost either way, and its exporter has said so.
      const flushed = Promise.resolve(unharmed(() => provider.forceFlush(), undefined)).catch(
        () => undefined,
      );
      await Promise.race([flushed, late]);
      clearTimeout(timer);
    },
  };
};

const NO_ATTEMPT: AttemptSpan = {
  mark: INVALID_SPAN_CONTEXT,
  carried: null,
  run: (work) => work(),
  end: () => undefined,
};
const NO_COMMIT: CommitSpan = { end: () => undefined };

/**
 * The provider is somebody else's code (a sampler, a processor of spans), and may throw: neither a record nor a commit fails for
 * that. OpenTelemetry's own diagnostics hear of it.
 */
const unharmed = <T>(work: () => T, instead: T): T => {
  try {
    return work();
  } catch (error) {
    diag.error('audit-lanes: the tracer provider has thrown; the span is left out', error);
    return instead;
  }
};

const attemptSpan = (tracer: Tracer, common: Attributes, of: AttemptOf): AttemptSpan => {
  const { attempt, first, record, taskId } = of;
  const links: Link[] = [];
  const producer = spanContextIn(record.headers);
  if (producer !== undefined) links.push({ context: producer });
  if (first !== undefined)
    links.push({ context: first as SpanContext, attributes: { 'audit_lanes.link': 'first attempt' } });
  const attributes: Attributes = {
    ...common,
    'messaging.operation.type': 'process',
    'messaging.operation.name': 'process',
    'messaging.destination.name': record.topic,
    'messaging.destination.partition.id': String(record.partition),
    'messaging.kafka.offset': record.offset,
    'audit_lanes.task': taskId,
    'audit_lanes.attempt': attempt,
  };
  // A root of its own: a record that waits for a retry would make its producer's trace hours long.
  const name = `process ${record.topic}`;
  const span = tracer.startSpan(name, { kind: SpanKind.CONSUMER, attributes, links }, ROOT_CONTEXT);
  const active = trace.setSpan(ROOT_CONTEXT, span);
  const mark = span.spanContext();
  return {
    mark,
    carried: span.isRecording() ? headersOf(mark) : null,
    run: (work) => context.with(active, work),
    end: (reason) => end(span, reason),
  };
};

const commitSpan = (tracer: Tracer, common: Attributes, units: readonly CommitUnit[]): CommitSpan => {
  const attributes: Attributes = {
    ...common,
    'messaging.operation.type': 'settle',
    'messaging.operation.name': 'commit',
    'audit_lanes.tasks': units.length,
  };
  const commit = tracer.startSpan('commit', { kind: SpanKind.CLIENT, attributes }, ROOT_CONTEXT);
  const within = trace.setSpan(ROOT_CONTEXT, commit);
  const spans = [commit];
  if (commit.isRecording()) {
    for (const [topic, records] of byTopic(units)) {
      const sent: Attributes = {
        'messaging.system': 'kafka',
        'messaging.operation.type': 'send',
        'messaging.operation.name': 'send',
        'messaging.destination.name': topic,
        'messaging.batch.message_count': records.length,
      };
      const options = { kind: SpanKind.CLIENT, attributes: sent, links: linksOf(records) };
      spans.push(tracer.startSpan(`send ${topic}`, options, within));
    }
  }
  return {
    end: (reason) => {
      for (const span of spans.reverse()) end(span, reason);
    },
  };
};

const byTopic = (units: readonly CommitUnit[]): ReadonlyMap<string, readonly ProducedRecord[]> => {
  const topics = new Map<string, ProducedRecord[]>();
  for (const { records } of units) {
    for (const record of records) {
      const others = topics.get(record.topic);
      if (others === undefined) topics.set(record.topic, [record]);
      else others.push(record);
    }
  }
  return topics;
};

/** To the spans that the records say they were made in, each once. */
const linksOf = (records: readonly ProducedRecord[]): Link[] => {
  const links = new Map<string, Link>();
  for (const { headers } of records) {
    const traceparent = headers.findLast(({ name }) => name === 'traceparent')?.value;
    if (traceparent === undefined || links.has(traceparent)) continue;
    const made = spanContextOf(traceparent);
    if (made !== undefined) links.set(traceparent, { context: made });
    if (links.size === MAX_LINKS) break;
  }
  return [...links.values()];
};

const end = (span: Span, reason: string | null): void =>
  unharmed(() => {
    if (reason !== null) {
      span.setAttribute('error.type', reason);
      span.setStatus({ code: SpanStatusCode.ERROR, message: reason });
    }
    span.end();
  }, undefined);

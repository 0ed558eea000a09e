/**
 * W3C trace context between headers and span contexts, whatever propagator is registered: what is in Kafka
 * is always `traceparent` and `tracestate` (https://www.w3.org/TR/trace-context/). Pure.
 */
import { createTraceState, isSpanContextValid } from '@opentelemetry/api';
import type { SpanContext } from '@opentelemetry/api';
import { lastHeader } from '../record/headers.js';
import type { Header, Headers } from '../record/record.js';

/** Of a version that is not known yet only the front is read, as the specification asks for. */
const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Undefined: the text is no trace context. */
export const spanContextOf = (
  traceparent: string | undefined,
  tracestate?: string,
): SpanContext | undefined => {
  const [, version, traceId, spanId, flags, rest] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  if (version === '00' && rest !== undefined) return undefined;
  const context: SpanContext = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & 1,
    isRemote: true,
  };
  if (!isSpanContextValid(context)) return undefined;
  return tracestate === undefined ? context : { ...context, traceState: createTraceState(tracestate) };
};

/** What the producer of a record says of its trace. */
export const spanContextIn = (headers: Headers): SpanContext | undefined =>
  spanContextOf(lastHeader(headers, 'traceparent'), lastHeader(headers, 'tracestate'));

export const headersOf = ({ traceId, spanId, traceFlags, traceState }: SpanContext): readonly Header[] => {
  const flags = (traceFlags & 0xff).toString(16).padStart(2, '0');
  const traceparent = { name: 'traceparent', value: Buffer.from(`00-${traceId}-${spanId}-${flags}`) };
  const state = traceState?.serialize() ?? '';
  return state === '' ? [traceparent] : [traceparent, { name: 'tracestate', value: Buffer.from(state) }];
};

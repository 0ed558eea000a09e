/**
 * The headers of what this topology writes: a CloudEvent in binary mode with the attributes that the specification
 * requires and the time. They replace those of the source record, which say what the source record is.
 * Ids are made from what the event is about, so that a second delivery has the same.
 */
import { uuidV5, type ProducedHeader } from '../../src/index.js';

export type EventType = 'user.activity' | 'user.failed-logins';

export type EventHeaders = (
  type: EventType,
  /** What tells this event from every other one of its type. */
  name: string,
  /** ISO 8601. */
  time: string,
  traceparent?: string,
  tracestate?: string,
) => readonly ProducedHeader[];

const SPEC_VERSION: ProducedHeader = Object.freeze({ name: 'ce_specversion', value: '1.0' });

/** `source` is the CloudEvents source: the application. */
export const eventHeaders = (source: string): EventHeaders => {
  const sourceHeader: ProducedHeader = Object.freeze({ name: 'ce_source', value: source });
  return (type, name, time, traceparent, tracestate) => {
    const headers = [
      SPEC_VERSION,
      { name: 'ce_id', value: uuidV5(`${type}/${name}`) },
      { name: 'ce_type', value: type },
      sourceHeader,
      { name: 'ce_time', value: time },
    ];
    if (traceparent !== undefined) headers.push({ name: 'traceparent', value: traceparent });
    if (tracestate !== undefined) headers.push({ name: 'tracestate', value: tracestate });
    return headers;
  };
};

/** Of a time that a record has, so one that a date can hold. */
export const isoOf = (timeMs: number): string => new Date(timeMs).toISOString();

/**
 * The headers of an audit event: a CloudEvent in binary mode, with the attributes that the specification
 * requires (`ce_specversion` too) and no more, because every header costs. Without `content-type`, as JSON is
 * what the topic holds. `ce_id` is made from the place of the source record: every re-delivery has the same.
 */
import { eventId, type ProducedHeader, type RecordMetadata } from '../../src/index.js';
import { systemAuditSchema } from './generated/system-audit.js';
import type { SystemAudit } from './generated/system-audit.js';

const SPEC_VERSION: ProducedHeader = Object.freeze({ name: 'ce_specversion', value: '1.0' });
const TYPE: ProducedHeader = Object.freeze({ name: 'ce_type', value: 'system.audit' });
const DATA_SCHEMA: ProducedHeader = Object.freeze({ name: 'ce_dataschema', value: systemAuditSchema.$id });

export type AuditHeaders = (
  audit: SystemAudit,
  origin: RecordMetadata,
  traceparent: string | undefined,
  tracestate?: string,
) => readonly ProducedHeader[];

/** `source` is the CloudEvents source: the application. */
export const auditHeaders = (source: string): AuditHeaders => {
  const sourceHeader: ProducedHeader = Object.freeze({ name: 'ce_source', value: source });
  return (audit, origin, traceparent, tracestate) => {
    const headers = [
      SPEC_VERSION,
      { name: 'ce_id', value: eventId(origin.topic, origin.partition, origin.offset) },
      TYPE,
      sourceHeader,
      { name: 'ce_time', value: audit.timestamp },
      DATA_SCHEMA,
    ];
    if (traceparent !== undefined) headers.push({ name: 'traceparent', value: traceparent });
    if (tracestate !== undefined) headers.push({ name: 'tracestate', value: tracestate });
    return headers;
  };
};

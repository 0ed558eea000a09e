/**
 * Makes the audit event of each user event. Without a directory everything is synchronous: no promise per
 * record. With one, its answer comes first; its failures are the record's failures.
 */
import type {
  FixedKeyProcessor,
  FixedKeyProcessorContext,
  FixedKeyProcessorSupplier,
  FixedKeyRecord,
} from '../../src/index.js';
import type { AuditHeaders } from './audit-headers.js';
import { auditOf, type Actor } from './audit-mapping.js';
import type { Directory } from './clients/directory.js';
import type { SystemAudit } from './generated/system-audit.js';
import type { UserEvent } from './user-event.js';

type Key = Buffer | null;
type Context = FixedKeyProcessorContext<Key, SystemAudit>;
type Processor = FixedKeyProcessor<Key, UserEvent, SystemAudit>;

const forwardAudit = (
  record: FixedKeyRecord<Key, UserEvent>,
  context: Context,
  headersOf: AuditHeaders,
  actor: Actor | undefined,
): void => {
  const origin = context.recordMetadata();
  const { traceparent, tracestate } = record.value;
  const audit = auditOf(record.value, origin, record.timestamp, actor);
  context.forward(record.withValue(audit).withHeaders(headersOf(audit, origin, traceparent, tracestate)));
};

const synchronous = (headersOf: AuditHeaders): Processor => ({
  process: (record, context) => {
    forwardAudit(record, context, headersOf, undefined);
  },
});

const enriching = (headersOf: AuditHeaders, directory: Directory): Processor => ({
  process: async (record, context) => {
    const actor = await directory.actorOf(record.value.data.userId, {
      eventId: context.idempotencyKey,
      traceparent: record.value.traceparent,
      tracestate: record.value.tracestate,
      signal: context.signal,
    });
    forwardAudit(record, context, headersOf, actor);
  },
});

export const auditProcessor =
  (
    headersOf: AuditHeaders,
    directory: Directory | undefined,
  ): FixedKeyProcessorSupplier<Key, UserEvent, SystemAudit> =>
  () =>
    directory === undefined ? synchronous(headersOf) : enriching(headersOf, directory);

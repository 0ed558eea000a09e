/**
 * What a bare loop does with one message. `audit`: the same JSON work as the service, with the same functions, but
 * for headers, which are written as the client wants them. `copy`: the bytes as they came.
 */
import type { Message, MessageHeader } from 'node-rdkafka';
import { eventId } from '../../src/record/event-id.js';
import type { Header } from '../../src/record/record.js';
import { serializedBytes } from '../../src/record/serde.js';
import { commitOffset, offset, partition } from '../../src/record/units.js';
import { auditOf } from '../../topology/user-audit/audit-mapping.js';
import { auditSerde } from '../../topology/user-audit/audit-serde.js';
import { systemAuditSchema } from '../../topology/user-audit/generated/system-audit.js';
import { createUserEventSerde } from '../../topology/user-audit/user-event-serde.js';

/** A message to be written. */
export interface Output {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly timestamp: number;
  readonly headers: MessageHeader[] | undefined;
}

export type Work = (message: Message) => Output;

export const WORKS = ['audit', 'copy'] as const;
export type WorkName = (typeof WORKS)[number];

/** A consumer's key is bytes, whatever the published types allow. */
const keyOf = (message: Message): Buffer | null => (message.key as Buffer | null | undefined) ?? null;

const headersOf = (message: Message): Header[] => {
  const headers: Header[] = [];
  if (message.headers === undefined) return headers;
  // Each is an object with one property.
  for (const header of message.headers)
    for (const name in header) headers.push({ name, value: header[name] as Buffer });
  return headers;
};

/** `source`: the CloudEvents source. */
const audit = (source: string): Work => {
  const serde = createUserEventSerde({ strict: false });
  const specVersion: MessageHeader = { ce_specversion: '1.0' };
  const type: MessageHeader = { ce_type: 'system.audit' };
  const sourceHeader: MessageHeader = { ce_source: source };
  const dataSchema: MessageHeader = { ce_dataschema: systemAuditSchema.$id };
  return (message) => {
    const { topic, timestamp = -1 } = message;
    const event = serde.deserialize(message.value, { topic, headers: headersOf(message), isKey: false });
    const origin = { topic, partition: partition(message.partition), offset: offset(message.offset) };
    const made = auditOf(event, origin, timestamp);
    const headers: MessageHeader[] = [
      specVersion,
      { ce_id: eventId(topic, message.partition, message.offset) },
      type,
      sourceHeader,
      { ce_time: made.timestamp },
      dataSchema,
    ];
    if (event.traceparent !== undefined) headers.push({ traceparent: event.traceparent });
    if (event.tracestate !== undefined) headers.push({ tracestate: event.tracestate });
    const value = serializedBytes(auditSerde.serialize(made, { topic, headers: [], isKey: false }));
    return { key: keyOf(message), value, timestamp, headers };
  };
};

const copy: Work = (message) => ({
  key: keyOf(message),
  value: message.value,
  timestamp: message.timestamp ?? -1,
  headers: undefined,
});

export const workOf = (name: WorkName, group: string): Work => (name === 'copy' ? copy : audit(`/${group}`));

/** What is committed when this message is done. */
export const nextOffset = (message: Message): number => commitOffset(message.offset + 1);

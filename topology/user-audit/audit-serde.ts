/**
 * Audit events as JSON. Of an audit event that `auditOf` made from a valid user event it writes, byte for
 * byte, what JSON.stringify writes, at half of its cost: this runs for every record.
 * Only the texts that producers choose freely are looked through for characters that JSON escapes; ids and
 * times cannot hold any, or the event would not have been valid.
 */
import { Serdes, type Serde } from '../../src/index.js';
import type { SystemAudit } from './generated/system-audit.js';

/** Quotes, backslashes, control characters, and surrogates, of which only lone ones are escaped. */
const TO_ESCAPE = /["\\\u0000-\u001f\ud800-\udfff]/;

const needsEscape = (text: string | undefined): boolean => text !== undefined && TO_ESCAPE.test(text);

const optional = (name: string, text: string | undefined): string =>
  text === undefined ? '' : `,"${name}":"${text}"`;

const json = Serdes.json<SystemAudit>();

const auditJson = (audit: SystemAudit): string => {
  const { source, correlationId, causationId, ipAddress, userAgent, origin, recordedAt } = audit.metadata;
  if (
    // An actor is rare, and its texts are the directory's.
    audit.actor !== undefined ||
    origin === undefined ||
    needsEscape(source) ||
    needsEscape(causationId) ||
    needsEscape(ipAddress) ||
    needsEscape(userAgent)
  ) {
    return JSON.stringify(audit);
  }
  const client =
    optional('causationId', causationId) +
    optional('ipAddress', ipAddress) +
    optional('userAgent', userAgent);
  return (
    `{"eventType":"${audit.eventType}","userId":"${audit.userId}","action":"${audit.action}","resource":"${audit.resource}"` +
    `,"status":"${audit.status}","timestamp":"${audit.timestamp}","metadata":{"source":"${source}","correlationId":"${correlationId}"` +
    `${client},"origin":{"topic":"${origin.topic}","partition":${origin.partition},"offset":${origin.offset}}${optional('recordedAt', recordedAt)}}}`
  );
};

export const auditSerde: Serde<SystemAudit> = {
  serialize: (audit) => Buffer.from(auditJson(audit)),
  deserialize: (data, context) => json.deserialize(data, context),
};

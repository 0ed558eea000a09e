/**
 * Audit events as JSON. Writes exactly what JSON.stringify would write of the fields that the schema knows,
 * in the schema's order, at a third of its cost: this runs for every record.
 */
import { Serdes, type Serde } from '../../src/index.js';
import type { SystemAudit } from './generated/system-audit.js';

/** Whatever JSON has to escape: quotes, backslashes, control characters, lone surrogates (pairs too, to be safe). */
// eslint-disable-next-line no-control-regex
const TO_ESCAPE = /["\\\u0000-\u001f\ud800-\udfff]/;

const quoted = (text: string): string => (TO_ESCAPE.test(text) ? JSON.stringify(text) : `"${text}"`);

const optional = (name: string, text: string | undefined): string =>
  text === undefined ? '' : `,"${name}":${quoted(text)}`;

const metadataJson = (metadata: SystemAudit['metadata']): string => {
  const { source, correlationId, causationId, ipAddress, userAgent, origin, recordedAt } = metadata;
  const originJson =
    origin === undefined
      ? ''
      : `,"origin":{"topic":${quoted(origin.topic)},"partition":${origin.partition},"offset":${origin.offset}}`;
  return (
    `{"source":${quoted(source)},"correlationId":${quoted(correlationId)}` +
    `${optional('causationId', causationId)}${optional('ipAddress', ipAddress)}${optional('userAgent', userAgent)}` +
    `${originJson}${optional('recordedAt', recordedAt)}}`
  );
};

const auditJson = (audit: SystemAudit): string =>
  `{"eventType":"${audit.eventType}","userId":${quoted(audit.userId)},"action":"${audit.action}"` +
  `,"resource":${quoted(audit.resource)},"status":"${audit.status}","timestamp":${quoted(audit.timestamp)}` +
  `,"metadata":${metadataJson(audit.metadata)}` +
  `${audit.actor === undefined ? '' : `,"actor":${JSON.stringify(audit.actor)}`}}`;

const json = Serdes.json<SystemAudit>();

export const auditSerde: Serde<SystemAudit> = {
  serialize: (audit) => Buffer.from(auditJson(audit)),
  deserialize: (data, context) => json.deserialize(data, context),
};

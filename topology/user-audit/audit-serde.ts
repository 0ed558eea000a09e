/**
 * Audit events as JSON. Of an audit event that `auditOf` made from a valid user event it writes, byte for
 * byte, what JSON.stringify writes, at half of its cost: this runs for every record.
 * Only the texts that producers choose freely are looked through for characters that JSON escapes or that are not
 * ASCII; ids and times cannot hold any, or the event would not have been valid.
 */
import { Serdes, type Serde } from '../../src/index.js';
import type { SystemAudit } from './generated/system-audit.js';
import type { UserEventType } from './user-event.js';

type Origin = NonNullable<SystemAudit['metadata']['origin']>;

/** Of printable ASCII alone, without quotes and backslashes. A loop: for texts as short as these a call of a regular expression costs more. */
const isPlain = (text: string | undefined): boolean => {
  if (text === undefined) return true;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < BLANK || code > TILDE || code === QUOTE || code === BACKSLASH) return false;
  }
  return true;
};

const BLANK = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const TILDE = 0x7e;

const optional = (name: string, text: string | undefined): string =>
  text === undefined ? '' : `,"${name}":"${text}"`;

/** What many events in a row have in common, as one text: each piece of a text costs. */
const TEXT_BEFORE_USER: Readonly<Record<UserEventType, string>> = {
  'user.registered': '{"eventType":"user.registered","userId":"',
  'user.updated': '{"eventType":"user.updated","userId":"',
  'user.auth': '{"eventType":"user.auth","userId":"',
};

let lastOrigin: { topic: string; partition: number; text: string } | undefined;

/** Up to the offset. */
const originText = ({ topic, partition }: Origin): string => {
  if (lastOrigin?.partition !== partition || lastOrigin.topic !== topic)
    lastOrigin = {
      topic,
      partition,
      text: `,"origin":{"topic":"${topic}","partition":${partition},"offset":`,
    };
  return lastOrigin.text;
};

const json = Serdes.json<SystemAudit>();

/** Undefined when a text of it is not plain. */
const plainJson = (audit: SystemAudit): string | undefined => {
  const { source, correlationId, causationId, ipAddress, userAgent, origin, recordedAt } = audit.metadata;
  if (
    // An actor is rare, and its texts are the directory's.
    audit.actor !== undefined ||
    origin === undefined ||
    !isPlain(source) ||
    !isPlain(causationId) ||
    !isPlain(ipAddress) ||
    !isPlain(userAgent)
  ) {
    return undefined;
  }
  const client =
    optional('causationId', causationId) +
    optional('ipAddress', ipAddress) +
    optional('userAgent', userAgent);
  return (
    `${TEXT_BEFORE_USER[audit.eventType]}${audit.userId}","action":"${audit.action}","resource":"${audit.resource}"` +
    `,"status":"${audit.status}","timestamp":"${audit.timestamp}","metadata":{"source":"${source}","correlationId":"${correlationId}"` +
    `${client}${originText(origin)}${origin.offset}}${optional('recordedAt', recordedAt)}}}`
  );
};

export const auditSerde: Serde<SystemAudit> = {
  serialize: (audit, context) => plainJson(audit) ?? json.serialize(audit, context),
  deserialize: (data, context) => json.deserialize(data, context),
};

/**
 * From a valid user event to its audit event: a pure, total function. The same record gives the same
 * audit event, byte for byte, whenever it is delivered; only `actor` depends on anything else.
 * Unknown fields of the input are carried over nowhere.
 */
import { isoOfEpochMs, recordName, type RecordMetadata } from '../../src/index.js';
import type { SystemAudit } from './generated/system-audit.js';
import type { UserEvent } from './user-event.js';

export type Actor = NonNullable<SystemAudit['actor']>;

type Deed = Pick<SystemAudit, 'action' | 'status'>;

const deedOf = (event: UserEvent): Deed => {
  switch (event.type) {
    case 'user.registered':
      return { action: 'register', status: 'success' };
    case 'user.updated':
      return { action: 'update', status: 'success' };
    case 'user.auth':
      return event.data;
  }
};

const metadataOf = (
  event: UserEvent,
  origin: RecordMetadata,
  recordedAtMs: number,
): SystemAudit['metadata'] => {
  const { topic, partition, offset } = origin;
  const metadata: SystemAudit['metadata'] = {
    source: event.data.metadata.source,
    correlationId: event.data.metadata.correlationId,
    causationId: event.id ?? recordName(topic, partition, offset),
  };
  if (event.type === 'user.auth') {
    const { ipAddress, userAgent } = event.data.metadata;
    if (ipAddress !== null) metadata.ipAddress = ipAddress;
    if (userAgent !== null) metadata.userAgent = userAgent;
  }
  metadata.origin = { topic, partition, offset };
  // Kafka writes -1 for a record without a time.
  const recordedAt = recordedAtMs < 0 ? undefined : isoOfEpochMs(recordedAtMs);
  if (recordedAt !== undefined) metadata.recordedAt = recordedAt;
  return metadata;
};

/** `recordedAtMs` is the time of the source record in Kafka. */
export const auditOf = (
  event: UserEvent,
  origin: RecordMetadata,
  recordedAtMs: number,
  actor?: Actor,
): SystemAudit => {
  const { action, status } = deedOf(event);
  const { userId, timestamp } = event.data;
  const audit: SystemAudit = {
    eventType: event.type,
    userId,
    action,
    resource: `user/${userId}`,
    status,
    timestamp,
    metadata: metadataOf(event, origin, recordedAtMs),
  };
  if (actor !== undefined) audit.actor = actor;
  return audit;
};

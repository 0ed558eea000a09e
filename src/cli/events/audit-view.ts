/** A record of an audit topic as it is shown: read as far as it can be, owned, and never trusted. Pure. */
import { ownedCopy } from '../../lanes/lane-record.js';
import { isJsonObject, type JsonObject } from '../../record/envelope.js';
import { firstHeader } from '../../record/headers.js';
import type { ConsumedRecord } from '../../record/record.js';
import { keyFields } from '../lanes/lane-report.js';
import { textOf } from '../terminal/printable.js';
import { isoOrNull } from '../terminal/time-text.js';
import type { Tail } from './events-request.js';

export interface AuditView {
  readonly record: ConsumedRecord;
  /** Null: the value is no JSON object. */
  readonly event: JsonObject | null;
}

/** Deeper ones cannot be written as JSON again; an audit event has three levels. */
const MAX_DEPTH = 100;

const isShallow = (value: unknown, depth = 0): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (depth < MAX_DEPTH && Object.values(value).every((each) => isShallow(each, depth + 1)));

const eventOf = (value: Buffer | null): JsonObject | null => {
  const text = textOf(value);
  if (text === null) return null;
  try {
    const read: unknown = JSON.parse(text);
    return isJsonObject(read) && isShallow(read) ? read : null;
  } catch {
    return null;
  }
};

export const auditView = (record: ConsumedRecord): AuditView => ({ record, event: eventOf(record.value) });

/** Keeps it beyond its batch. */
export const owned = ({ record, event }: AuditView): AuditView => ({ record: ownedCopy(record), event });

/** By its key or its user. */
const isOf = ({ record, event }: AuditView, user: string): boolean =>
  event?.['userId'] === user || textOf(record.key) === user;

export const isWanted =
  ({ user, type, action, status, since, until }: Tail) =>
  (view: AuditView): boolean => {
    const { event, record } = view;
    return (
      (since === null || record.timestamp >= since) &&
      (until === null || record.timestamp < until) &&
      (user === null || isOf(view, user)) &&
      (type === null || event?.['eventType'] === type) &&
      (action === null || event?.['action'] === action) &&
      (status === null || event?.['status'] === status)
    );
  };

const SHOWN_HEADERS = ['ce_id', 'ce_type', 'ce_source', 'ce_time', 'ce_dataschema', 'traceparent'] as const;

export const auditObject = ({ record, event }: AuditView): object => {
  const { topic, partition, offset, timestamp, key, value, headers } = record;
  const text = textOf(value);
  return {
    topic,
    partition,
    offset,
    at: isoOrNull(timestamp),
    ...keyFields(key),
    headers: Object.fromEntries(
      SHOWN_HEADERS.flatMap((name) => {
        const of = firstHeader(headers, name);
        return of === undefined ? [] : [[name, of]];
      }),
    ),
    value: event,
    ...(event === null ? { valueText: text, valueBase64: value?.toString('base64') ?? null } : {}),
  };
};

/** Records of several partitions by time, as far as each partition's own order allows. */
export const merged = (lists: readonly (readonly AuditView[])[]): readonly AuditView[] => {
  const at = lists.map(() => 0);
  const out: AuditView[] = [];
  for (;;) {
    let first: { readonly list: number; readonly view: AuditView } | undefined;
    for (let list = 0; list < lists.length; list++) {
      const view = lists[list]?.[at[list] ?? 0];
      if (view !== undefined && (first === undefined || view.record.timestamp < first.view.record.timestamp))
        first = { list, view };
    }
    if (first === undefined) return out;
    out.push(first.view);
    at[first.list] = (at[first.list] ?? 0) + 1;
  }
};

/**
 * Audit events as rows of an export: the same columns as CSV and as lines of JSON. Pure. A record that is no
 * audit event is a row too, with what it is in `problem`: an export must not be shorter than its topic.
 */
import { firstHeader } from '../../record/headers.js';
import { csvLine } from '../terminal/csv-line.js';
import type { Printable } from '../terminal/printable.js';
import { jsonLine, textOf } from '../terminal/printable.js';
import { isoOrNull } from '../terminal/time-text.js';
import type { AuditView } from './audit-view.js';
import type { ExportFormat } from './events-request.js';

type Cell = string | number | null;

/** A field of the event by its path; what is no text is written as JSON. */
const at =
  (...path: readonly string[]) =>
  ({ event }: AuditView): Cell => {
    let of: unknown = event;
    for (const name of path)
      of =
        typeof of === 'object' && of !== null ? (of as Readonly<Record<string, unknown>>)[name] : undefined;
    if (of === undefined || of === null) return null;
    return typeof of === 'string' ? of : JSON.stringify(of);
  };

const COLUMNS = {
  time: at('timestamp'),
  eventType: at('eventType'),
  userId: at('userId'),
  action: at('action'),
  status: at('status'),
  resource: at('resource'),
  source: at('metadata', 'source'),
  ipAddress: at('metadata', 'ipAddress'),
  userAgent: at('metadata', 'userAgent'),
  correlationId: at('metadata', 'correlationId'),
  causationId: at('metadata', 'causationId'),
  actorId: at('actor', 'id'),
  actorName: at('actor', 'displayName'),
  traceparent: ({ record }) => firstHeader(record.headers, 'traceparent') ?? null,
  id: ({ record }) => firstHeader(record.headers, 'ce_id') ?? null,
  key: ({ record }) => textOf(record.key),
  topic: ({ record }) => record.topic,
  partition: ({ record }) => record.partition,
  offset: ({ record }) => record.offset,
  writtenAt: ({ record }) => isoOrNull(record.timestamp),
  problem: ({ event, record }) =>
    event === null ? (record.value === null ? 'no value' : 'not an audit event') : null,
} as const satisfies Readonly<Record<string, (view: AuditView) => Cell>>;

const NAMES: readonly string[] = Object.keys(COLUMNS);
const cellsOf: readonly ((view: AuditView) => Cell)[] = Object.values(COLUMNS);

/** What stands before the rows. */
export const exportHeader = (format: ExportFormat): readonly Printable[] =>
  format === 'csv' ? [csvLine(NAMES)] : [];

export const exportRow = (view: AuditView, format: ExportFormat): Printable => {
  const cells = cellsOf.map((cell) => cell(view));
  return format === 'csv'
    ? csvLine(cells.map((cell) => (cell === null ? null : String(cell))))
    : jsonLine(Object.fromEntries(NAMES.map((name, i) => [name, cells[i] ?? null])));
};

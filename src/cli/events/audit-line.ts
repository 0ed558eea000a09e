/** One audit event as one readable line. Pure. */
import { placeOf } from '../../record/record.js';
import type { Paint } from '../terminal/paint.js';
import type { Printable } from '../terminal/printable.js';
import { joined, printable, printableBytes, shown } from '../terminal/printable.js';
import type { AuditView } from './audit-view.js';

const CELL_WIDTH = 60;
/** Of a value that is no audit event. */
const VALUE_WIDTH = 200;

const field = (of: unknown, name: string): unknown =>
  typeof of === 'object' && of !== null ? (of as Readonly<Record<string, unknown>>)[name] : undefined;

const cell = (value: unknown): Printable =>
  value === undefined
    ? shown`-`
    : printable(typeof value === 'string' ? value : JSON.stringify(value), CELL_WIDTH);

const padded = (text: Printable, width: number): Printable => text.padEnd(width) as Printable;

export const auditLine = ({ record, event }: AuditView, paint: Paint): Printable => {
  const place = printable(placeOf(record));
  if (event === null) {
    const value = record.value === null ? shown`null` : printableBytes(record.value, VALUE_WIDTH);
    return shown`${place}  ${paint.yellow(shown`not an audit event:`)} ${value}`;
  }
  const metadata = event['metadata'];
  const status = cell(event['status']);
  const from = [field(metadata, 'source'), field(metadata, 'ipAddress')].filter((part) => part !== undefined);
  return joined(
    [
      paint.dim(cell(event['timestamp'])),
      padded(cell(event['action']), 16),
      (event['status'] === 'failure' ? paint.red : paint.green)(padded(status, 8)),
      padded(cell(event['resource']), 42),
      paint.dim(shown`${joined(from.map(cell), ' ')}  ${place}`),
    ],
    '  ',
  );
};

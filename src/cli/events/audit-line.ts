/** One audit event as one readable line. Pure; nothing of a record reaches a terminal unsanitised. */
import { headerSafe } from '../../record/dead-letter.js';

const field = (of: unknown, name: string): unknown =>
  typeof of === 'object' && of !== null ? (of as Readonly<Record<string, unknown>>)[name] : undefined;

/** Printable, bounded, one line. */
const shown = (value: unknown, limit = 60): string =>
  typeof value === 'string'
    ? headerSafe(value, limit)
    : value === undefined
      ? '-'
      : headerSafe(JSON.stringify(value), limit);

const GREEN = '\u001b[32m';
const RED = '\u001b[31m';
const DIM = '\u001b[2m';
const RESET = '\u001b[0m';

export const auditLine = (value: Buffer | null, place: string, color: boolean): string => {
  const paint = (style: string, text: string): string => (color ? `${style}${text}${RESET}` : text);
  let event: unknown;
  try {
    event = JSON.parse(value?.toString('utf8') ?? 'null');
  } catch {
    return `${place}  not an audit event: it is not JSON`;
  }
  const metadata = field(event, 'metadata');
  const time = shown(field(event, 'timestamp'));
  const status = shown(field(event, 'status'));
  const from = [field(metadata, 'source'), field(metadata, 'ipAddress')].filter((part) => part !== undefined);
  return [
    paint(DIM, time),
    shown(field(event, 'action')).padEnd(16),
    paint(status === 'failure' ? RED : GREEN, status.padEnd(8)),
    shown(field(event, 'resource')).padEnd(42),
    paint(DIM, `${from.map((part) => shown(part)).join(' ')}  ${place}`),
  ].join('  ');
};

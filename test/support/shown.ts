/** Records of Kafka as a person reads them. */
import type { StoredRecord } from './record-tool.js';

const text = (bytes: Buffer | null): string => {
  if (bytes === null) return 'null';
  const written = bytes.toString('utf8');
  return /^[\x20-\x7e]*$/.test(written) ? written : `0x${bytes.toString('hex')}`;
};

const short = (written: string, limit = 300): string =>
  written.length > limit ? `${written.slice(0, limit)}… (${written.length})` : written;

/** Where, when, key, headers, value. */
export const shown = ({ topic, partition, offset, timestamp, key, headers, value }: StoredRecord): string =>
  [
    `${topic}-${partition}@${offset} ${new Date(timestamp).toISOString()}`,
    `  key   ${text(key)}`,
    ...headers.map(({ name, value: of }) => `  ${name}: ${short(text(of))}`),
    `  value ${short(text(value))}`,
  ].join('\n');

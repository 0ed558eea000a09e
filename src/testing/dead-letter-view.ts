/** A dead letter as a test sees it: the record as it was read, and what its error headers say. Pure. */
import { decodeHeaders, lastHeader } from '../record/headers.js';
import type { ConsumedRecord } from '../record/record.js';
import { epochMs, offset, partition } from '../record/units.js';
import type { Shown, Source } from './lane-view.js';
import { shownRecord } from './lane-view.js';
import type { TestRecord } from './test-record.js';

export interface DeadLetterView<K, V> {
  /** As it was before it failed: key, value, headers and timestamp. */
  readonly record: TestRecord<K, V>;
  readonly source: Source;
  /** Why it is here: `retries-exhausted`, `deserialization`, or what the topology called it. */
  readonly reason: string;
  readonly isRetryable: boolean;
  /** Failed runs. */
  readonly attempts: number;
  /** The last failure's. */
  readonly exception: string;
  readonly message: string;
  /** `parked`: a notice, the record waits in its lane. `skipped`: a parked one that was given up. */
  readonly state: 'dead' | 'parked' | 'skipped';
  /** The id of the parked head, if it was taken from behind one that had no more room. */
  readonly cause: string | null;
}

/** In either profile of error headers. */
const NAMES = {
  topic: ['__streams.errors.topic', 'kafka_dlt-original-topic'],
  partition: ['__streams.errors.partition', 'kafka_dlt-original-partition'],
  offset: ['__streams.errors.offset', 'kafka_dlt-original-offset'],
  exception: ['__streams.errors.exception', 'kafka_dlt-exception-fqcn'],
  message: ['__streams.errors.message', 'kafka_dlt-exception-message'],
} as const;

export const deadLetterView = <K, V>(letter: ConsumedRecord, shown: Shown<K, V>): DeadLetterView<K, V> => {
  const { headers } = letter;
  const own = (name: string): string | undefined => lastHeader(headers, `x-lanes-${name}`);
  const error = (field: keyof typeof NAMES): string =>
    NAMES[field].map((name) => lastHeader(headers, name)).find((text) => text !== undefined) ?? '';
  const source = {
    topic: error('topic'),
    partition: partition(Number(error('partition'))),
    offset: offset(Number(error('offset'))),
  };
  const timestamp = epochMs(Number(own('timestamp') ?? letter.timestamp));
  const state = own('state');
  return {
    record: shownRecord({ ...letter, ...source, timestamp, headers: decodeHeaders(headers) }, shown),
    source,
    reason: own('reason') ?? '',
    isRetryable: own('class') === 'retryable',
    attempts: Number(own('attempts') ?? 0),
    exception: error('exception'),
    message: error('message'),
    state: state === 'parked' || state === 'skipped' ? state : 'dead',
    cause: own('cause') ?? null,
  };
};

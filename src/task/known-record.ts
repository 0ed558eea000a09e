/** A source record that is read although it waits in a lane already: after a crash without transactions, or a reset (review F16). */
import type { LaneTable } from '../lanes/lane-table.js';
import { recordName } from '../record/event-id.js';
import { placeOf } from '../record/record.js';
import type { BatchRecord } from './batch-record.js';
import { Unwritable } from './unwritable.js';

/** Throws Unwritable for another record at the place of one that waits. */
export const isKnown = (record: BatchRecord, lanes: LaneTable): boolean => {
  const known = lanes.record(recordName(record.topic, record.partition, record.offset));
  if (known === undefined) return false;
  if (known.isSameAs(record)) return true;
  throw new Unwritable(
    'offset-reused',
    `${placeOf(record)} is another record than the one that waits in a lane under this place: the topic was made anew or truncated. Go on with another KAFKA_GROUP_ID, or skip the lane first.`,
  );
};

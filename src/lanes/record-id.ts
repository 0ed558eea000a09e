/**
 * Which record it is that waits in a lane: a source record by its place, or a redriven dead letter by the
 * place of its letter, so that the same record can be in the log once as each. Pure.
 * The text is also the head's name in commands, retry records and dead letters.
 */
import { recordName } from '../record/event-id.js';

export type RecordId =
  | { readonly kind: 'source'; readonly topic: string; readonly partition: number; readonly offset: number }
  /** By the partition and offset of the dead letter. */
  | { readonly kind: 'redriven'; readonly partition: number; readonly offset: number };

/** `topic-partition-offset`, as the event id is made of; a redriven one is `dlq-partition-offset`. */
export const idText = (id: RecordId): string =>
  id.kind === 'source'
    ? recordName(id.topic, id.partition, id.offset)
    : recordName('dlq', id.partition, id.offset);

export const sourceId = (of: { topic: string; partition: number; offset: number }): RecordId => ({
  kind: 'source',
  topic: of.topic,
  partition: of.partition,
  offset: of.offset,
});

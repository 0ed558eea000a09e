/**
 * Events that the service cannot process, each made of one that it could: what a broken producer would write
 * in its place, under the same key. Pure. Written past the publisher's validation: for demonstrations and
 * tests of what happens to dead letters, never for a real cluster.
 */
import type { EventFormat, ProducedHeader } from '../../src/index.js';
import type { PublishedUserEvent } from './user-event-publisher.js';

/** Each is the reason that its dead letter will have. */
export const BAD_KINDS = ['deserialization', 'schema-violation', 'unknown-type', 'null-value'] as const;
export type BadKind = (typeof BAD_KINDS)[number];

export interface RawEvent {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly ProducedHeader[];
}

/** Where the type of an event stands, and one that there is not. */
const UNKNOWN_TYPES: Readonly<Record<string, string>> = {
  ce_type: 'user.deleted',
  __TypeId__: 'com.example.users.events.UserDeletedEvent',
};

const withUnknownType = (headers: readonly ProducedHeader[]): readonly ProducedHeader[] =>
  headers.map(({ name, value }) => ({ name, value: UNKNOWN_TYPES[name] ?? value }));

/** A field that every version of the schemas requires is not there. */
const withoutMetadata = ({ data: { metadata: _, ...rest } }: PublishedUserEvent): Buffer =>
  Buffer.from(JSON.stringify(rest));

export const spoiled = (
  event: PublishedUserEvent,
  kind: BadKind,
  format: EventFormat<PublishedUserEvent>,
): RawEvent => {
  const good: RawEvent = {
    key: format.key(event),
    value: format.value(event),
    headers: format.headers(event),
  };
  switch (kind) {
    case 'deserialization':
      // Cut off, as by a producer whose buffer was too small.
      return { ...good, value: good.value?.subarray(0, Math.floor(good.value.length / 2)) ?? null };
    case 'schema-violation':
      return { ...good, value: withoutMetadata(event) };
    case 'unknown-type':
      return { ...good, headers: withUnknownType(good.headers) };
    case 'null-value':
      return { ...good, value: null };
  }
};

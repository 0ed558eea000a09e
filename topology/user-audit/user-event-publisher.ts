/**
 * Publishes user events as their producers do: valid against the schemas, keyed by userId, as CloudEvents in
 * binary mode or as a Spring service writes them (`__TypeId__` only).
 */
import { randomUUID } from 'node:crypto';
import {
  EventPublisher,
  isoTimestamp,
  type AcknowledgedProducer,
  type EventFormat,
  type ProducedHeader,
} from '../../src/index.js';
import { createValidators } from './schema-validator.js';
import type { UserEvent, UserEventType } from './user-event.js';
import { USER_EVENT_SCHEMAS } from './user-event-serde.js';

export type PublishedUserEvent = UserEvent & {
  /** Written with Spring's `__TypeId__` in place of CloudEvents headers. */
  readonly spring?: boolean;
};

const CLASS_NAMES = {
  'user.registered': 'com.example.users.events.UserRegisteredEvent',
  'user.updated': 'com.example.users.events.UserUpdatedEvent',
  'user.auth': 'com.example.users.events.UserAuthEvent',
} satisfies Readonly<Record<UserEventType, string>>;

const withIsoTimestamp = ({ data }: UserEvent): UserEvent['data'] => ({
  ...data,
  timestamp: isoTimestamp(data.timestamp) ?? data.timestamp,
});

/** `source` is the CloudEvents source. Fields that the schemas do not know are refused: a typing error would be lost. */
export const userEventFormat = (source: string): EventFormat<PublishedUserEvent> => {
  const validators = createValidators(USER_EVENT_SCHEMAS, true);
  return {
    violation: (event) => {
      const violation = validators[event.type](withIsoTimestamp(event));
      return violation === undefined ? undefined : `${event.type}: ${violation}`;
    },
    key: (event) => Buffer.from(event.data.userId),
    value: (event) => Buffer.from(JSON.stringify(withIsoTimestamp(event))),
    headers: (event) => {
      const headers: ProducedHeader[] = event.spring
        ? [{ name: '__TypeId__', value: CLASS_NAMES[event.type] }]
        : [
            { name: 'ce_specversion', value: '1.0' },
            { name: 'ce_id', value: event.id ?? randomUUID() },
            { name: 'ce_type', value: event.type },
            { name: 'ce_source', value: source },
            { name: 'ce_time', value: withIsoTimestamp(event).timestamp },
            { name: 'ce_dataschema', value: USER_EVENT_SCHEMAS[event.type].$id },
          ];
      if (event.traceparent !== undefined) headers.push({ name: 'traceparent', value: event.traceparent });
      return headers;
    },
  };
};

export interface UserEventPublisherOptions {
  readonly producer: AcknowledgedProducer;
  readonly topic: string;
  readonly source: string;
}

export const createUserEventPublisher = ({
  producer,
  topic,
  source,
}: UserEventPublisherOptions): EventPublisher<PublishedUserEvent> =>
  new EventPublisher({ producer, topic, format: userEventFormat(source) });

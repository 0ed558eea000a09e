/**
 * Publishes user events as their producers do: valid against the schemas, keyed by userId, as CloudEvents in
 * binary mode or as a Spring service writes them (`__TypeId__` only). Trace context is handed on as it comes;
 * none is made up.
 */
import { randomUUID } from 'node:crypto';
import {
  EventPublisher,
  isJsonObject,
  isoTimestamp,
  type EventFormat,
  type EventPublisherOptions,
  type ProducedHeader,
} from '../../src/index.js';
import { createValidators } from './schema-validator.js';
import { USER_EVENT_TYPES, type UserEvent, type UserEventType } from './user-event.js';
import { USER_EVENT_SCHEMAS } from './user-event-serde.js';

interface About {
  /** The CloudEvents id; a random one if not given. */
  readonly id?: string | undefined;
  /** W3C trace context. */
  readonly traceparent?: string | undefined;
  readonly tracestate?: string | undefined;
  /** Written with Spring's `__TypeId__` in place of CloudEvents headers. */
  readonly spring?: boolean | undefined;
}

type Publishable<E> = E extends UserEvent ? Pick<E, 'type' | 'data'> & About : never;

export type PublishedUserEvent = Publishable<UserEvent>;

/** What a Spring service calls the classes of its events. */
export const SPRING_CLASS_NAMES = {
  'user.registered': 'com.example.users.events.UserRegisteredEvent',
  'user.updated': 'com.example.users.events.UserUpdatedEvent',
  'user.auth': 'com.example.users.events.UserAuthEvent',
} as const satisfies Readonly<Record<UserEventType, string>>;

/** https://www.w3.org/TR/trace-context/: ids of zeros are none. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
const TRACESTATE = /^[ -~]{1,512}$/;
const ID = /^[!-~]{1,256}$/;

const withIsoTimestamp = ({ data }: Pick<PublishedUserEvent, 'data'>): PublishedUserEvent['data'] => ({
  ...data,
  timestamp: isoTimestamp(data.timestamp) ?? data.timestamp,
});

/** What is wrong beside the data. Its caller may have no compiler: a line of a file, a form. */
const outerViolation = ({
  type,
  data,
  id,
  traceparent,
  tracestate,
}: PublishedUserEvent): string | undefined => {
  if (!USER_EVENT_TYPES.includes(type)) return `the type is none of ${USER_EVENT_TYPES.join(', ')}`;
  if (!isJsonObject(data)) return `${type}: / type`;
  if (id !== undefined && !ID.test(id)) return 'the id is not 1 to 256 visible ASCII characters';
  if (traceparent !== undefined && !TRACEPARENT.test(traceparent))
    return 'traceparent is not one of W3C trace context: 00-<32 hex digits>-<16 hex digits>-<2 hex digits>';
  if (tracestate === undefined) return undefined;
  if (traceparent === undefined) return 'tracestate means nothing without traceparent';
  return TRACESTATE.test(tracestate) ? undefined : 'tracestate is not 1 to 512 printable ASCII characters';
};

/** `source` is the CloudEvents source. Fields that the schemas do not know are refused: a typing error would be lost. */
export const userEventFormat = (source: string): EventFormat<PublishedUserEvent> => {
  const validators = createValidators(USER_EVENT_SCHEMAS, true);
  return {
    violation: (event) => {
      const outer = outerViolation(event);
      if (outer !== undefined) return outer;
      const violation = validators[event.type](withIsoTimestamp(event));
      return violation === undefined ? undefined : `${event.type}: ${violation}`;
    },
    key: (event) => Buffer.from(event.data.userId),
    value: (event) => Buffer.from(JSON.stringify(withIsoTimestamp(event))),
    headers: (event) => {
      const headers: ProducedHeader[] =
        event.spring === true
          ? [{ name: '__TypeId__', value: SPRING_CLASS_NAMES[event.type] }]
          : [
              { name: 'ce_specversion', value: '1.0' },
              { name: 'ce_id', value: event.id ?? randomUUID() },
              { name: 'ce_type', value: event.type },
              { name: 'ce_source', value: source },
              { name: 'ce_time', value: withIsoTimestamp(event).timestamp },
              { name: 'ce_dataschema', value: USER_EVENT_SCHEMAS[event.type].$id },
            ];
      if (event.traceparent !== undefined) headers.push({ name: 'traceparent', value: event.traceparent });
      if (event.tracestate !== undefined) headers.push({ name: 'tracestate', value: event.tracestate });
      return headers;
    },
  };
};

export type UserEventPublisher = EventPublisher<PublishedUserEvent>;

export interface UserEventPublisherOptions extends Omit<EventPublisherOptions<PublishedUserEvent>, 'format'> {
  /** The CloudEvents source: who publishes. */
  readonly source: string;
}

/** The producer must be connected: `connectProducer` of src/publishing.ts gives one. */
export const createUserEventPublisher = ({
  source,
  ...options
}: UserEventPublisherOptions): UserEventPublisher =>
  new EventPublisher({ ...options, format: userEventFormat(source) });

/**
 * User events between bytes and values: any encoding in (see `openEnvelope`, `EventTypeResolver`), plain
 * JSON out. Parses once, validates once.
 *
 * What cannot be read is a NotRetryableError: `null-value`, `deserialization`, `unknown-type`,
 * `unsupported-version`, `schema-violation`. No message holds a value of the record.
 */
import {
  EventTypeResolver,
  headerText,
  isJsonObject,
  isoTimestamp,
  JsonReader,
  NotRetryableError,
  openEnvelope,
  typeHeaders,
  withTextReader,
  type CloudEventAttributes,
  type Serde,
  type SerdeContext,
  type TypeHeaders,
} from '../../src/index.js';
import { userAuthSchema } from './generated/user-auth.js';
import { userRegisteredSchema } from './generated/user-registered.js';
import { userUpdatedSchema } from './generated/user-updated.js';
import { createValidators, type SchemaSource, type Validator } from './schema-validator.js';
import { USER_EVENT_TYPES, type UserEvent, type UserEventType } from './user-event.js';

export const USER_EVENT_SCHEMAS = {
  'user.registered': userRegisteredSchema,
  'user.updated': userUpdatedSchema,
  'user.auth': userAuthSchema,
} satisfies Readonly<Record<UserEventType, SchemaSource>>;

/** The major version of the schemas; any minor version of it is read. */
const MAJOR = 1;

/** The version at the end of a schema's URI: `/1.0`, `:v2`, `.1.0.json`; a registry's ids and versions are none. */
const SCHEMA_VERSION = /[/:@._-][vV]?(\d{1,4})(?:\.\d+)*(?:\.json)?$/;
const REGISTRY_NUMBER = /\/(?:ids|versions)\/\d+$/;

const declaredMajor = (dataschema: string | undefined): number | undefined => {
  if (dataschema === undefined || REGISTRY_NUMBER.test(dataschema)) return undefined;
  const match = SCHEMA_VERSION.exec(dataschema);
  return match === null ? undefined : Number(match[1]);
};

const isUserEventType = (type: string | undefined): type is UserEventType =>
  USER_EVENT_TYPES.some((known) => known === type);

export interface UserEventSerdeOptions {
  /** Refuses fields that the schemas do not know. */
  readonly strict: boolean;
}

class UserEventSerde implements Serde<UserEvent> {
  readonly #json = new JsonReader();
  readonly #types = new EventTypeResolver({ known: USER_EVENT_TYPES });
  readonly #validators: Readonly<Record<UserEventType, Validator>>;

  constructor({ strict }: UserEventSerdeOptions) {
    this.#validators = createValidators(USER_EVENT_SCHEMAS, strict);
    withTextReader<UserEvent, this>(this, (text, context) => this.#read(text, context));
  }

  serialize(event: UserEvent): Buffer {
    return Buffer.from(JSON.stringify(event.data));
  }

  readonly deserialize = (value: Buffer | null, context: SerdeContext): UserEvent => {
    if (value === null) throw new NotRetryableError('null-value', 'the record has no value');
    return this.#read(value, context);
  };

  #read(value: Buffer | string, context: SerdeContext): UserEvent {
    const headers = typeHeaders(context.headers);
    const { payload, cloudEvent } = openEnvelope(value, headerText(headers.contentType), this.#json);
    const { type, major } = this.#types.resolve(headers, cloudEvent?.type, payload, context.topic);
    if (!isUserEventType(type)) {
      throw new NotRetryableError('unknown-type', `the event is none of ${USER_EVENT_TYPES.join(', ')}`);
    }
    context.noteType?.(type);
    const version =
      declaredMajor(headerText(headers.ceDataSchema) ?? cloudEvent?.dataschema) ?? major ?? MAJOR;
    if (version !== MAJOR) {
      throw new NotRetryableError(
        'unsupported-version',
        `${type} declares version ${version}; version ${MAJOR} is read`,
      );
    }
    const violation = this.#validators[type](withIsoTimestamp(payload));
    if (violation !== undefined) throw new NotRetryableError('schema-violation', `${type}: ${violation}`);
    const event = {
      type,
      data: payload,
      id: headerText(headers.ceId) ?? cloudEvent?.id,
      traceparent: undefined,
    };
    noteTraceContext(event, headers, cloudEvent);
    return event as UserEvent;
  }
}

/** Printable ASCII of a sane length: what may stand in a Kafka header and in an HTTP header alike. */
const TRACEPARENT = /^[!-~]{1,256}$/;
/** A list, so with blanks; at least 512 characters must be handed on (W3C trace context §3.3.1.5). */
const TRACESTATE = /^[ -~]{1,512}$/;

interface TraceContext {
  traceparent: string | undefined;
  tracestate?: string;
}

/** Both from the same place: the headers, else the structured CloudEvent. A tracestate means nothing alone. */
const noteTraceContext = (
  event: TraceContext,
  headers: TypeHeaders,
  cloudEvent: CloudEventAttributes | undefined,
): void => {
  const inHeader = headerText(headers.traceparent);
  const traceparent = inHeader ?? cloudEvent?.traceparent;
  if (traceparent === undefined || !TRACEPARENT.test(traceparent)) return;
  event.traceparent = traceparent;
  const tracestate = inHeader === undefined ? cloudEvent?.tracestate : headerText(headers.tracestate);
  if (tracestate !== undefined && TRACESTATE.test(tracestate)) event.tracestate = tracestate;
};

/** The payload was parsed a moment ago and belongs to nobody else: it is changed in place. What is no timestamp stays. */
const withIsoTimestamp = (payload: unknown): unknown => {
  if (isJsonObject(payload)) {
    const iso = isoTimestamp(payload['timestamp']);
    if (iso !== undefined) (payload as { timestamp: unknown }).timestamp = iso;
  }
  return payload;
};

export const createUserEventSerde = (options: UserEventSerdeOptions): Serde<UserEvent> =>
  new UserEventSerde(options);

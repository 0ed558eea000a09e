/**
 * From the bytes of a value to the JSON that a producer meant, through whatever it was wrapped in:
 * Confluent's framing (byte 0, 4 bytes of schema id), a byte order mark, a structured CloudEvent
 * (which may hold its data as base64, framed again). A CloudEvent in binary mode is plain JSON here: its
 * attributes are headers.
 *
 * Promises a NotRetryableError (`deserialization`) for everything else, with a message that quotes nothing
 * of the value. Of a key that occurs twice in an object the last value counts, as Jackson and JSON.parse
 * do it. `__proto__` is a key like any other: JSON.parse makes it an own property, and nothing is copied here.
 */
import { NotRetryableError } from './record-error.js';
import { utf8Text } from './utf8-text.js';

/** The attributes of a structured CloudEvent that anyone here asks for. */
export interface CloudEventAttributes {
  readonly type: string | undefined;
  readonly id: string | undefined;
  readonly dataschema: string | undefined;
  readonly traceparent: string | undefined;
  readonly tracestate: string | undefined;
}

export interface Envelope {
  /** Any JSON value. */
  readonly payload: unknown;
  /** Present when the value was a structured CloudEvent. */
  readonly cloudEvent: CloudEventAttributes | undefined;
}

const CONFLUENT_MAGIC = 0;
const CONFLUENT_HEADER_BYTES = 5;

/** JSON text never begins with a NUL, so nothing is taken for a frame by mistake. */
const unframed = (bytes: Buffer): Buffer =>
  bytes.length >= CONFLUENT_HEADER_BYTES && bytes[0] === CONFLUENT_MAGIC
    ? bytes.subarray(CONFLUENT_HEADER_BYTES)
    : bytes;

const withoutByteOrderMark = (bytes: Buffer): Buffer =>
  bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;

const undeserializable = (what: string): NotRetryableError => new NotRetryableError('deserialization', what);

/** JSON itself, or a JsonReader. */
export interface JsonParser {
  parse(text: string): unknown;
}

/** Of ASCII, a frame's bytes are characters. */
const unframedText = (text: string): string =>
  text.length >= CONFLUENT_HEADER_BYTES && text.charCodeAt(0) === CONFLUENT_MAGIC
    ? text.slice(CONFLUENT_HEADER_BYTES)
    : text;

const textOf = (framed: Buffer | string): string | undefined =>
  typeof framed === 'string' ? unframedText(framed) : utf8Text(withoutByteOrderMark(unframed(framed)));

const parseJson = (framed: Buffer | string, json: JsonParser): unknown => {
  const text = textOf(framed);
  if (text === undefined) throw undeserializable('the value is not valid UTF-8');
  if (text === '') throw undeserializable('the value is empty');
  try {
    return json.parse(text);
  } catch {
    // Neither the error's text nor the error as a cause: both quote the value.
    throw undeserializable('the value is not valid JSON');
  }
};

export type JsonObject = Readonly<Record<string, unknown>>;

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const attribute = (of: JsonObject, name: string): string | undefined => {
  const value = of[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

const CLOUD_EVENTS_MEDIA_TYPE = 'application/cloudevents';

const dataOf = (event: JsonObject, json: JsonParser): unknown => {
  if (event['data'] !== undefined) return event['data'];
  const base64 = event['data_base64'];
  if (typeof base64 === 'string') return parseJson(Buffer.from(base64, 'base64'), json);
  throw undeserializable('the structured CloudEvent has no data');
};

/** A CloudEvent says what it is: `specversion` and `type` are required, and no event of ours has both. */
const isStructured = (payload: JsonObject): boolean =>
  typeof payload['specversion'] === 'string' && typeof payload['type'] === 'string';

/**
 * `contentType` is the header of that name: `application/cloudevents…` claims structured mode (CloudEvents'
 * Kafka binding, §3). Without the claim the value itself may still say so: producers forget the header.
 * `value` may be the text of bytes that are all ASCII.
 */
export const openEnvelope = (
  value: Buffer | string,
  contentType: string | undefined,
  json: JsonParser = JSON,
): Envelope => {
  const claimed = contentType?.toLowerCase().startsWith(CLOUD_EVENTS_MEDIA_TYPE) ?? false;
  if (
    claimed &&
    contentType !== undefined &&
    !/^application\/cloudevents(\+json)?\s*(;|$)/i.test(contentType)
  ) {
    throw undeserializable('content-type names a CloudEvents format other than +json');
  }
  const parsed = parseJson(value, json);
  if (!isJsonObject(parsed) || !isStructured(parsed)) {
    if (claimed) throw undeserializable('content-type says CloudEvent, but specversion or type is missing');
    return { payload: parsed, cloudEvent: undefined };
  }
  return {
    payload: dataOf(parsed, json),
    cloudEvent: {
      type: attribute(parsed, 'type'),
      id: attribute(parsed, 'id'),
      dataschema: attribute(parsed, 'dataschema'),
      traceparent: attribute(parsed, 'traceparent'),
      tracestate: attribute(parsed, 'tracestate'),
    },
  };
};

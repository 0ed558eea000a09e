/**
 * The headers of the records in the public topics, as AsyncAPI wants them: JSON Schema of text values. Pure.
 * test/docs/asyncapi.test.ts holds them against what the code writes.
 */

/** @typedef {{ type: 'string', description: string, enum?: readonly string[], const?: string, format?: string, pattern?: string }} HeaderSchema */
/** @typedef {{ type: 'object', required?: readonly string[], properties: Readonly<Record<string, HeaderSchema>> }} HeaderSchemas */

/** @param {string} description @param {Partial<HeaderSchema>} [more] @returns {HeaderSchema} */
const text = (description, more = {}) => ({ type: 'string', ...more, description });

const DIGITS = { pattern: '^[0-9]+$' };
const trace = text(
  'W3C trace context. Handed on as it came; where the service records spans, that of its own span in its place.',
);
const traceState = text('What tracing systems add to it. Handed on with it.');

/** @type {HeaderSchemas} */
export const SOURCE_HEADERS = {
  type: 'object',
  properties: {
    ce_specversion: text('CloudEvents in binary mode: 1.0.'),
    ce_id: text('Id of the event; becomes metadata.causationId of its audit event.'),
    ce_type: text('The type of the event. Asked first.'),
    ce_source: text('Who wrote it.'),
    ce_time: text('When it happened.'),
    ce_dataschema: text('Its schema. One that ends in another major version than 1 is refused.'),
    'content-type': text('application/cloudevents+json: the value is a structured CloudEvent.'),
    eventType: text('The type of the event. Asked after the type of a structured CloudEvent.'),
    type: text('The same, asked after eventType.'),
    __TypeId__: text(
      'Class name that a Spring producer writes: com.x.UserRegisteredEvent is user.registered.',
    ),
    traceparent: trace,
    tracestate: traceState,
  },
};

/** @param {string} type @param {string} schemaId @returns {HeaderSchemas} */
export const outputHeaders = (type, schemaId) => ({
  type: 'object',
  required: ['ce_specversion', 'ce_id', 'ce_type', 'ce_source', 'ce_time', 'ce_dataschema'],
  properties: {
    ce_specversion: text('CloudEvents in binary mode.', { const: '1.0' }),
    ce_id: text('The same for every delivery of one event.', { format: 'uuid' }),
    ce_type: text('The type of this record.', { const: type }),
    ce_source: text('The application that wrote it.'),
    ce_time: text('The timestamp of the value.', { format: 'date-time' }),
    ce_dataschema: text('The schema of the value; it ends in its version.', { const: schemaId }),
    traceparent: trace,
    tracestate: traceState,
  },
});

const LANES = {
  'x-lanes-id': text('Names the record: topic-partition-offset of the source.'),
  'x-lanes-attempts': text('Runs that failed.', DIGITS),
  'x-lanes-first-failure': text('When the first of them did.', { format: 'date-time' }),
  'x-lanes-reason': text('Why, for machines: schema-violation, unknown-type, retries-exhausted, …'),
  'x-lanes-class': text('Whether trying again could have helped.', { enum: ['retryable', 'not-retryable'] }),
  'x-lanes-timestamp': text('Timestamp of the source record in epoch milliseconds.', {
    pattern: '^-?[0-9]+$',
  }),
};
const SOMETIMES = {
  'x-lanes-state': text(
    'parked: a notice, the record waits in its lane. skipped: a command ended the wait.',
    {
      enum: ['parked', 'skipped'],
    },
  ),
  'x-lanes-notice': text('Offset of the notice of a skipped record.', DIGITS),
  'x-lanes-cause': text('It waited behind this parked record, and the lane was full.'),
  'x-lanes-binary-headers': text(
    'Headers of the source record that are not clean text: [[position, name, base64 or null], …].',
  ),
};

const PROFILES = {
  'kafka-streams': {
    '__streams.errors.exception': text('Kind of the error.'),
    '__streams.errors.message': text('Its text; never a value of the record.'),
    '__streams.errors.topic': text('Topic of the source record.'),
    '__streams.errors.partition': text('Its partition.', DIGITS),
    '__streams.errors.offset': text('Its offset.', DIGITS),
  },
  spring: {
    'kafka_dlt-exception-fqcn': text('Kind of the error.'),
    'kafka_dlt-exception-message': text('Its text; never a value of the record.'),
    'kafka_dlt-original-topic': text('Topic of the source record.'),
    'kafka_dlt-original-partition': text('Its partition, as decimal text.', DIGITS),
    'kafka_dlt-original-offset': text('Its offset, as decimal text.', DIGITS),
    'kafka_dlt-original-timestamp': text('Its timestamp in epoch milliseconds, as decimal text.'),
    'kafka_dlt-original-consumer-group': text('The application id.'),
  },
};
const PROFILES_SOMETIMES = {
  'kafka-streams': {},
  spring: { 'kafka_dlt-exception-cause-fqcn': text('Kind of what caused the error, when there is one.') },
};

/** @typedef {keyof typeof PROFILES} Profile */

/** Beside the headers of the source record. @param {Profile} profile @returns {HeaderSchemas} */
export const deadLetterHeaders = (profile) => ({
  type: 'object',
  required: [...Object.keys(PROFILES[profile]), ...Object.keys(LANES)],
  properties: { ...PROFILES[profile], ...PROFILES_SOMETIMES[profile], ...LANES, ...SOMETIMES },
});

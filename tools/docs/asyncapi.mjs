/**
 * `docs/asyncapi.json`: the public topics as an AsyncAPI 3 document, from the schemas, the topics that the
 * service plans with default settings, and the settings themselves. Pure; the same input gives the same bytes.
 *
 * AsyncAPI's own schema language, which every tool reads, is JSON Schema draft-07 and more. The schemas are
 * 2020-12. Both mean the same by the keywords in SHARED, and any other keyword is an error here, so that a schema
 * is never published with another meaning than it has.
 */
import { deadLetterHeaders, outputHeaders, SOURCE_HEADERS } from './asyncapi-headers.mjs';

/** @typedef {import('./schema-files.mjs').EventSchema} EventSchema */
/** @typedef {import('./schema-files.mjs').Json} Json */
/** @typedef {import('./sources.mjs').PlannedTopic} PlannedTopic */
/** @typedef {import('./sources.mjs').SettingRow} SettingRow */

const BINDING = '0.5.0';

const SHARED = new Set(
  // prettier-ignore
  ['title', 'description', 'type', 'enum', 'const', 'required', 'properties', 'additionalProperties', 'pattern',
    'format', 'minLength', 'maxLength', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf',
    'minItems', 'maxItems', 'uniqueItems', 'minProperties', 'maxProperties', 'examples'],
);

/** @param {Json} schema @param {string} where @returns {Json} */
const published = (schema, where) =>
  Object.fromEntries(
    Object.entries(schema).flatMap(([keyword, value]) => {
      if (keyword === '$schema' || (keyword === 'examples' && where.endsWith('#'))) return [];
      if (keyword === '$id') return [['x-schema-id', value]];
      if (keyword === 'properties')
        return [
          [
            keyword,
            Object.fromEntries(
              Object.entries(value).map(([name, each]) => [name, published(each, `${where}/${name}`)]),
            ),
          ],
        ];
      // In 2020-12 a list of schemas is prefixItems: items is one schema, as it may be in draft-07.
      if (keyword === 'items') return [[keyword, published(value, `${where}/items`)]];
      if (!SHARED.has(keyword) || (keyword === 'additionalProperties' && typeof value === 'object'))
        throw new Error(
          `${where}: ${keyword} is not known to mean the same in AsyncAPI; see tools/docs/asyncapi.mjs`,
        );
      return [[keyword, value]];
    }),
  );

/** @param {string} kind @param {string} name */
const ref = (kind, name) => ({ $ref: `#/${kind}/${name}` });

const DESCRIPTIONS = {
  userEvents:
    'What happened to users. Keyed by userId: order is kept per key within a partition. Values are plain JSON, CloudEvents (binary or structured mode), or JSON with the framing of a Confluent registry.',
  systemAudit:
    'One audit event for each user event, and one for each action of an operator. Read it with isolation.level=read_committed.',
  deadLetters:
    'Records that could not be processed: key, value and headers of the source record as they were, and why. With DLQ_HEADERS=spring the error headers are those of Spring.',
  internal:
    'Internal: named here so that nobody is surprised by it. Its records are no contract, and it is not to be written to.',
};

/** @param {PlannedTopic} topic */
const channelBinding = ({ name, partitions, replicationFactor, config }) => ({
  kafka: {
    topic: name,
    partitions,
    replicas: replicationFactor,
    topicConfiguration: Object.fromEntries(
      Object.entries(config).flatMap(([key, value]) => {
        if (key === 'cleanup.policy') return [[key, [value]]];
        return /^(retention\.ms|delete\.retention\.ms|max\.message\.bytes)$/.test(key)
          ? [[key, Number(value)]]
          : [];
      }),
    ),
    bindingVersion: BINDING,
  },
});

/** `retry.5s` -> `retry5s`. @param {string} purpose */
const channelId = (purpose) => purpose.replace(/[^A-Za-z0-9]+(.)/g, (_, letter) => letter.toUpperCase());

/** @param {EventSchema} event @param {string} keyText */
const message = ({ name, title, id, schema, examples, channel }, keyText) => ({
  name,
  title,
  summary: String(schema.description),
  contentType: 'application/json',
  headers: channel === 'userEvents' ? SOURCE_HEADERS : outputHeaders(name, id),
  payload: ref('components/schemas', title),
  bindings: { kafka: { key: { type: 'string', description: keyText }, bindingVersion: BINDING } },
  examples: examples.map((payload, at) => ({ name: `${title}${at + 1}`, payload })),
});

/** @param {import('./asyncapi-headers.mjs').Profile} profile @param {string} title */
const deadLetter = (profile, title) => ({
  name: 'dead-letter',
  title,
  summary: `A record that could not be processed (DLQ_HEADERS=${profile}). Its value is the source record's, byte for byte, whatever it is.`,
  contentType: 'application/octet-stream',
  headers: deadLetterHeaders(profile),
  bindings: {
    kafka: {
      key: { type: 'string', description: 'The key of the source record, byte for byte.' },
      bindingVersion: BINDING,
    },
  },
});

const KEYS = {
  userEvents: 'The userId.',
  systemAudit: 'The key of the audited event, byte for byte; "operator" for what an operator did.',
};

/**
 * @param {{ schemas: readonly EventSchema[], topics: readonly PlannedTopic[], rows: readonly SettingRow[], version: string, brokers: readonly string[] }} of
 */
export const asyncApi = ({ schemas, topics, rows, version, brokers }) => {
  /** @param {string} variable */
  const setting = (variable) => rows.find((row) => row.variable === variable)?.default ?? '';
  const application = setting('KAFKA_GROUP_ID');
  const internalPrefix = `${application}.${setting('SOURCE_TOPICS')}.`;
  /** @param {string} name */
  const topicNamed = (name) => {
    const topic = topics.find((each) => each.name === name);
    if (topic === undefined) throw new Error(`the service plans no topic ${name}`);
    return topic;
  };
  /** @param {keyof typeof DESCRIPTIONS} id @param {PlannedTopic} topic @param {readonly string[]} messages */
  const channel = (id, topic, messages) => ({
    address: topic.name,
    description: DESCRIPTIONS[id],
    messages: Object.fromEntries(messages.map((name) => [name, ref('components/messages', name)])),
    bindings: channelBinding(topic),
  });
  /** @param {string} id */
  const titles = (id) => schemas.filter((each) => each.channel === id).map(({ title }) => title);
  const letters = {
    DeadLetter: deadLetter('kafka-streams', 'DeadLetter'),
    DeadLetterSpring: deadLetter('spring', 'DeadLetterSpring'),
  };
  const publicTopics = [setting('SOURCE_TOPICS'), setting('AUDIT_TOPIC'), `${internalPrefix}dlq`];
  const internal = topics
    .filter(({ name }) => !publicTopics.includes(name))
    .map(
      (topic) =>
        /** @type {const} */ ([
          channelId(topic.name.slice(internalPrefix.length)),
          channel('internal', topic, []),
        ]),
    );
  /** @param {'send' | 'receive'} action @param {string} id @param {string} summary @param {readonly string[]} messages */
  const operation = (action, id, summary, messages) => ({
    action,
    channel: ref('channels', id),
    summary,
    messages: messages.map((name) => ref(`channels/${id}/messages`, name)),
    ...(action === 'receive'
      ? { bindings: { kafka: { groupId: { type: 'string', const: application }, bindingVersion: BINDING } } }
      : {}),
  });
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'audit-lanes',
      version,
      description:
        'User events in, audit events out, in order per key and exactly once. Names, partitions and retention are those of the default settings. Made by `npm run docs` from topology/*/schemas, src/topics and config: do not edit.',
      license: { name: 'Apache 2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    servers: Object.fromEntries(
      brokers.map((host, at) => [
        `kafka${at === 0 ? '' : at + 1}`,
        {
          host,
          protocol: 'kafka',
          description: 'The brokers of the platform; another cluster by KAFKA_BROKERS.',
        },
      ]),
    ),
    channels: {
      userEvents: channel('userEvents', topicNamed(setting('SOURCE_TOPICS')), titles('userEvents')),
      systemAudit: channel('systemAudit', topicNamed(setting('AUDIT_TOPIC')), titles('systemAudit')),
      deadLetters: channel('deadLetters', topicNamed(`${internalPrefix}dlq`), Object.keys(letters)),
      ...Object.fromEntries(internal),
    },
    operations: {
      readUserEvents: operation(
        'receive',
        'userEvents',
        'Reads every user event once.',
        titles('userEvents'),
      ),
      writeSystemAudit: operation('send', 'systemAudit', 'Writes what became of it.', titles('systemAudit')),
      writeDeadLetters: operation(
        'send',
        'deadLetters',
        'Writes what could not be processed.',
        Object.keys(letters),
      ),
    },
    components: {
      messages: {
        ...Object.fromEntries(schemas.map((each) => [each.title, message(each, KEYS[each.channel])])),
        ...letters,
      },
      schemas: Object.fromEntries(
        schemas.map(({ title, schema, file }) => [title, published(schema, `${file}#`)]),
      ),
    },
  };
};

/**
 * User events in all the ways that two readers could read differently: spellings of times, ids, addresses, types and
 * versions at the edge of what is allowed, texts with everything that JSON escapes, values of a wrong kind in every
 * field, JSON that one parser takes and another may not, headers that are no clean text. Which of them are valid is
 * not said here: whoever uses them compares two readers.
 */
import type { RawHeader, RawRecord } from './record-tool.js';

export interface AgreementRecord extends RawRecord {
  /** What is particular about it. */
  readonly what: string;
}

type Fields = Readonly<Record<string, string>>;

const ID = '7f8a2f5e-3f0a-4a56-9c1d-2f6f6c1b8a10';
const CORRELATION = '"1c0e5d3a-8d2b-4e4f-9a77-5b1f0c2d3e4f"';
const TIME = '"2026-02-03T04:05:06.789Z"';

const header = (name: string, value: string | Buffer | null): RawHeader => ({
  name,
  value: typeof value === 'string' ? Buffer.from(value) : value,
});

const TYPES = {
  registered: header('__TypeId__', 'com.example.users.events.UserRegisteredEvent'),
  updated: header('__TypeId__', 'com.example.users.events.UserUpdatedEvent'),
  auth: header('__TypeId__', 'com.example.users.events.UserAuthEvent'),
} as const;

/** Values are JSON texts. */
const METADATA: Fields = {
  source: '"user-service"',
  ipAddress: '"203.0.113.7"',
  userAgent: '"okhttp/5.1.0"',
  correlationId: CORRELATION,
};
const FIELDS: Fields = {
  userId: `"${ID}"`,
  userType: '"customer"',
  email: '"ada@example.org"',
  updatedFields: '["phone","w\u00f6rter"]',
  action: '"login"',
  status: '"failure"',
  timestamp: TIME,
};

const objectText = (fields: Fields): string =>
  `{${Object.entries(fields)
    .map(([name, value]) => `"${name}":${value}`)
    .join(',')}}`;

const eventText = (fields: Fields = {}, metadata: Fields = {}): string =>
  objectText({ ...FIELDS, metadata: objectText({ ...METADATA, ...metadata }), ...fields });

const TEXTS = [
  '""',
  '"a \\"quoted\\" and \\\\ back\\/slashed"',
  '"\\b\\f\\n\\r\\t\\u0000\\u0007\\u001f\\u007f\\u0080\\u2028\\u2029"',
  '"gr\u00fc\u00dfe, \u6f22\u5b57, \u{1f511}"',
  '"\\u00e9 \\ud83d\\ude00 \\uD83D\\uDE00"',
  '"\\ud800 alone"',
  '"alone \\udfff"',
  '"alone \\ud83d, \\u001f, g\u00fc and \u{1f511} beside it"',
  '"\\ude00\\ud83d turned around"',
  '"\ufeff"',
  '"</script>\u00a0"',
  `"${'long '.repeat(2000)}"`,
];

const TIMES = [
  ...[
    '"2026-02-03T04:05:06Z"',
    '"2026-02-03T04:05Z"',
    '"2026-02-03 04:05:06,5z"',
    '"2026-02-03t04:05:06.7899Z"',
  ],
  ...['"2026-02-03T04:05:06.789+02:00"', '"2026-02-03T04:05:06-0930"', '"2026-02-03T04:05:06+02"'],
  ...[
    '"2026-02-03T04:05:06+02:00[Europe/Berlin]"',
    '"2026-02-03T04:05:06Z[Etc/GMT+1]"',
    '"2016-12-31T23:59:60Z"',
  ],
  ...[
    '"2024-02-29T00:00:00.000Z"',
    '"2023-02-29T00:00:00.000Z"',
    '"1900-02-29T00:00:00Z"',
    '"2000-02-29T00:00:00Z"',
  ],
  ...['"0000-01-01T00:00:00.000Z"', '"0000-01-01T00:00:00+01:00"', '"9999-12-31T23:59:59.999Z"'],
  ...[
    '"9999-12-31T23:59:59.999-00:01"',
    '"0099-03-01T00:00:00Z"',
    '"2026-02-03T24:00:00Z"',
    '"2026-13-01T00:00:00Z"',
  ],
  ...['"2026-04-31T00:00:00.000Z"', '"2026-02-03T04:60:06.789Z"', '"2026-02-03T04:05:61.789Z"'],
  ...['"2026-02-03T04:05:06.789"', '"2026-02-03"', '"1770091506789"', '""', '" 2026-02-03T04:05:06.789Z"'],
  ...['"2026-02-03T04:05:06.789Z\\n"', '"2026-02-03T04:05:06+24:00"', '"\u0662026-02-03T04:05:06.789Z"'],
  ...[
    '1770091506',
    '1770091506.789',
    '1770091506.789000000',
    '1770091506789',
    '1770091506789.9',
    '1.001',
    '0',
    '-0',
  ],
  ...[
    '-1',
    '-62167219200',
    '-62167219201',
    '-62167219200000',
    '253402300799999',
    '253402300800000',
    '99999999999',
  ],
  ...[
    '100000000000',
    '1e9',
    '1.770091506789E12',
    '1e400',
    '-1e400',
    '123456789012345678901234567890',
    '4.35',
  ],
  ...['null', 'true', '[]', '{"epoch":1}'],
];

const UUIDS = [
  ...[`"urn:uuid:${ID}"`, `"URN:UUID:${ID.toUpperCase()}"`, '"00000000-0000-0000-0000-000000000000"'],
  ...[
    `"${ID}0"`,
    `"${ID.slice(1)}"`,
    `"${ID.replaceAll('-', '')}"`,
    `"{${ID}}"`,
    `"${ID} "`,
    `"g${ID.slice(1)}"`,
  ],
  ...[
    `"${ID.slice(0, 8)}-${ID.slice(9)}"`,
    `"${ID.replace('-', '\u2010')}"`,
    `"\uff11${ID.slice(1)}"`,
    `"urn:uuid:${ID.slice(1)}"`,
  ],
  ...[`"${ID.replace('7', '\\u0037')}"`, `"${ID}\\u0000"`],
];

const EMAILS = [
  ...[
    '"a@b.c"',
    '"A.B+c_d{e}|f~g@Example-1.ORG"',
    '"!#$%&\'*+/=?^_`{|}~-@a.b"',
    '"ada@localhost"',
    '"ada@@example.org"',
  ],
  ...[
    '".ada@example.org"',
    '"ada.@example.org"',
    '"a..b@example.org"',
    '"ada@example..org"',
    '"ada@.example.org"',
  ],
  ...[
    '"ada@example.org."',
    '"ada@-example.org"',
    '"ada@example-.org"',
    '"ada@exa--mple.org"',
    '"ada@example.-org"',
  ],
  ...[
    '"@example.org"',
    '"ada@"',
    '"ada"',
    '""',
    '"ad a@example.org"',
    '"\\"ada\\"@example.org"',
    '"\u00e4da@example.org"',
  ],
  ...[
    '"ada@ex\u00e4mple.org"',
    '"ada@example.org\\n"',
    `"${'a'.repeat(308)}@example.org"`,
    `"${'a'.repeat(309)}@example.org"`,
  ],
];

const WRONG_KINDS = ['null', '""', '" "', '1', 'true', '[]', '[null]', '["a",1]', '{}', '{"a":{"b":[1,{}]}}'];

/** JSON texts around or in place of an event. */
const TEXT_SHAPES: readonly (readonly [string, string | Buffer])[] = [
  ['whitespace around', ` \t\r\n${eventText()}\n `],
  ['something after it', `${eventText()} x`],
  ['a second value', `${eventText()}{}`],
  ['a comma too much', eventText().replace(/}$/, ',}')],
  ['a comment', eventText().replace('{', '{/* */')],
  ['single quotes', "{'userId':1}"],
  ['a form feed outside', `\f${eventText()}`],
  ['a no-break space outside', `\u00a0${eventText()}`],
  ['not a number', eventText({ more: 'NaN' })],
  ['a leading zero', eventText({ more: '01' })],
  ['a leading plus', eventText({ more: '+1' })],
  ['no digit after the point', eventText({ more: '1.' })],
  ['an enormous number', eventText({ more: `1${'0'.repeat(3000)}` })],
  ['an enormous exponent', eventText({ more: '1e99999' })],
  ['a raw control character', eventText({ more: '"a\u0001b"' })],
  ['a raw line break in a text', eventText({ more: '"a\nb"' })],
  ['an unknown escape', eventText({ more: '"\\x41"' })],
  ['a short escape', eventText({ more: '"\\u12"' })],
  ['DEL in a text', eventText({ more: '"\u007f"' })],
  ['deep lists', eventText({ more: `${'['.repeat(3000)}${']'.repeat(3000)}` })],
  ['lists that do not close', eventText({ more: '[[]' })],
  ['an escaped name', eventText().replace('"userId"', '"user\\u0049d"')],
  ['a name in other letters', eventText().replace('"userId"', '"userID"')],
  [
    'a field twice, the last is valid',
    eventText().replace('{', '{"userId":1,"timestamp":"x","metadata":{},'),
  ],
  ['a field twice, the last is not', eventText().replace(/}$/, ',"userId":1}')],
  ['metadata twice, the last lacks a field', eventText().replace(/}$/, `,"metadata":{"source":"x"}}`)],
  ['metadata twice, the last is a list', eventText().replace(/}$/, `,"metadata":[]}`)],
  ['__proto__', eventText({ __proto__x: '1' }).replace('__proto__x', '__proto__')],
  ['a prototype with the fields', `{"__proto__":${eventText()}}`],
  ['an empty name', eventText({ '': '1' })],
  ['fields of metadata outside of it', objectText({ ...FIELDS, ...METADATA })],
  ['UTF-16', Buffer.from(eventText(), 'utf16le')],
  ['UTF-16 with a byte order mark', Buffer.from(`\ufeff${eventText()}`, 'utf16le')],
  ['UTF-16, the other order', Buffer.from(eventText(), 'utf16le').swap16()],
  ['UTF-32', Buffer.from(Array.from(eventText(), (c) => `${c}\0\0\0`).join(''), 'latin1')],
  ['two byte order marks', `\ufeff\ufeff${eventText()}`],
  ['a frame around a byte order mark', Buffer.from(`\0\0\0\0\u0007\ufeff${eventText()}`)],
  ['two frames', Buffer.from(`\0\0\0\0\u0007\0\0\0\0\u0007${eventText()}`)],
  ['four NULs', Buffer.alloc(4)],
  ['only white space', '  '],
  ['a text', '"user.auth"'],
  ['a number', '12'],
  ['true', 'true'],
];

/** Bytes in the place of a text: not all of them are UTF-8. */
const BYTES: readonly (readonly number[])[] = [
  ...[
    [0xc3, 0xa9],
    [0xe6, 0xbc, 0xa2],
    [0xf0, 0x9f, 0x94, 0x91],
    [0xf4, 0x8f, 0xbf, 0xbf],
    [0xef, 0xbf, 0xbd],
  ],
  ...[
    [0xc0, 0xaf],
    [0xc1, 0xbf],
    [0xe0, 0x80, 0xaf],
    [0xf0, 0x80, 0x80, 0xaf],
    [0xed, 0xa0, 0x80],
    [0xed, 0xbf, 0xbf],
  ],
  ...[
    [0xf4, 0x90, 0x80, 0x80],
    [0xf5, 0x80, 0x80, 0x80],
    [0x80],
    [0xbf],
    [0xc3],
    [0xe6, 0xbc],
    [0xff],
    [0xfe],
  ],
];

const withBytes = (bytes: readonly number[], padding: number): Buffer => {
  const [before = '', after = ''] = eventText({ more: `"${'p'.repeat(padding)}@here@"` }).split('@here@');
  return Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)]);
};

const NAMES = [
  ...[
    'user.auth',
    'user-auth',
    'USER_AUTH',
    'UserAuth',
    'UserAuthEvent',
    'com.x.UserAuthEvent',
    'com.x.Outer$UserAuthEvent',
  ],
  ...[
    'com.x.user.auth',
    'com.x.user.auth.v1',
    'user.auth/1.0',
    'UserAuthV1Event',
    'UserAuthEventV1',
    'UserAuthV2Event',
  ],
  ...[
    'user.auth.v2',
    'user.auth.event',
    'urn:x:user:auth',
    'user:auth:1',
    'USERAuth',
    'userAuth',
    'UserAUTH',
    'user',
    'Event',
  ],
  ...[
    '',
    ' user.auth ',
    '"user.auth"',
    '"',
    '""',
    '\u00a0user.auth\ufeff',
    '\u0085user.auth',
    'user.auth\0',
    'user.authentication',
  ],
  ...[
    'user.auth.v12345',
    'user.auth@1',
    'x'.repeat(300),
    `${'x.'.repeat(200)}user.auth`,
    '..user..auth',
    'user.auth.',
    '\u00dcser.auth',
  ],
];

const SCHEMA_URIS = [
  ...[
    'urn:audit-lanes:schema:user.auth/1.0',
    'https://x/user.auth/2',
    'https://x/user.auth.1.0.json',
    'urn:x:v2',
    'urn:x:v1.7.3',
  ],
  ...[
    'http://registry/schemas/ids/7',
    'http://registry/subjects/x/versions/3',
    'https://x/user.auth',
    '"urn:x/2"',
    'urn:x-3',
    '',
  ],
];

const PARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const TRACES = [
  PARENT,
  `"${PARENT}"`,
  ` ${PARENT} `,
  'any text',
  'text',
  '\u00e4',
  '',
  'x'.repeat(256),
  'x'.repeat(257),
];
const STATES = ['a=1,b=2', 'a = 1', '', '\u00e4=1', 'x'.repeat(512), 'x'.repeat(513)];

const structured = (fields: Fields): string =>
  objectText({ specversion: '"1.0"', id: '"an-id"', source: '"/x"', type: '"user.auth"', ...fields });

const base64 = (text: string | Buffer): string => `"${Buffer.from(text).toString('base64')}"`;

const STRUCTURED: readonly Fields[] = [
  { data: eventText() },
  { data: eventText(), subject: '"d\u00fcsseldorf"', time: TIME },
  { data: ` ${eventText()} ` },
  { subject: '"\u{1f511}"', data: eventText(), more: '{"data":1}' },
  { data: 'null' },
  { data: '[]' },
  { data: '"text"' },
  { data: '12' },
  { data: eventText(), id: '"with \\"quotes\\" and \u00e4"' },
  { data: eventText(), id: '""' },
  { data: eventText(), id: '7' },
  { data: eventText(), type: '""' },
  { data: eventText(), type: '"com.x.UserUpdatedEvent"' },
  { data: eventText(), type: '7' },
  { data: eventText(), specversion: '1.0' },
  { data: eventText(), dataschema: '"urn:x/2.0"' },
  { data: eventText(), traceparent: `"${PARENT}"`, tracestate: '"a=1"' },
  { data: eventText(), tracestate: '"a=1"' },
  { data: eventText({ userId: '1' }) },
  { data: eventText({ specversion: '"1.0"', type: '"user.registered"' }) },
  { data_base64: base64(eventText()) },
  { data_base64: base64(`\0\0\0\0\u0007${eventText()}`) },
  { data_base64: base64(structured({ data: eventText() })) },
  { data_base64: base64('x') },
  { data_base64: '""' },
  { data_base64: '7' },
  { data: eventText(), data_base64: base64('x') },
];

const CLAIMS = [
  ...[
    'application/cloudevents+json',
    'Application/CloudEvents+JSON ; charset=utf-8',
    'application/cloudevents',
  ],
  ...[
    'application/cloudevents-batch+json',
    'application/cloudevents+avro',
    'application/json',
    '"application/cloudevents+json"',
  ],
];

/** In an order that is always the same. Every event of every type that its fields allow. */
export const agreementRecords = (): readonly AgreementRecord[] => {
  const all: AgreementRecord[] = [];
  const key = Buffer.from(ID);
  const add = (what: string, value: string | Buffer, headers: readonly RawHeader[]): void => {
    all.push({ what, key, value: Buffer.from(value), headers });
  };
  const ofEachType = (what: string, value: string | Buffer): void => {
    for (const [name, type] of Object.entries(TYPES)) add(`${name}: ${what}`, value, [type]);
  };
  const eachAs = (name: string, values: readonly string[]): void => {
    for (const value of values) ofEachType(`${name} ${value.slice(0, 40)}`, eventText({ [name]: value }));
  };
  const eachInMetadata = (name: string, values: readonly string[]): void => {
    for (const value of values)
      ofEachType(`metadata.${name} ${value.slice(0, 40)}`, eventText({}, { [name]: value }));
  };
  ofEachType('as it should be', eventText());
  eachAs('timestamp', TIMES);
  eachAs('userId', UUIDS);
  eachAs('email', EMAILS);
  eachAs('action', ['"logout"', '"password_changed"', '"Login"', '"login "']);
  eachAs('status', ['"success"', '"Success"']);
  for (const name of [...Object.keys(FIELDS), 'metadata']) {
    eachAs(name, WRONG_KINDS);
    const { [name]: _gone, ...rest }: Fields = { ...FIELDS, metadata: objectText(METADATA) };
    ofEachType(`no ${name}`, objectText(rest));
  }
  eachInMetadata('correlationId', UUIDS);
  for (const name of Object.keys(METADATA)) {
    eachInMetadata(name, [...WRONG_KINDS, ...TEXTS]);
    const { [name]: _gone, ...rest } = METADATA;
    ofEachType(`no metadata.${name}`, eventText({ metadata: objectText(rest) }));
  }
  for (const [what, value] of TEXT_SHAPES) ofEachType(what, value);
  for (const bytes of BYTES) {
    for (const padding of [0, 5, 8])
      ofEachType(`bytes ${bytes.join(' ')}, ${padding} before`, withBytes(bytes, padding));
  }
  for (const name of NAMES) {
    for (const of of ['ce_type', 'eventType', 'type', '__TypeId__'])
      add(`${of} ${name}`, eventText(), [header(of, name)]);
    add(`eventType ${name}`, eventText({ eventType: JSON.stringify(name) }), []);
    add(`type ${name}`, eventText({ type: JSON.stringify(name), specversion: '1' }), []);
    add(`${name} before another`, eventText(), [header('ce_type', name), TYPES.updated]);
  }
  for (const uri of SCHEMA_URIS)
    add(`schema ${uri}`, eventText(), [TYPES.auth, header('ce_dataschema', uri)]);
  for (const text of [...TRACES, ...STATES])
    add(`ce_id ${text}`, eventText(), [TYPES.auth, header('ce_id', text)]);
  for (const trace of TRACES) {
    add(`traceparent ${trace}`, eventText(), [TYPES.auth, header('traceparent', trace)]);
    for (const state of STATES) {
      const headers = [TYPES.auth, header('traceparent', trace), header('tracestate', state)];
      add(`traceparent ${trace}, tracestate ${state}`, eventText(), headers);
    }
  }
  add('a header twice', eventText(), [
    header('ce_type', 'order'),
    TYPES.updated,
    header('ce_type', 'user.auth'),
  ]);
  add('a type that is null', eventText(), [header('ce_type', null), TYPES.auth]);
  add('a type that is no text', eventText(), [header('ce_type', Buffer.from([0xff])), TYPES.auth]);
  add('an id with what JSON escapes', eventText(), [
    TYPES.auth,
    header('ce_id', 'a "b" \\ \u0001 \u{1f511}'),
  ]);
  for (const fields of STRUCTURED) {
    const value = structured(fields);
    add(`structured, no claim: ${value.slice(0, 100)}`, value, []);
    for (const claim of CLAIMS) add(`structured, ${claim}`, value, [header('content-type', claim)]);
    add('structured, trace in headers', value, [
      header('traceparent', PARENT),
      header('ce_id', 'of-the-header'),
    ]);
  }
  for (const claim of CLAIMS)
    add(`plain, ${claim}`, eventText(), [TYPES.auth, header('content-type', claim)]);
  return all;
};

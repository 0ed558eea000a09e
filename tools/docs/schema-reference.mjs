/** The schemas of events as tables of their fields, for people. Pure. */
import { code, table } from './markdown.mjs';

/** @typedef {import('./schema-files.mjs').EventSchema} EventSchema */
/** @typedef {import('./schema-files.mjs').Json} Json */

/** @param {Json} schema */
const typeText = (schema) => {
  const types = [schema.type ?? 'any'].flat().join(' or ');
  return schema.items === undefined
    ? types
    : `${types} of ${[schema.items.type ?? 'any'].flat().join(' or ')}`;
};

/** @type {Readonly<Record<string, (value: any) => string>>} */
const LIMITS = {
  enum: (values) => values.map((/** @type {unknown} */ value) => code(String(value))).join(', '),
  const: (value) => code(String(value)),
  format: (value) => code(value),
  pattern: (value) => `matches ${code(value)}`,
  minLength: (value) => `at least ${value} character${value === 1 ? '' : 's'}`,
  maxLength: (value) => `at most ${value} characters`,
  minimum: (value) => `from ${value}`,
  maximum: (value) => `to ${value}`,
  exclusiveMinimum: (value) => `above ${value}`,
  exclusiveMaximum: (value) => `below ${value}`,
  multipleOf: (value) => `a multiple of ${value}`,
  minItems: (value) => `at least ${value} of them`,
  maxItems: (value) => `at most ${value} of them`,
  uniqueItems: (value) => (value ? 'no two alike' : ''),
  additionalProperties: (value) => (value === false ? 'no other fields' : ''),
};
/** Told in columns of their own, or by what is below them. */
const ELSEWHERE = [
  '$schema',
  '$id',
  'title',
  'description',
  'type',
  'items',
  'properties',
  'required',
  'examples',
];

/** @param {Json} schema @param {string} where */
const limits = (schema, where) =>
  Object.entries(schema)
    .filter(([keyword]) => !ELSEWHERE.includes(keyword))
    .map(([keyword, value]) => {
      const say = LIMITS[keyword];
      if (say === undefined)
        throw new Error(`${where}: no words for ${keyword}; see tools/docs/schema-reference.mjs`);
      return say(value);
    })
    .filter((text) => text !== '');

/** A field and those below it, as rows. @param {Json} schema @param {string} path @param {Json | undefined} example @param {string} file @returns {string[][]} */
const rowsOf = (schema, path, example, file) =>
  Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const value = example?.[name];
    const here = `${path}${name}`;
    const isObject = field.properties !== undefined;
    return [
      [
        code(here),
        [typeText(field), ...limits(field, `${file}#/${here}`)].join('; '),
        schema.required?.includes(name) ? 'yes' : '',
        field.description ?? '',
        value === undefined || isObject ? '' : code(JSON.stringify(value)),
      ],
      ...rowsOf(field, `${here}.`, value, file),
    ];
  });

/** @param {readonly EventSchema[]} schemas */
export const schemaReference = (schemas) =>
  schemas
    .map(({ name, file, id, schema, examples }) => {
      const fields = table(
        ['field', 'what it may be', 'required', 'meaning', 'example'],
        rowsOf(schema, '', examples[0], file),
      );
      return `### ${name}\n\n${schema.description}\n\n\`${id}\`, in [${file}](../${file}).\n\n${fields}`;
    })
    .join('\n\n');

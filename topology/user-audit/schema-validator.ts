/**
 * Validation against the generated schemas: each is compiled once. A violation is told by instance path and
 * keyword, never by value, because the value may be personal data.
 */
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { isCanonicalTimestamp, isJsonObject, type JsonObject } from '../../src/index.js';

export type SchemaSource = JsonObject & { readonly $id: string };

/** Undefined when the data is valid; else where and by which keyword it is not. */
export type Validator = (data: unknown) => string | undefined;

/** Where the type of an event may be written in its payload; allowed in strict schemas too. */
const TYPE_FIELDS = { eventType: true, type: true };

/** The same schema with every unknown field refused, at every level. */
export const strictSchema = (schema: JsonObject, extra: JsonObject = TYPE_FIELDS): JsonObject => {
  const { properties } = schema;
  if (!isJsonObject(properties)) return schema;
  const strict = Object.entries(properties).map(([name, property]) => [
    name,
    isJsonObject(property) ? strictSchema(property, {}) : property,
  ]);
  return {
    ...schema,
    properties: { ...extra, ...Object.fromEntries(strict) },
    additionalProperties: false,
  };
};

const HEX_DIGIT = '[0-9a-f]';

/** That of ajv-formats with each digit written out: V8 takes nearly twice as long to count them. Asked for twice a record. */
export const UUID = new RegExp(
  `^(?:urn:uuid:)?${[8, 4, 4, 4, 12].map((digits) => HEX_DIGIT.repeat(digits)).join('-')}$`,
  'i',
);

/** `/metadata required (correlationId)`. What is in brackets is a name of the schema, not of the data. */
const violation = (error: ErrorObject | undefined): string => {
  if (error === undefined) return '/ unknown';
  const missing: unknown = error.params['missingProperty'];
  const format: unknown = error.params['format'];
  const detail = missing ?? format;
  return `${error.instancePath || '/'} ${error.keyword}${typeof detail === 'string' ? ` (${detail})` : ''}`;
};

export const createValidators = <Name extends string>(
  schemas: Readonly<Record<Name, SchemaSource>>,
  strict: boolean,
): Readonly<Record<Name, Validator>> => {
  const ajv = new Ajv2020({ allErrors: false, allowUnionTypes: true });
  addFormats.default(ajv, ['email']);
  ajv.addFormat('uuid', UUID);
  // Timestamps are brought into the one spelling before they are validated.
  ajv.addFormat('date-time', { type: 'string', validate: isCanonicalTimestamp });
  const compiled = (Object.entries(schemas) as [Name, SchemaSource][]).map(([name, schema]) => {
    const validate: ValidateFunction = ajv.compile(strict ? strictSchema(schema) : schema);
    const validator: Validator = (data) => (validate(data) ? undefined : violation(validate.errors?.[0]));
    return [name, validator] as const;
  });
  return Object.fromEntries(compiled) as Record<Name, Validator>;
};

/**
 * JSON Schema as far as it is compared: a schema, its references within the file, and which values it could
 * allow by their kind. Pure. What the comparison knows is in the tables here; any other keyword is unknown.
 */
import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type JsonObject } from '../../record/envelope.js';

export type JsonKind = 'null' | 'boolean' | 'integer' | 'number' | 'string' | 'array' | 'object';

const KINDS: readonly JsonKind[] = ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object'];

/** They say nothing about which values are allowed. */
const ANNOTATIONS: ReadonlySet<string> = new Set([
  '$schema',
  '$id',
  '$comment',
  '$defs',
  'title',
  'description',
  'examples',
  'default',
  'deprecated',
  'readOnly',
  'writeOnly',
]);

export const isAnnotation = (keyword: string): boolean => ANNOTATIONS.has(keyword);

/** `true` allows everything, as `{}` does; `false` allows nothing. */
export type Schema = JsonObject | false;

export const asSchema = (value: unknown): Schema =>
  value === false ? false : isJsonObject(value) ? value : {};

const unescaped = (step: string): string =>
  decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');

/** What a reference within the file points at; undefined for any other. */
const targetOf = (ref: unknown, root: Schema): unknown => {
  if (ref === '#') return root;
  if (typeof ref !== 'string' || !ref.startsWith('#/')) return undefined;
  return ref
    .slice(2)
    .split('/')
    .reduce<unknown>((at, step) => {
      const name = unescaped(step);
      return isJsonObject(at) && Object.hasOwn(at, name) ? at[name] : undefined;
    }, root);
};

/** Follows `$ref` where it stands alone, beside annotations. One that leads nowhere, or in a circle, is left as it is. */
export const resolved = (schema: Schema, root: Schema): Schema => {
  const seen = new Set<unknown>();
  let at = schema;
  while (at !== false && at['$ref'] !== undefined && !seen.has(at)) {
    seen.add(at);
    const isAlone = Object.keys(at).every((keyword) => keyword === '$ref' || isAnnotation(keyword));
    const target = isAlone ? targetOf(at['$ref'], root) : undefined;
    if (target === undefined) return at;
    at = asSchema(target);
  }
  return at;
};

/** A value of an unknown keyword with all its references followed, so that a change behind one is seen. */
const expanded = (value: unknown, root: Schema, path: readonly unknown[] = []): unknown => {
  if (Array.isArray(value)) return value.map((each) => expanded(each, root, path));
  if (!isJsonObject(value)) return value;
  const target = targetOf(value['$ref'], root);
  const fields = Object.entries(value).map(([name, each]) => [name, expanded(each, root, path)]);
  const isNew = target !== undefined && !path.includes(target);
  return {
    ...(Object.fromEntries(fields) as JsonObject),
    ...(isNew ? { '->': expanded(target, root, [...path, target]) } : {}),
  };
};

export const isSameKeyword = (
  keyword: string,
  [a, rootOfA]: readonly [JsonObject, Schema],
  [b, rootOfB]: readonly [JsonObject, Schema],
): boolean =>
  isDeepStrictEqual(
    expanded({ [keyword]: a[keyword] }, rootOfA),
    expanded({ [keyword]: b[keyword] }, rootOfB),
  );

const kindOf = (value: unknown): JsonKind => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value === 'string' ? 'string' : typeof value === 'boolean' ? 'boolean' : 'object';
};

const declaredKinds = ({ type }: JsonObject): ReadonlySet<JsonKind> => {
  const named = typeof type === 'string' ? [type] : Array.isArray(type) ? (type as unknown[]) : KINDS;
  const kinds = new Set(KINDS.filter((kind) => named.includes(kind)));
  // Every integer is a number.
  if (kinds.has('number')) kinds.add('integer');
  return kinds;
};

/** The only values that it allows, when it lists them: those of `const` and `enum` both, when it has both. */
export const listedValues = (schema: JsonObject): readonly unknown[] | undefined => {
  const { enum: values } = schema;
  const list = Array.isArray(values) ? (values as unknown[]) : undefined;
  const isConst = (value: unknown): boolean => isDeepStrictEqual(value, schema['const']);
  const both = Object.hasOwn(schema, 'const') ? (list?.filter(isConst) ?? [schema['const']]) : list;
  const kinds = declaredKinds(schema);
  return both?.filter((value) => kinds.has(kindOf(value)));
};

export const kindsOf = (schema: JsonObject): ReadonlySet<JsonKind> => {
  const values = listedValues(schema);
  return values === undefined ? declaredKinds(schema) : new Set(values.map(kindOf));
};

export const propertiesOf = ({ properties }: JsonObject): JsonObject =>
  isJsonObject(properties) ? properties : {};

export const requiredOf = ({ required }: JsonObject): readonly string[] =>
  Array.isArray(required) ? (required as unknown[]).filter((name) => typeof name === 'string') : [];

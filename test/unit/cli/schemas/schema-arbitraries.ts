/** Random schemas, events that a writer by one may write, and edits of it: for the laws of the comparison. */
import fc from 'fast-check';

export interface ObjectSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, AnySchema>>;
  readonly required: readonly string[];
}

export type AnySchema = Readonly<Record<string, unknown>> | ObjectSchema;

const NAMES = ['a', 'b', 'c', 'd', 'e'] as const;
const PATTERNS: Readonly<Record<string, readonly string[]>> = {
  '^x': ['x', 'xy', 'xyz'],
  z$: ['z', 'yz', 'xyz'],
};
const WORDS = ['red', 'green', 'blue', 'x', 'xyz', '', 'a longer one'] as const;

const size = fc.integer({ min: 0, max: 4 });

const text: fc.Arbitrary<AnySchema> = fc.oneof(
  fc.constant({ type: 'string' }),
  fc.tuple(size, size).map(([min, more]) => ({ type: 'string', minLength: min, maxLength: min + more })),
  fc.constantFrom(...Object.keys(PATTERNS)).map((pattern) => ({ type: 'string', pattern })),
  fc.subarray([...WORDS], { minLength: 1 }).map((words) => ({ type: 'string', enum: words })),
  fc.constant({ type: ['string', 'null'] }),
);
const number: fc.Arbitrary<AnySchema> = fc
  .tuple(
    fc.constantFrom('integer', 'number'),
    fc.integer({ min: -5, max: 5 }),
    size,
    fc.boolean(),
    fc.boolean(),
  )
  .map(([type, min, more, isOpen, isBounded]) =>
    isBounded ? { type, [isOpen ? 'exclusiveMinimum' : 'minimum']: min, maximum: min + more + 1 } : { type },
  );
const leaf = fc.oneof(text, number, fc.constant({ type: 'boolean' }), fc.constant({}));
const list: fc.Arbitrary<AnySchema> = fc
  .tuple(leaf, size)
  .map(([items, minItems]) => ({ type: 'array', items, minItems }));

const objectOf = (inner: fc.Arbitrary<AnySchema>): fc.Arbitrary<ObjectSchema> =>
  fc
    .dictionary(fc.constantFrom(...NAMES), inner, { maxKeys: 4, noNullPrototype: true })
    .chain((properties) =>
      fc
        .subarray(Object.keys(properties))
        .map((required) => ({ type: 'object' as const, properties, required })),
    );

export const fieldSchema: fc.Arbitrary<AnySchema> = fc.oneof(leaf, list, objectOf(leaf));
export const eventSchema: fc.Arbitrary<ObjectSchema> = objectOf(fieldSchema);

const isObject = (schema: AnySchema): schema is ObjectSchema => schema.type === 'object';
const numberIn = (schema: AnySchema, keyword: string, otherwise: number): number =>
  typeof schema[keyword as keyof typeof schema] === 'number'
    ? (schema[keyword as keyof typeof schema] as number)
    : otherwise;

const numberOf = (schema: Readonly<Record<string, unknown>>): fc.Arbitrary<number> => {
  const open = numberIn(schema, 'exclusiveMinimum', -100);
  const min = Math.max(open + 1, numberIn(schema, 'minimum', -100));
  const max = numberIn(schema, 'maximum', 100);
  const whole = fc.integer({ min, max });
  return schema['type'] === 'integer'
    ? whole
    : fc.oneof(
        whole,
        whole
          .map((value) => value - 0.5)
          .filter((value) => value > open && value >= numberIn(schema, 'minimum', -100)),
      );
};

const textOf = (schema: Readonly<Record<string, unknown>>): fc.Arbitrary<string> => {
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as string[]));
  if (typeof schema['pattern'] === 'string') return fc.constantFrom(...(PATTERNS[schema['pattern']] ?? ['']));
  const minLength = numberIn(schema, 'minLength', 0);
  return fc.string({ minLength, maxLength: numberIn(schema, 'maxLength', minLength + 6) });
};

/** What a writer by that schema may write: its fields, and no others. */
export const written = (schema: AnySchema): fc.Arbitrary<unknown> => {
  if (isObject(schema)) {
    const fields = Object.fromEntries(
      Object.entries(schema.properties).map(([name, each]) => [name, written(each)]),
    );
    return fc.record(fields, { requiredKeys: [...schema.required], noNullPrototype: true });
  }
  const { type } = schema;
  if (type === undefined) return fc.jsonValue({ maxDepth: 1 });
  if (Array.isArray(type)) return fc.oneof(fc.constant(null), fc.string());
  if (type === 'boolean') return fc.boolean();
  if (type === 'array') {
    const minLength = numberIn(schema, 'minItems', 0);
    return fc.array(written(schema['items'] as AnySchema), { minLength, maxLength: minLength + 3 });
  }
  return type === 'string' ? textOf(schema) : numberOf(schema);
};

const replaced = (schema: ObjectSchema, name: string, field: AnySchema): ObjectSchema => ({
  ...schema,
  properties: { ...schema.properties, [name]: field },
});

const without = (schema: ObjectSchema, name: string): ObjectSchema => ({
  ...schema,
  properties: Object.fromEntries(Object.entries(schema.properties).filter(([each]) => each !== name)),
  required: schema.required.filter((each) => each !== name),
});

/** Any change of one field: it comes, goes, becomes another, required or not. */
const edit = (schema: ObjectSchema): fc.Arbitrary<ObjectSchema> =>
  fc
    .tuple(fc.constantFrom(...NAMES), fieldSchema, fc.integer({ min: 0, max: 3 }))
    .map(([name, field, how]) => {
      if (how === 0) return without(schema, name);
      if (how === 1 || schema.properties[name] === undefined) return replaced(schema, name, field);
      const required = schema.required.includes(name)
        ? schema.required.filter((each) => each !== name)
        : [...schema.required, name];
      return how === 2 ? { ...schema, required } : replaced({ ...schema, required }, name, field);
    });

/** The schema after some edits, each of which may be compatible or not. */
export const edited = (schema: ObjectSchema, edits = 3): fc.Arbitrary<ObjectSchema> =>
  edits === 0 ? fc.constant(schema) : edit(schema).chain((next) => edited(next, edits - 1));

/** An optional field more: never a break. */
export const grown = (schema: ObjectSchema): fc.Arbitrary<ObjectSchema> =>
  fieldSchema.map((field) => replaced(schema, 'new', field));

/** A break, with an event of the old writer that a new reader refuses. */
export interface Break {
  readonly now: ObjectSchema;
  readonly witness: unknown;
}

const set = (event: unknown, name: string, value: unknown): unknown => ({
  ...(event as object),
  [name]: value,
});

/** For new readers of old events; the other direction is the same with the two turned round. */
export const broken = (schema: ObjectSchema): fc.Arbitrary<{ readonly old: ObjectSchema } & Break> => {
  const base = written(schema);
  const field = (old: AnySchema, now: AnySchema, value: unknown) =>
    base.map((event) => ({
      old: replaced(schema, 'k', old),
      now: replaced(schema, 'k', now),
      witness: set(event, 'k', value),
    }));
  return fc.oneof(
    base.map((witness) => ({
      old: schema,
      now: { ...replaced(schema, 'k', {}), required: [...schema.required, 'k'] },
      witness,
    })),
    field({ type: 'string' }, { type: 'integer' }, 'text'),
    field({ type: ['string', 'null'] }, { type: 'string' }, null),
    field({ type: 'string', enum: ['a', 'b'] }, { type: 'string', enum: ['a'] }, 'b'),
    field({ type: 'string' }, { type: 'string', minLength: 1 }, ''),
    field({ type: 'string', maxLength: 3 }, { type: 'string', maxLength: 2 }, 'abc'),
    field({ type: 'number' }, { type: 'integer' }, 0.5),
    field({ type: 'integer', minimum: 0 }, { type: 'integer', exclusiveMinimum: 0 }, 0),
    field({ type: 'string' }, { type: 'string', pattern: '^x' }, 'y'),
    field({ type: 'array', items: {} }, { type: 'array', items: { type: 'string' } }, [1]),
    field({ type: 'array' }, { type: 'array', maxItems: 1 }, [1, 2]),
  );
};

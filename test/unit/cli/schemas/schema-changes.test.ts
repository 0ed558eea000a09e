import { expect } from 'chai';
import type { Schema } from '../../../../src/cli/schemas/json-schema.js';
import { judgedChanges, keeps, type Verdict } from '../../../../src/cli/schemas/schema-verdict.js';

const judged = (old: Schema, now: Schema, isStrict = false) =>
  judgedChanges(new Map([['event', old]]), new Map([['event', now]]), isStrict);

const object = (properties: Schema, more: object = {}): Schema => ({ type: 'object', properties, ...more });
const field = (schema: object): Schema => object({ field: schema });
const STRING = { type: 'string' };
const withDefs = (inner: object): Schema => ({
  ...object({ field: { $ref: '#/$defs/inner' } }),
  $defs: { inner },
});

interface Case {
  readonly what: string;
  readonly old: Schema;
  readonly now: Schema;
  readonly verdict: Verdict;
  readonly path?: string;
  readonly keyword: string;
}

/** Each also the other way round, where `backward` is `forward`. */
const CASES: readonly Case[] = [
  {
    what: 'an optional field is added',
    old: object({}),
    now: field(STRING),
    verdict: 'full',
    keyword: 'properties',
  },
  {
    what: 'a required field is added',
    old: object({}),
    now: object({ field: STRING }, { required: ['field'] }),
    verdict: 'forward',
    keyword: 'properties',
  },
  {
    what: 'a field becomes required',
    old: field(STRING),
    now: object({ field: STRING }, { required: ['field'] }),
    verdict: 'forward',
    keyword: 'required',
  },
  {
    what: 'a type is added',
    old: field(STRING),
    now: field({ type: ['string', 'null'] }),
    verdict: 'backward',
    keyword: 'type',
  },
  {
    what: 'integer becomes number',
    old: field({ type: 'integer' }),
    now: field({ type: 'number' }),
    verdict: 'backward',
    keyword: 'type',
  },
  {
    what: 'a type becomes another',
    old: field(STRING),
    now: field({ type: 'integer' }),
    verdict: 'breaking',
    keyword: 'type',
  },
  { what: 'any type is allowed', old: field(STRING), now: field({}), verdict: 'backward', keyword: 'type' },
  {
    what: 'a value is added to enum',
    old: field({ enum: ['a'] }),
    now: field({ enum: ['b', 'a'] }),
    verdict: 'backward',
    keyword: 'enum',
  },
  {
    what: 'the values of enum are in another order',
    old: field({ enum: ['a', 'b'] }),
    now: field({ enum: ['b', 'a'] }),
    verdict: 'full',
    keyword: 'enum',
  },
  {
    what: 'a value of enum becomes another',
    old: field({ enum: ['a', 'b'] }),
    now: field({ enum: ['a', 'c'] }),
    verdict: 'breaking',
    keyword: 'enum',
  },
  {
    what: 'const becomes another',
    old: field({ const: 1 }),
    now: field({ const: 2 }),
    verdict: 'breaking',
    keyword: 'const',
  },
  {
    what: 'maxLength is added',
    old: field(STRING),
    now: field({ ...STRING, maxLength: 5 }),
    verdict: 'forward',
    keyword: 'maxLength',
  },
  {
    what: 'minLength is raised',
    old: field({ ...STRING, minLength: 1 }),
    now: field({ ...STRING, minLength: 2 }),
    verdict: 'forward',
    keyword: 'minLength',
  },
  {
    what: 'minimum is raised',
    old: field({ type: 'integer', minimum: 0 }),
    now: field({ type: 'integer', minimum: 1 }),
    verdict: 'forward',
    keyword: 'minimum',
  },
  {
    what: 'maximum is raised',
    old: field({ type: 'integer', maximum: 1 }),
    now: field({ type: 'integer', maximum: 2 }),
    verdict: 'backward',
    keyword: 'maximum',
  },
  {
    what: 'exclusiveMaximum is lowered',
    old: field({ type: 'number', exclusiveMaximum: 2 }),
    now: field({ type: 'number', exclusiveMaximum: 1 }),
    verdict: 'forward',
    keyword: 'exclusiveMaximum',
  },
  {
    what: 'multipleOf is divided',
    old: field({ type: 'integer', multipleOf: 6 }),
    now: field({ type: 'integer', multipleOf: 3 }),
    verdict: 'backward',
    keyword: 'multipleOf',
  },
  {
    what: 'minItems is added',
    old: field({ type: 'array' }),
    now: field({ type: 'array', minItems: 1 }),
    verdict: 'forward',
    keyword: 'minItems',
  },
  {
    what: 'uniqueItems is added',
    old: field({ type: 'array' }),
    now: field({ type: 'array', uniqueItems: true }),
    verdict: 'forward',
    keyword: 'uniqueItems',
  },
  {
    what: 'pattern is added',
    old: field(STRING),
    now: field({ ...STRING, pattern: '^a' }),
    verdict: 'forward',
    keyword: 'pattern',
  },
  {
    what: 'pattern fits the values of enum',
    old: field({ enum: ['ab'] }),
    now: field({ enum: ['ab'], pattern: '^a' }),
    verdict: 'full',
    keyword: 'pattern',
  },
  {
    what: 'pattern becomes another',
    old: field({ ...STRING, pattern: '^a' }),
    now: field({ ...STRING, pattern: '^b' }),
    verdict: 'unknown',
    keyword: 'pattern',
  },
  {
    what: 'format is removed',
    old: field({ ...STRING, format: 'uuid' }),
    now: field(STRING),
    verdict: 'backward',
    keyword: 'format',
  },
  {
    what: 'a bound says nothing about the type',
    old: field(STRING),
    now: field({ ...STRING, minimum: 3 }),
    verdict: 'full',
    keyword: 'minimum',
  },
  {
    what: 'items get a type',
    old: field({ type: 'array' }),
    now: field({ type: 'array', items: STRING }),
    verdict: 'forward',
    path: '/field/*',
    keyword: 'type',
  },
  {
    what: 'items may be null',
    old: field({ type: 'array', items: STRING }),
    now: field({ type: 'array', items: { type: ['string', 'null'] } }),
    verdict: 'backward',
    path: '/field/*',
    keyword: 'type',
  },
  {
    what: 'no other fields are allowed',
    old: field(STRING),
    now: object({ field: STRING }, { additionalProperties: false }),
    verdict: 'forward',
    path: '/',
    keyword: 'additionalProperties',
  },
  {
    what: 'other fields get a wider type',
    old: { type: 'object', additionalProperties: STRING },
    now: { type: 'object', additionalProperties: { type: ['string', 'null'] } },
    verdict: 'backward',
    path: '/',
    keyword: 'additionalProperties',
  },
  {
    what: 'a field is named that was one of the others',
    old: { type: 'object', additionalProperties: STRING },
    now: object({ field: { type: 'integer' } }, { additionalProperties: STRING }),
    verdict: 'breaking',
    keyword: 'properties',
  },
  {
    what: 'nothing is allowed any more',
    old: field({}),
    now: object({ field: false }),
    verdict: 'forward',
    keyword: 'false',
  },
  {
    what: 'what a reference points at has changed',
    old: withDefs({ enum: ['a'] }),
    now: withDefs({ enum: ['a', 'b'] }),
    verdict: 'backward',
    keyword: 'enum',
  },
  {
    what: 'an unknown keyword has changed',
    old: field({ anyOf: [STRING] }),
    now: field({ anyOf: [{ type: 'null' }] }),
    verdict: 'unknown',
    keyword: 'anyOf',
  },
  {
    what: 'its list of values leaves its only value out',
    old: field({ const: 'a', enum: ['a', 'b'] }),
    now: field({ const: 'a', enum: ['b'] }),
    verdict: 'forward',
    keyword: 'enum',
  },
  {
    // That it is taken by new readers is not known.
    what: 'a pattern that is no pattern is added',
    old: field({ enum: ['a'] }),
    now: field({ enum: ['a'], pattern: '(' }),
    verdict: 'forward',
    keyword: 'pattern',
  },
  {
    what: 'a field is added where unevaluated ones are refused',
    old: object({}, { unevaluatedProperties: false }),
    now: object({ field: STRING }, { unevaluatedProperties: false }),
    verdict: 'backward',
    keyword: 'properties',
  },
  {
    what: 'the major version has changed',
    old: { $id: 'urn:x/1.3' },
    now: { $id: 'urn:x/2.0' },
    verdict: 'breaking',
    path: '/',
    keyword: '$id',
  },
];

const TURNED: Readonly<Partial<Record<Verdict, Verdict>>> = { backward: 'forward', forward: 'backward' };

describe('a change of a schema', () => {
  for (const { what, old, now, verdict, path = '/field', keyword } of CASES) {
    it(`is ${verdict} when ${what}`, () => {
      const found = judged(old, now).map((change) => [change.path, change.keyword, change.verdict]);
      expect(found).to.deep.equal([[path, keyword, verdict]]);
    });
    it(`is ${TURNED[verdict] ?? verdict} when it is taken back that ${what}`, () => {
      expect(judged(now, old).map((change) => change.verdict)).to.deep.equal([TURNED[verdict] ?? verdict]);
    });
  }

  it('is none when only words for people, or the minor version, have changed', () => {
    const old = { $id: 'urn:x/1.0', title: 'A', ...object({ field: { ...STRING, description: 'a' } }) };
    const now = { $id: 'urn:x/1.1', title: 'B', ...object({ field: { ...STRING, examples: ['b'] } }) };
    expect(judged(old, now)).to.deep.equal([]);
  });

  it('is none when a definition is given another name', () => {
    const other = { ...object({ field: { $ref: '#/$defs/other' } }), $defs: { other: STRING } };
    expect(judged(withDefs(STRING), other)).to.deep.equal([]);
  });

  it('is found in the definitions that an unknown keyword refers to', () => {
    const by = (inner: object): Schema => ({ anyOf: [{ $ref: '#/$defs/inner' }], $defs: { inner } });
    expect(judged(by(STRING), by({ type: 'null' })).map(({ verdict }) => verdict)).to.deep.equal(['unknown']);
    expect(judged(by(STRING), by(STRING))).to.deep.equal([]);
  });

  it('is found once in a schema that holds itself, which ends', () => {
    const tree = (more: object): Schema => ({
      ...object({ name: { ...STRING, ...more }, child: { $ref: '#' } }),
    });
    const found = judged(tree({}), tree({ minLength: 1 }));
    expect(found.map(({ path, verdict }) => [path, verdict])).to.deep.include(['/name', 'forward']);
    expect(found.every(({ verdict }) => verdict === 'forward')).to.equal(true);
  });

  it('names the field inside of a field, and the values that are refused', () => {
    const old = object({ metadata: object({ kind: { enum: ['a', 'b'] } }) });
    const now = object({ metadata: object({ kind: { enum: ['a'] } }) });
    expect(judged(old, now)).to.deep.equal([
      {
        schema: 'event',
        path: '/metadata/kind',
        keyword: 'enum',
        what: 'enum ["a","b"] is now ["a"]',
        backward: { kind: 'refuses', what: 'values "b"' },
        forward: { kind: 'reads' },
        verdict: 'forward',
      },
    ]);
  });

  it('of fields is judged otherwise for readers that refuse unknown ones', () => {
    expect(judged(object({}), field(STRING), true)[0]?.verdict).to.equal('backward');
    expect(judged(field(STRING), object({}), true)[0]?.verdict).to.equal('forward');
    // SCHEMAS_STRICT does not reach into lists.
    const list = (inner: object): Schema => field({ type: 'array', items: object(inner as Schema) });
    expect(judged(list({}), list({ more: STRING }), true)[0]?.verdict).to.equal('full');
  });
});

describe('sets of schemas', () => {
  it('may grow; one that is gone breaks who reads its old events', () => {
    const one = new Map<string, Schema>([['a', {}]]);
    const two = new Map<string, Schema>([
      ['a', {}],
      ['b', {}],
    ]);
    expect(judgedChanges(one, two, false).map(({ schema, verdict }) => [schema, verdict])).to.deep.equal([
      ['b', 'full'],
    ]);
    expect(judgedChanges(two, one, false).map(({ schema, verdict }) => [schema, verdict])).to.deep.equal([
      ['b', 'forward'],
    ]);
  });

  it('keep a level when every change is of it', () => {
    const [wider] = judged(field(STRING), field({}));
    const [narrower] = judged(field({}), field(STRING));
    const [unknown] = judged(field({ not: {} }), field({}));
    if (wider === undefined || narrower === undefined || unknown === undefined) throw new Error('no change');
    const levels = ['none', 'backward', 'forward', 'full'] as const;
    expect(levels.map((level) => keeps(wider, level))).to.deep.equal([true, true, false, false]);
    expect(levels.map((level) => keeps(narrower, level))).to.deep.equal([true, false, true, false]);
    expect(levels.map((level) => keeps(unknown, level))).to.deep.equal([true, false, false, false]);
  });
});

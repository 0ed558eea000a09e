/**
 * For each keyword of a single value: whether a reader takes whatever a writer may write. Pure. A schema stands
 * for whoever writes or reads by it; `objects` and `arrays` are in schema-changes.ts, which walks into them.
 */
import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '../../record/envelope.js';
import { kindsOf, listedValues, type JsonKind } from './json-schema.js';

/** What becomes of events of a writer at a reader. */
export type Effect =
  | { readonly kind: 'reads' }
  /** `what`: of the writer's, it refuses. */
  | { readonly kind: 'refuses'; readonly what: string }
  | { readonly kind: 'unknown'; readonly what: string };

export const READS: Effect = { kind: 'reads' };
export const refuses = (what: string): Effect => ({ kind: 'refuses', what });
export const unknownEffect = (what: string): Effect => ({ kind: 'unknown', what });

/** Values of a schema, never of a record. */
export const asText = (value: unknown): string => JSON.stringify(value) ?? 'nothing';
const listed = (values: readonly unknown[]): string => values.map(asText).join(', ');

export type Rule = (writer: JsonObject, reader: JsonObject) => Effect;

const typeRule: Rule = (writer, reader) => {
  const taken = kindsOf({ type: reader['type'] });
  const missing = [...kindsOf(writer)].filter((kind) => !taken.has(kind));
  return missing.length === 0 ? READS : refuses(`values of type ${missing.join(', ')}`);
};

const valuesRule: Rule = (writer, reader) => {
  const allowed = listedValues(reader);
  if (allowed === undefined) return READS;
  const written = listedValues(writer);
  if (written === undefined) return refuses(`values other than ${listed(allowed)}`);
  const missing = written.filter((value) => !allowed.some((each) => isDeepStrictEqual(each, value)));
  return missing.length === 0 ? READS : refuses(`values ${listed(missing)}`);
};

const numberAt = (schema: JsonObject, keyword: string): number | undefined => {
  const value = schema[keyword];
  return typeof value === 'number' ? value : undefined;
};

/** `side` 1: a lower bound, -1: an upper one. Higher is narrower, whichever side it is. */
const limitOf = (schema: JsonObject, open: string, closed: string, side: 1 | -1) => {
  const at = (keyword: string) => (numberAt(schema, keyword) ?? -Infinity * side) * side;
  const isOpen = at(open) >= at(closed) && at(open) > -Infinity;
  return { at: Math.max(at(open), at(closed)), isOpen };
};

const limitRule =
  (open: string, closed: string, side: 1 | -1): Rule =>
  (writer, reader) => {
    const taken = limitOf(reader, open, closed, side);
    const isTaken = (at: number, isOpen: boolean): boolean =>
      at > taken.at || (at === taken.at && (isOpen || !taken.isOpen));
    const values = listedValues(writer);
    const written = limitOf(writer, open, closed, side);
    const fits =
      values === undefined
        ? isTaken(written.at, written.isOpen)
        : values.every((value) => typeof value !== 'number' || isTaken(value * side, false));
    return fits ? READS : refuses(`numbers ${side === 1 ? 'below' : 'above'} ${taken.at * side}`);
  };

/** Code points, as JSON Schema counts. */
const sizeOf = (value: unknown): number | undefined =>
  typeof value === 'string' ? Array.from(value).length : undefined;

const sizeRule =
  (keyword: string, side: 1 | -1, unit: string): Rule =>
  (writer, reader) => {
    const taken = numberAt(reader, keyword);
    if (taken === undefined) return READS;
    const fits = (size: number): boolean => (size - taken) * side >= 0;
    const sizes = listedValues(writer)?.map(sizeOf);
    const isRead =
      sizes !== undefined && !sizes.includes(undefined)
        ? sizes.every((size) => fits(size ?? 0))
        : fits(numberAt(writer, keyword) ?? (side === 1 ? 0 : Infinity));
    return isRead ? READS : refuses(`${side === 1 ? 'fewer' : 'more'} than ${taken} ${unit}`);
  };

const multipleRule: Rule = (writer, reader) => {
  const taken = numberAt(reader, 'multipleOf');
  if (taken === undefined) return READS;
  const written = numberAt(writer, 'multipleOf') ?? (kindsOf(writer).has('number') ? undefined : 1);
  if (written !== undefined && Number.isInteger(written / taken)) return READS;
  return refuses(`numbers that are no multiple of ${taken}`);
};

/** Undefined for one that is no pattern: a schema of any revision may be looked at. */
const patternOf = (text: string): RegExp | undefined => {
  try {
    return new RegExp(text, 'u');
  } catch {
    return undefined;
  }
};

/** Of texts that a pattern or a format describes nothing is known but that they are the same. */
const textRule =
  (keyword: 'pattern' | 'format'): Rule =>
  (writer, reader) => {
    const taken = reader[keyword];
    if (taken === undefined || isDeepStrictEqual(taken, writer[keyword])) return READS;
    const values = listedValues(writer);
    if (keyword === 'pattern' && values !== undefined && typeof taken === 'string') {
      const pattern = patternOf(taken);
      if (pattern === undefined) return unknownEffect(`pattern ${asText(taken)} is not a regular expression`);
      const missing = values.filter((value) => typeof value === 'string' && !pattern.test(value));
      return missing.length === 0 ? READS : refuses(`values ${listed(missing)}`);
    }
    return writer[keyword] === undefined
      ? refuses(`texts without ${keyword} ${asText(taken)}`)
      : unknownEffect(
          `which texts of ${keyword} ${asText(writer[keyword])} fit ${asText(taken)} is not known`,
        );
  };

const uniqueRule: Rule = (writer, reader) =>
  reader['uniqueItems'] === true && writer['uniqueItems'] !== true
    ? refuses('lists with equal items')
    : READS;

const NUMBERS: readonly JsonKind[] = ['integer', 'number'];

/** `of`: the kinds of values that the keyword says something about. */
const RULES: Readonly<Record<string, { readonly of?: readonly JsonKind[]; readonly rule: Rule }>> = {
  type: { rule: typeRule },
  enum: { rule: valuesRule },
  const: { rule: valuesRule },
  minimum: { of: NUMBERS, rule: limitRule('exclusiveMinimum', 'minimum', 1) },
  exclusiveMinimum: { of: NUMBERS, rule: limitRule('exclusiveMinimum', 'minimum', 1) },
  maximum: { of: NUMBERS, rule: limitRule('exclusiveMaximum', 'maximum', -1) },
  exclusiveMaximum: { of: NUMBERS, rule: limitRule('exclusiveMaximum', 'maximum', -1) },
  multipleOf: { of: NUMBERS, rule: multipleRule },
  minLength: { of: ['string'], rule: sizeRule('minLength', 1, 'characters') },
  maxLength: { of: ['string'], rule: sizeRule('maxLength', -1, 'characters') },
  minItems: { of: ['array'], rule: sizeRule('minItems', 1, 'items') },
  maxItems: { of: ['array'], rule: sizeRule('maxItems', -1, 'items') },
  minProperties: { of: ['object'], rule: sizeRule('minProperties', 1, 'fields') },
  maxProperties: { of: ['object'], rule: sizeRule('maxProperties', -1, 'fields') },
  uniqueItems: { of: ['array'], rule: uniqueRule },
  pattern: { of: ['string'], rule: textRule('pattern') },
  format: { of: ['string'], rule: textRule('format') },
};

export const hasRule = (keyword: string): boolean => Object.hasOwn(RULES, keyword);

/** What the reader's keyword does to the writer's events. */
export const effectOf = (keyword: string, writer: JsonObject, reader: JsonObject): Effect => {
  const entry = RULES[keyword];
  if (entry === undefined) return unknownEffect(`${keyword} is not compared`);
  const kinds = kindsOf(writer);
  const concerns = entry.of === undefined || entry.of.some((kind) => kinds.has(kind));
  return concerns ? entry.rule(writer, reader) : READS;
};

/**
 * What has changed between two versions of a schema, place by place, and whether events are still read: old ones
 * by new readers (backward), new ones by old readers (forward). Pure.
 *
 * A writer writes the fields of its schema and no others; a reader allows fields that it does not know unless
 * `additionalProperties` or `isStrict` (SCHEMAS_STRICT) forbids them. That is what makes a new optional field
 * compatible. When it errs, it errs to "refuses" or "unknown".
 */
import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '../../record/envelope.js';
import {
  asSchema,
  isAnnotation,
  isSameKeyword,
  propertiesOf,
  requiredOf,
  resolved,
  type Schema,
} from './json-schema.js';
import { asText, effectOf, hasRule, READS, refuses, unknownEffect, type Effect } from './keyword-rules.js';

export interface SchemaChange {
  /** As in messages about events: `/metadata/source`, `/roles/*`. */
  readonly path: string;
  readonly keyword: string;
  readonly what: string;
  /** Old events at a new reader. */
  readonly backward: Effect;
  /** New events at an old reader. */
  readonly forward: Effect;
}

/** One version, here. */
interface Side {
  readonly schema: Schema;
  readonly root: Schema;
}

interface Place {
  readonly path: string;
  /** Readers are strict down to here; they are not inside of lists. */
  readonly isStrict: boolean;
  /** References that are being followed: a schema may hold itself. */
  readonly within: readonly string[];
}

const STRUCTURE: readonly string[] = ['properties', 'required', 'additionalProperties', 'items'];

const UNEVALUATED = 'unevaluatedProperties';

const at = (place: Place, step: string): Place => ({ ...place, path: `${place.path}/${step}` });
const shownPath = (path: string): string => (path === '' ? '/' : path);
const inside = ({ root }: Side, value: unknown): Side => ({ schema: asSchema(value), root });

const bothWays = (
  old: JsonObject,
  now: JsonObject,
  effect: (writer: JsonObject, reader: JsonObject) => Effect,
): Pick<SchemaChange, 'backward' | 'forward'> => ({ backward: effect(old, now), forward: effect(now, old) });

const turned = (old: JsonObject, now: JsonObject, keyword: string): string => {
  if (!Object.hasOwn(old, keyword)) return `${keyword} ${asText(now[keyword])} added`;
  if (!Object.hasOwn(now, keyword)) return `${keyword} ${asText(old[keyword])} removed`;
  return `${keyword} ${asText(old[keyword])} is now ${asText(now[keyword])}`;
};

/** The worst that happens to what the writer writes there. */
const taken = (writer: Side, reader: Side, place: Place): Effect => {
  const effects = changesAt(writer, reader, place).map(({ backward }) => backward);
  return (
    effects.find(({ kind }) => kind === 'refuses') ?? effects.find(({ kind }) => kind === 'unknown') ?? READS
  );
};

const isClosed = (reader: JsonObject, { isStrict }: Place): boolean =>
  (isStrict && reader['properties'] !== undefined) || reader['additionalProperties'] === false;

/** A field that only the writer's schema names. */
const unnamedField = (field: unknown, writer: Side, reader: Side, place: Place): Effect => {
  if (reader.schema === false) return refuses('everything');
  if (isClosed(reader.schema, place)) return refuses('events with it: the field is unknown');
  // The only keyword that is not compared and is about what its neighbours do not name.
  if (Object.hasOwn(reader.schema, UNEVALUATED)) return unknownEffect(`${UNEVALUATED} may refuse it`);
  return taken(inside(writer, field), inside(reader, reader.schema['additionalProperties']), place);
};

/** A field that only the reader's schema names. */
const unwrittenField = (name: string, field: unknown, writer: Side, reader: Side, place: Place): Effect => {
  if (writer.schema === false || reader.schema === false) return READS;
  if (requiredOf(reader.schema).includes(name) && !requiredOf(writer.schema).includes(name))
    return refuses('events without it');
  const others = writer.schema['additionalProperties'];
  // Only a writer whose schema describes unnamed fields writes any; a required one without a description may be anything.
  const written = typeof others === 'object' ? others : requiredOf(writer.schema).includes(name) ? {} : false;
  return taken(inside(writer, written), inside(reader, field), place);
};

const fieldChanges = (old: Side, now: Side, place: Place): readonly SchemaChange[] => {
  if (old.schema === false || now.schema === false) return [];
  const [oldFields, newFields] = [propertiesOf(old.schema), propertiesOf(now.schema)];
  const [wasRequired, isRequired] = [requiredOf(old.schema), requiredOf(now.schema)];
  const names = new Set([
    ...Object.keys(oldFields),
    ...Object.keys(newFields),
    ...wasRequired,
    ...isRequired,
  ]);
  return [...names].flatMap((name): readonly SchemaChange[] => {
    const here = at(place, name);
    const path = here.path;
    const [was, is] = [Object.hasOwn(oldFields, name), Object.hasOwn(newFields, name)];
    if (was && !is) {
      const field = oldFields[name];
      const what = `field removed${wasRequired.includes(name) ? ', which was required' : ''}`;
      const backward = unnamedField(field, old, now, here);
      return [
        { path, keyword: 'properties', what, backward, forward: unwrittenField(name, field, now, old, here) },
      ];
    }
    if (!was && is) {
      const field = newFields[name];
      const what = `field added, ${isRequired.includes(name) ? 'required' : 'optional'}`;
      const forward = unnamedField(field, now, old, here);
      return [
        { path, keyword: 'properties', what, backward: unwrittenField(name, field, old, now, here), forward },
      ];
    }
    const fields = was ? changesAt(inside(old, oldFields[name]), inside(now, newFields[name]), here) : [];
    if (wasRequired.includes(name) === isRequired.includes(name)) return fields;
    const what = isRequired.includes(name) ? 'field is now required' : 'field is now optional';
    const without = refuses('events without it');
    const effects = isRequired.includes(name)
      ? { backward: without, forward: READS }
      : { backward: READS, forward: without };
    return [{ path, keyword: 'required', what, ...effects }, ...fields];
  });
};

/** Fields that neither names. */
const otherFieldsTaken = (writer: Side, reader: Side, place: Place): Effect => {
  if (writer.schema === false || reader.schema === false) return READS;
  const [written, allowed] = [writer.schema['additionalProperties'], reader.schema['additionalProperties']];
  if (written === false || allowed === undefined || allowed === true) return READS;
  return allowed === false
    ? refuses('events with fields that no schema names, which were tolerated')
    : taken(inside(writer, written), inside(reader, allowed), at(place, '*'));
};

const otherFieldChanges = (old: Side, now: Side, place: Place): readonly SchemaChange[] => {
  if (old.schema === false || now.schema === false) return [];
  const keyword = 'additionalProperties';
  if (isSameKeyword(keyword, [old.schema, old.root], [now.schema, now.root])) return [];
  return [
    {
      path: shownPath(place.path),
      keyword,
      what: turned(old.schema, now.schema, keyword),
      backward: otherFieldsTaken(old, now, place),
      forward: otherFieldsTaken(now, old, place),
    },
  ];
};

const keywordChanges = (old: Side, now: Side, place: Place): readonly SchemaChange[] => {
  if (old.schema === false || now.schema === false) return [];
  const [before, after] = [old.schema, now.schema];
  const keywords = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keywords
    .filter((keyword) => !isAnnotation(keyword) && !STRUCTURE.includes(keyword))
    .filter((keyword) => !isSameKeyword(keyword, [before, old.root], [after, now.root]))
    .map((keyword) => ({
      path: shownPath(place.path),
      keyword,
      what: hasRule(keyword)
        ? turned(before, after, keyword)
        : `${keyword} ${!Object.hasOwn(before, keyword) ? 'added' : !Object.hasOwn(after, keyword) ? 'removed' : 'changed'}`,
      ...bothWays(before, after, (writer, reader) =>
        hasRule(keyword)
          ? effectOf(keyword, writer, reader)
          : unknownEffect(`${keyword} is not compared: judge by hand`),
      ),
    }));
};

const nothingAllowed = (old: Side, now: Side, place: Place): readonly SchemaChange[] => {
  if (old.schema === now.schema) return [];
  const nothing = old.schema === false ? 'anything is allowed now' : 'nothing is allowed any more';
  const all = refuses('every value');
  return [
    {
      path: shownPath(place.path),
      keyword: 'false',
      what: nothing,
      backward: old.schema === false ? READS : all,
      forward: old.schema === false ? all : READS,
    },
  ];
};

const changesAt = (from: Side, to: Side, place: Place): readonly SchemaChange[] => {
  const refs = `${asText(from.schema)} ${asText(to.schema)}`;
  const isReference = [from, to].some(({ schema }) => schema !== false && schema['$ref'] !== undefined);
  if (isReference && place.within.includes(refs)) return [];
  const here = isReference ? { ...place, within: [...place.within, refs] } : place;
  const old = { ...from, schema: resolved(from.schema, from.root) };
  const now = { ...to, schema: resolved(to.schema, to.root) };
  if (old.schema === false || now.schema === false) return nothingAllowed(old, now, here);
  const items = { ...at(here, '*'), isStrict: false };
  return [
    ...keywordChanges(old, now, here),
    ...fieldChanges(old, now, here),
    ...otherFieldChanges(old, now, here),
    ...changesOfItems(old.schema, now.schema, old, now, items),
  ];
};

const changesOfItems = (
  before: JsonObject,
  after: JsonObject,
  old: Side,
  now: Side,
  place: Place,
): readonly SchemaChange[] =>
  isDeepStrictEqual(before['items'], after['items']) && before['items'] === undefined
    ? []
    : changesAt(inside(old, before['items']), inside(now, after['items']), place);

const majorOf = (schema: Schema): string | undefined =>
  schema === false || typeof schema['$id'] !== 'string'
    ? undefined
    : /\/(\d+)(?:\.\d+)*$/.exec(schema['$id'])?.[1];

/** A reader refuses events that declare another major version, whatever is in them. */
const versionChanges = (old: Schema, now: Schema): readonly SchemaChange[] => {
  const [was, is] = [majorOf(old), majorOf(now)];
  if (was === is) return [];
  const other = refuses('events that declare another major version');
  return [
    { path: '/', keyword: '$id', what: `version ${was} is now ${is}`, backward: other, forward: other },
  ];
};

export const schemaChanges = (
  old: Schema,
  now: Schema,
  { isStrict }: { readonly isStrict: boolean },
): readonly SchemaChange[] => [
  ...versionChanges(old, now),
  ...changesAt({ schema: old, root: old }, { schema: now, root: now }, { path: '', isStrict, within: [] }),
];

/** Two sets of schemas, by name: every change with its verdict, and whether a level is kept. Pure. */
import type { Schema } from './json-schema.js';
import { READS, refuses } from './keyword-rules.js';
import { schemaChanges, type SchemaChange } from './schema-changes.js';
import type { CompatibilityLevel } from './schemas-request.js';

/** `user.auth` to its schema. */
export type SchemaSet = ReadonlyMap<string, Schema>;

/** What a change is: compatible both ways, in one direction, in none, or not known. */
export type Verdict = 'full' | 'backward' | 'forward' | 'breaking' | 'unknown';

export interface JudgedChange extends SchemaChange {
  readonly schema: string;
  readonly verdict: Verdict;
}

const verdictOf = ({ backward, forward }: SchemaChange): Verdict => {
  if (backward.kind === 'reads') return forward.kind === 'reads' ? 'full' : 'backward';
  if (forward.kind === 'reads') return 'forward';
  return backward.kind === 'unknown' || forward.kind === 'unknown' ? 'unknown' : 'breaking';
};

const WHOLE = { path: '/', keyword: 'schema' } as const;

const changesOf = (
  old: Schema | undefined,
  now: Schema | undefined,
  isStrict: boolean,
): readonly SchemaChange[] => {
  if (old !== undefined && now !== undefined) return schemaChanges(old, now, { isStrict });
  return old === undefined
    ? [{ ...WHOLE, what: 'the schema is new', backward: READS, forward: READS }]
    : [
        {
          ...WHOLE,
          what: 'the schema is gone',
          backward: refuses('events of this type'),
          forward: READS,
        },
      ];
};

export const judgedChanges = (old: SchemaSet, now: SchemaSet, isStrict: boolean): readonly JudgedChange[] =>
  [...new Set([...old.keys(), ...now.keys()])].sort().flatMap((schema) =>
    changesOf(old.get(schema), now.get(schema), isStrict).map((change) => ({
      schema,
      ...change,
      verdict: verdictOf(change),
    })),
  );

/** Whether the change may be made when every change must be of that level. */
export const keeps = ({ backward, forward }: SchemaChange, level: CompatibilityLevel): boolean =>
  (backward.kind === 'reads' || level === 'none' || level === 'forward') &&
  (forward.kind === 'reads' || level === 'none' || level === 'backward');

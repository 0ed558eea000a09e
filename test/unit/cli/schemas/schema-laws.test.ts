/** What the comparison says against what a validator does, on random schemas, edits and events. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import fc from 'fast-check';
import { schemaChanges } from '../../../../src/cli/schemas/schema-changes.js';
import { broken, edited, eventSchema, grown, written, type ObjectSchema } from './schema-arbitraries.js';

const ajv = new Ajv2020({ strict: false, logger: false, validateSchema: false });
/** Compiled once, and not kept. */
const validatorOf = (schema: ObjectSchema): ((event: unknown) => boolean) => {
  const validate = ajv.compile(schema);
  ajv.removeSchema(schema);
  return (event) => validate(event);
};

const effects = (old: ObjectSchema, now: ObjectSchema) => {
  const changes = schemaChanges({ ...old }, { ...now }, { isStrict: false });
  return {
    backward: changes.every(({ backward }) => backward.kind === 'reads'),
    forward: changes.every(({ forward }) => forward.kind === 'reads'),
    count: changes.length,
  };
};

const not =
  (validate: (event: unknown) => boolean) =>
  (event: unknown): boolean =>
    !validate(event);

const pair = eventSchema.chain((old) => fc.tuple(fc.constant(old), edited(old)));
const SAMPLES = 4;

describe('the comparison of schemas', function () {
  this.timeout(120_000);

  it('never calls a change compatible of which a random event is refused', () => {
    const seen = { reads: 0, refuses: 0 };
    fc.assert(
      fc.property(
        pair.chain(([old, now]) =>
          fc.record({
            old: fc.constant(old),
            now: fc.constant(now),
            oldEvents: fc.array(written(old), { minLength: SAMPLES, maxLength: SAMPLES }),
            newEvents: fc.array(written(now), { minLength: SAMPLES, maxLength: SAMPLES }),
          }),
        ),
        ({ old, now, oldEvents, newEvents }) => {
          const { backward, forward } = effects(old, now);
          seen[backward ? 'reads' : 'refuses'] += 1;
          if (backward) expect(oldEvents.filter(not(validatorOf(now)))).to.deep.equal([]);
          if (forward) expect(newEvents.filter(not(validatorOf(old)))).to.deep.equal([]);
        },
      ),
      { numRuns: 200 },
    );
    // Both happen, or the law says nothing.
    expect(Math.min(seen.reads, seen.refuses)).to.be.greaterThan(20);
  });

  it('calls an optional field more compatible both ways', () => {
    fc.assert(
      fc.property(
        eventSchema.chain((old) => fc.tuple(fc.constant(old), grown(old))),
        ([old, now]) => {
          expect(effects(old, now)).to.deep.equal({ backward: true, forward: true, count: 1 });
          expect(effects(now, old)).to.deep.equal({ backward: true, forward: true, count: 1 });
        },
      ),
    );
  });

  it('calls a break a break, in its direction: an event of the old writer is refused by the new schema', () => {
    fc.assert(
      fc.property(eventSchema.chain(broken), ({ old, now, witness }) => {
        expect(validatorOf(old)(witness), 'a witness is an old event').to.equal(true);
        expect(validatorOf(now)(witness), 'which the new schema refuses').to.equal(false);
        expect(effects(old, now).backward).to.equal(false);
        expect(effects(now, old).forward).to.equal(false);
      }),
    );
  });

  it('finds nothing between a schema and itself', () => {
    fc.assert(
      fc.property(eventSchema, (schema) => {
        expect(effects(schema, structuredClone(schema)).count).to.equal(0);
      }),
    );
  });
});

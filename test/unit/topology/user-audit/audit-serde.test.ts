import { serializedBytes } from '../../../../src/record/serde.js';
import { expect } from 'chai';
import fc from 'fast-check';
import { NO_HEADERS, type Offset, type Partition } from '../../../../src/index.js';
import { auditOf } from '../../../../topology/user-audit/audit-mapping.js';
import { auditSerde } from '../../../../topology/user-audit/audit-serde.js';
import { userEvent } from './arbitraries.js';

const context = { topic: 'system.audit', headers: NO_HEADERS, isKey: false };
const origin = { topic: 'user.events', partition: 0 as Partition, offset: 1 as Offset };

describe('audit serde', () => {
  const anyText = fc.string({ unit: 'binary', maxLength: 20 });
  // Few, so that one follows itself now and then.
  const anyOrigin = fc.record({
    topic: fc.constantFrom('user.events', 'users'),
    partition: fc.nat(2).map((number) => number as Partition),
    offset: fc.nat().map((number) => number as Offset),
  });

  it('writes byte for byte what JSON.stringify writes, whatever is in the texts', () => {
    fc.assert(
      fc.property(
        userEvent,
        anyText,
        anyText,
        fc.integer({ min: -1, max: 2e12 }),
        anyOrigin,
        (event, source, id, recordedAtMs, origin) => {
          const data = { ...event.data, metadata: { ...event.data.metadata, source, userAgent: source } };
          const actor = { id, displayName: source, roles: [id, source] };
          for (const known of [undefined, actor]) {
            const audit = auditOf({ ...event, id, data } as typeof event, origin, recordedAtMs, known);
            expect(auditSerde.serialize(audit, context)?.toString()).to.equal(JSON.stringify(audit));
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('reads what it writes', () => {
    fc.assert(
      fc.property(userEvent, (event) => {
        const audit = auditOf(event, origin, 0);
        expect(
          auditSerde.deserialize(serializedBytes(auditSerde.serialize(audit, context)), context),
        ).to.deep.equal(audit);
      }),
    );
  });
});

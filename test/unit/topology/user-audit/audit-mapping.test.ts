import { expect } from 'chai';
import fc from 'fast-check';
import type { Offset, Partition, RecordMetadata } from '../../../../src/index.js';
import { auditHeaders } from '../../../../topology/user-audit/audit-headers.js';
import { auditOf } from '../../../../topology/user-audit/audit-mapping.js';
import { systemAuditSchema } from '../../../../topology/user-audit/generated/system-audit.js';
import { createValidators } from '../../../../topology/user-audit/schema-validator.js';
import type { UserEvent } from '../../../../topology/user-audit/user-event.js';
import { userEvent } from './arbitraries.js';
import { auth } from './golden.js';

const origin: RecordMetadata = { topic: 'user.events', partition: 2 as Partition, offset: 41 as Offset };
const RECORDED_AT_MS = 1_770_091_507_000;
const authEvent: UserEvent = {
  type: 'user.auth',
  id: undefined,
  traceparent: undefined,
  data: auth as never,
};

describe('audit mapping', () => {
  it('is what this example says', () => {
    expect(auditOf(authEvent, origin, RECORDED_AT_MS)).to.deep.equal({
      eventType: 'user.auth',
      userId: auth.userId,
      action: 'login',
      resource: `user/${auth.userId}`,
      status: 'failure',
      timestamp: '2026-02-03T04:05:06.789Z',
      metadata: {
        source: 'user-service',
        correlationId: auth.metadata.correlationId,
        causationId: 'user.events-2-41',
        ipAddress: '203.0.113.7',
        userAgent: 'okhttp/5.1.0',
        origin: { topic: 'user.events', partition: 2, offset: 41 },
        recordedAt: '2026-02-03T04:05:07.000Z',
      },
    });
  });

  it('gives a valid system.audit for every valid event, with no field that the schema does not know', () => {
    const validate = createValidators({ audit: systemAuditSchema }, true).audit;
    const actor = { id: 'u1', displayName: 'Ada', department: 'R&D', roles: ['admin'] };
    fc.assert(
      fc.property(userEvent, fc.nat(999), fc.nat(), fc.boolean(), (event, partition, offset, known) => {
        const place = { topic: 'user.events', partition: partition as Partition, offset: offset as Offset };
        const audit = auditOf(event, place, RECORDED_AT_MS, known ? actor : undefined);
        expect(validate(audit)).to.equal(undefined);
        expect(audit.actor).to.equal(known ? actor : undefined);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps what the event says and derives the rest', () => {
    fc.assert(
      fc.property(userEvent, (event) => {
        const audit = auditOf(event, origin, RECORDED_AT_MS);
        expect(audit.timestamp).to.equal(event.data.timestamp);
        expect(audit.metadata.source).to.equal(event.data.metadata.source);
        expect(audit.metadata.correlationId).to.equal(event.data.metadata.correlationId);
        expect(audit.metadata.causationId).to.equal(event.id ?? 'user.events-2-41');
        expect(audit.resource).to.equal(`user/${event.data.userId}`);
        const expected = {
          'user.registered': ['register', 'success'],
          'user.updated': ['update', 'success'],
          'user.auth': event.type === 'user.auth' ? [event.data.action, event.data.status] : [],
        }[event.type];
        expect([audit.action, audit.status]).to.deep.equal(expected);
      }),
    );
  });

  it('carries unknown fields over nowhere', () => {
    const data = { ...auth, tenant: 'secret', metadata: { ...auth.metadata, session: 'secret' } } as never;
    expect(JSON.stringify(auditOf({ ...authEvent, data }, origin, RECORDED_AT_MS))).not.to.contain('secret');
  });

  it('leaves recordedAt out when the record has no time', () => {
    expect(auditOf(authEvent, origin, -1).metadata).not.to.have.property('recordedAt');
    expect(auditOf(authEvent, origin, 0).metadata.recordedAt).to.equal('1970-01-01T00:00:00.000Z');
  });

  it('writes the attributes of a CloudEvent in binary mode', () => {
    const headers = auditHeaders('/user-management-service')(
      auditOf(authEvent, origin, RECORDED_AT_MS),
      origin,
      '00-ab-cd-01',
    );
    expect(headers).to.deep.equal([
      { name: 'ce_specversion', value: '1.0' },
      { name: 'ce_id', value: '42e17823-a26d-5654-b59d-a041b0a7abf5' },
      { name: 'ce_type', value: 'system.audit' },
      { name: 'ce_source', value: '/user-management-service' },
      { name: 'ce_time', value: '2026-02-03T04:05:06.789Z' },
      { name: 'ce_dataschema', value: 'urn:audit-lanes:schema:system.audit/1.0' },
      { name: 'traceparent', value: '00-ab-cd-01' },
    ]);
  });
});

/** What of a user event is sent, and what is refused before it is. */
import { expect } from 'chai';
import {
  userEventFormat,
  type PublishedUserEvent,
} from '../../../../topology/user-audit/user-event-publisher.js';

const AUTH: PublishedUserEvent = {
  type: 'user.auth',
  data: {
    userId: '5b0a6c1e-8a57-4d4b-9c1e-0d2f6a1b7c02',
    action: 'login',
    status: 'success',
    timestamp: '2026-02-03T05:05:06+01:00',
    metadata: {
      source: 'web',
      ipAddress: null,
      userAgent: null,
      correlationId: '5b0a6c1e-8a57-4d4b-9c1e-0d2f6a1b7c03',
    },
  },
};
const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('the format of user events', () => {
  const format = userEventFormat('/web');
  const headersOf = (event: PublishedUserEvent) =>
    Object.fromEntries(format.headers(event).map(({ name, value }) => [name, value]));
  const violation = (given: object): string | undefined => format.violation({ ...AUTH, ...given });

  it('is a CloudEvent in binary mode, with an id of its own when it was given none', () => {
    expect(violation({})).to.equal(undefined);
    const { ce_id: id, ...headers } = headersOf(AUTH);
    expect(id).to.match(/^[0-9a-f-]{36}$/);
    expect(headers).to.deep.equal({
      ce_specversion: '1.0',
      ce_type: 'user.auth',
      ce_source: '/web',
      ce_time: '2026-02-03T04:05:06.000Z',
      ce_dataschema: 'urn:audit-lanes:schema:user.auth/1.0',
    });
    expect(headersOf({ ...AUTH, id: 'mine' })).to.include({ ce_id: 'mine' });
  });

  it('hands trace context on, and makes none up', () => {
    expect(headersOf(AUTH)).not.to.have.any.keys('traceparent', 'tracestate');
    const traced = { ...AUTH, traceparent: TRACEPARENT, tracestate: 'vendor=1' };
    expect(format.violation(traced)).to.equal(undefined);
    for (const spring of [true, false])
      expect(headersOf({ ...traced, spring })).to.include({
        traceparent: TRACEPARENT,
        tracestate: 'vendor=1',
      });
  });

  it('is what Spring expects when that is asked for', () => {
    expect(headersOf({ ...AUTH, spring: true })).to.deep.equal({
      __TypeId__: 'com.example.users.events.UserAuthEvent',
    });
  });

  it('refuses what no compiler has seen, with what is allowed and without a value', () => {
    expect(violation({ type: 'user.deleted' })).to.equal(
      'the type is none of user.registered, user.updated, user.auth',
    );
    expect(violation({ type: 'constructor' })).to.match(/none of/);
    for (const data of [null, 'x', [1], undefined]) expect(violation({ data })).to.equal('user.auth: / type');
    expect(violation({ data: { ...AUTH.data, timestamp: 'secret' } })).to.equal(
      'user.auth: /timestamp format (date-time)',
    );
    expect(violation({ id: '' })).to.match(/^the id is not/);
    expect(violation({ id: 'a b' })).to.match(/^the id is not/);
    for (const traceparent of [
      'secret',
      TRACEPARENT.toUpperCase(),
      `ff${TRACEPARENT.slice(2)}`,
      TRACEPARENT.replace('0af7651916cd43dd8448eb211c80319c', '0'.repeat(32)),
      `${TRACEPARENT}\n`,
    ])
      expect(violation({ traceparent }), traceparent).to.match(/^traceparent is not one/);
    expect(violation({ tracestate: 'a=1' })).to.match(/without traceparent/);
    expect(violation({ traceparent: TRACEPARENT, tracestate: 'a\n' })).to.match(/^tracestate is not/);
  });
});

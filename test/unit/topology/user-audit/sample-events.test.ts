import { expect } from 'chai';
import fc from 'fast-check';
import { sampleEvents } from '../../../../topology/user-audit/sample-events.js';
import {
  userEventFormat,
  type PublishedUserEvent,
} from '../../../../topology/user-audit/user-event-publisher.js';
import { createUserEventSerde } from '../../../../topology/user-audit/user-event-serde.js';

const START_MS = Date.parse('2026-02-03T04:05:06Z');

const take = (seed: number, count: number, users?: number): PublishedUserEvent[] => {
  const next = sampleEvents({ seed, ...(users === undefined ? {} : { users }) });
  return Array.from({ length: count }, (_, index) => next(START_MS + index));
};

describe('sample events', () => {
  it('are the same for the same seed, and others for another', () => {
    expect(take(7, 50)).to.deep.equal(take(7, 50));
    expect(take(7, 50)).not.to.deep.equal(take(8, 50));
  });

  it('are valid, and are read back as what they are, whichever headers they have', () => {
    const format = userEventFormat('/sample');
    const serde = createUserEventSerde({ strict: true });
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        for (const event of take(seed, 30)) {
          expect(format.violation(event)).to.equal(undefined);
          const headers = format
            .headers(event)
            .map(({ name, value }) => ({ name, value: Buffer.from(value) }));
          const read = serde.deserialize(format.value(event), {
            topic: 'user.events',
            headers,
            isKey: false,
          });
          expect(read.type).to.equal(event.type);
          expect(read.data).to.deep.equal(event.data);
          expect(read.id).to.equal(event.spring ? undefined : event.id);
          expect(read.traceparent).to.equal(event.traceparent);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('come from a stable population, each of whom registers first and once', () => {
    const seen = new Set<string>();
    for (const event of take(1, 3000, 20)) {
      const { userId } = event.data;
      expect(event.type === 'user.registered').to.equal(!seen.has(userId));
      seen.add(userId);
    }
    expect(seen.size).to.equal(20);
  });

  it('show everything there is to show', () => {
    const events = take(1, 2000, 20);
    const kinds = new Set(
      events.map((event) =>
        event.type === 'user.auth' ? `${event.data.action} ${event.data.status}` : event.type,
      ),
    );
    expect(kinds).to.include.all.keys(
      'user.registered',
      'user.updated',
      'login success',
      'login failure',
      'logout success',
    );
    expect(new Set(events.map(({ spring }) => spring))).to.deep.equal(new Set([true, false]));
    expect(events.some(({ traceparent }) => traceparent !== undefined)).to.equal(true);
    expect(new Set(events.map(({ id }) => id)).size).to.equal(events.length);
  });

  it('are published under the key of their user', () => {
    const format = userEventFormat('/sample');
    for (const event of take(3, 20)) expect(format.key(event)?.toString()).to.equal(event.data.userId);
  });

  it('would not be published with a field that the schema does not know, or without one that it needs', () => {
    const format = userEventFormat('/sample');
    const [event] = take(3, 1);
    if (event === undefined) throw new Error('no event');
    expect(format.violation({ ...event, data: { ...event.data, typo: 1 } } as never)).to.equal(
      'user.registered: / additionalProperties',
    );
    expect(format.violation({ ...event, data: { ...event.data, email: 'x' } } as never)).to.equal(
      'user.registered: /email format (email)',
    );
  });
});

/** Valid user events of every shape, for the laws. */
import fc from 'fast-check';
import type { UserEvent } from '../../../../topology/user-audit/user-event.js';

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 });
const timestamp = fc
  .integer({ min: Date.parse('1980-01-01T00:00:00Z'), max: Date.parse('2100-01-01T00:00:00Z') })
  .map((ms) => new Date(ms).toISOString());
const metadata = fc.record({ source: text, correlationId: fc.uuid() });
const email = fc
  .tuple(fc.stringMatching(/^[a-z0-9]{1,12}$/), fc.stringMatching(/^[a-z0-9]{1,12}$/))
  .map(([user, host]) => `${user}@${host}.example`);
const about = {
  id: fc.option(
    text.filter((id) => id.trim() !== ''),
    { nil: undefined },
  ),
  traceparent: fc.option(fc.constant('00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'), {
    nil: undefined,
  }),
};

export const userEvent: fc.Arbitrary<UserEvent> = fc.oneof(
  fc.record({
    type: fc.constant('user.registered' as const),
    data: fc.record({ userId: fc.uuid(), userType: text, email, timestamp, metadata }),
    ...about,
  }),
  fc.record({
    type: fc.constant('user.updated' as const),
    data: fc.record({
      userId: fc.uuid(),
      updatedFields: fc.array(text, { maxLength: 5 }),
      timestamp,
      metadata,
    }),
    ...about,
  }),
  fc.record({
    type: fc.constant('user.auth' as const),
    data: fc.record({
      userId: fc.uuid(),
      action: fc.constantFrom('login' as const, 'logout' as const, 'password_changed' as const),
      status: fc.constantFrom('success' as const, 'failure' as const),
      timestamp,
      metadata: fc.record({
        source: text,
        ipAddress: fc.option(fc.ipV4()),
        userAgent: fc.option(text),
        correlationId: fc.uuid(),
      }),
    }),
    ...about,
  }),
);

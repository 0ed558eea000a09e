/** Makes the event of each final count: from (user, window) and a number to the user's activity in that window. */
import type { ProcessorSupplier, Windowed } from '../../src/index.js';
import { isoOf, type EventHeaders } from './event-headers.js';

export interface LoginActivity {
  readonly userId: string;
  /** ISO 8601; the start is part of the window, the end is not. */
  readonly windowStart: string;
  readonly windowEnd: string;
  readonly logins: number;
}

type Supplier = ProcessorSupplier<Windowed<string>, number, string, LoginActivity>;

export const activityProcessor =
  (headersOf: EventHeaders): Supplier =>
  () => ({
    process: (record, context) => {
      const { key: userId, window } = record.key;
      const windowStart = isoOf(window.start);
      const windowEnd = isoOf(window.end);
      const headers = headersOf('user.activity', `${userId}/${windowStart}/${windowEnd}`, windowEnd);
      const activity = { userId, windowStart, windowEnd, logins: record.value };
      context.forward(record.withKey(userId).withValue(activity).withHeaders(headers));
    },
  });

/**
 * Writes an alert for each burst of failed logins of a user, see failed-logins.ts for what one is.
 *
 * Its store is shared, not `perKey`: users who have become quiet are forgotten by a punctuation, which has to look at
 * all of them. It costs nothing here, because the counts of windows beside it need records in their order anyway.
 */
import type {
  FixedKeyProcessor,
  FixedKeyProcessorSupplier,
  KeyValueStore,
  PunctuationContext,
} from '../../src/index.js';
import { recordName } from '../../src/index.js';
import { isoOf, type EventHeaders } from './event-headers.js';
import { forgetOld, noteFailure, type BurstRules, type FailedLogins } from './failed-logins.js';
import type { Login } from './login.js';

export const FAILED_LOGINS_STORE = 'failed-logins';

export interface LoginAlert {
  readonly userId: string;
  readonly failures: number;
  /** ISO 8601: the first and the last of these failures. */
  readonly firstFailure: string;
  readonly lastFailure: string;
}

type Store = KeyValueStore<string, FailedLogins>;

const forgetQuietUsers = (rules: BurstRules, context: PunctuationContext<string, LoginAlert>): void => {
  const store = context.getStateStore<Store>(FAILED_LOGINS_STORE);
  for (const { key, value } of store.all()) {
    const known = forgetOld(value, context.currentStreamTimeMs(), rules);
    const isChanged = known?.timesMs.length !== value.timesMs.length || known.burstEndMs !== value.burstEndMs;
    if (isChanged) store.put(key, known);
  }
};

const burstProcessor = (
  rules: BurstRules,
  headersOf: EventHeaders,
): FixedKeyProcessor<string, Login, LoginAlert> => ({
  init: (context) => {
    context.schedule(rules.windowMs, 'stream-time', (_timestamp, at) => forgetQuietUsers(rules, at));
  },

  process: (record, context) => {
    const { key: userId, timestamp, value } = record;
    const store = context.getStateStore<Store>(FAILED_LOGINS_STORE);
    const { known, burst } = noteFailure(store.get(userId), timestamp, context.currentStreamTimeMs(), rules);
    store.put(userId, known);
    if (burst === null) return;
    const { topic, partition, offset } = context.recordMetadata();
    const lastFailure = isoOf(burst.lastMs);
    const headers = headersOf(
      'user.failed-logins',
      recordName(topic, partition, offset),
      lastFailure,
      value.traceparent,
      value.tracestate,
    );
    const alert = { userId, failures: burst.failures, firstFailure: isoOf(burst.firstMs), lastFailure };
    context.forward(record.withValue(alert).withHeaders(headers));
  },
});

export const burstSupplier =
  (rules: BurstRules, headersOf: EventHeaders): FixedKeyProcessorSupplier<string, Login, LoginAlert> =>
  () =>
    burstProcessor(rules, headersOf);

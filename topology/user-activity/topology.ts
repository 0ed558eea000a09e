/**
 * What users do, from the same events that user-audit reads:
 *
 *   user.events -> successful logins -> count per user and window -> final result -> user.activity
 *               -> failed logins -> bursts of each user ---------------------------> user.alerts
 *
 * Time is that of the records, so that the same records give the same results whenever they are read.
 */
import {
  BufferConfig,
  Consumed,
  Materialized,
  Named,
  Produced,
  Serdes,
  Stores,
  StreamsBuilder,
  Suppressed,
  TimeWindows,
  type Topology,
} from '../../src/index.js';
import { createUserEventSerde } from '../user-audit/user-event-serde.js';
import { activityProcessor, type LoginActivity } from './activity-processor.js';
import { burstSupplier, FAILED_LOGINS_STORE, type LoginAlert } from './burst-processor.js';
import { eventHeaders } from './event-headers.js';
import type { FailedLogins } from './failed-logins.js';
import { hasFailed, hasSucceeded } from './login.js';

export interface UserActivitySettings {
  /** The CloudEvents source of what is written is `/<applicationId>`. */
  readonly applicationId: string;
  readonly sourceTopics: readonly string[];
  readonly activityTopic: string;
  readonly alertsTopic: string;
  readonly schemasStrict: boolean;
  /** Of the windows that logins are counted in. */
  readonly windowMs: number;
  /** How late a record may be, by stream time, for both outputs. */
  readonly graceMs: number;
  /** So many failed logins within so long are a burst. */
  readonly alertFailures: number;
  readonly alertWindowMs: number;
}

export const buildTopology = (settings: UserActivitySettings): Topology => {
  const { activityTopic, alertsTopic, graceMs, schemasStrict, sourceTopics } = settings;
  const headersOf = eventHeaders(`/${settings.applicationId}`);
  const rules = { threshold: settings.alertFailures, windowMs: settings.alertWindowMs, graceMs };

  const builder = new StreamsBuilder();
  builder.addStateStore(
    Stores.keyValueStoreBuilder(
      Stores.inMemoryKeyValueStore(FAILED_LOGINS_STORE),
      Serdes.uuid(),
      Serdes.json<FailedLogins>(),
    ),
  );
  const events = builder.stream(
    sourceTopics,
    Consumed.with(Serdes.uuid(), createUserEventSerde({ strict: schemasStrict })).withName('user-events'),
  );
  events
    .filter(hasSucceeded, Named.as('successful-logins'))
    .groupByKey()
    .windowedBy(TimeWindows.ofSizeAndGrace(settings.windowMs, graceMs))
    .count(Named.as('count-logins'), Materialized.as('logins-per-user'))
    .suppress(Suppressed.untilWindowCloses(BufferConfig.unbounded()).withName('final-logins'))
    .toStream(Named.as('closed-windows'))
    .process(activityProcessor(headersOf), Named.as('activity'))
    .to(
      activityTopic,
      Produced.with(Serdes.uuid(), Serdes.json<LoginActivity>()).withName('activity-events'),
    );
  events
    .filter(hasFailed, Named.as('unsuccessful-logins'))
    .processValues(burstSupplier(rules, headersOf), Named.as('bursts'), FAILED_LOGINS_STORE)
    .to(alertsTopic, Produced.with(Serdes.uuid(), Serdes.json<LoginAlert>()).withName('alerts'));
  return builder.build();
};

/** What the author of a topology tests it with: `audit-lanes/testing`. Beside src/index.ts the only barrel. */
export { TopologyTestDriver } from './testing/topology-test-driver.js';
export type { TopologyTestDriverOptions } from './testing/topology-test-driver.js';
export type { DriverConfig } from './testing/driver-config.js';
export type { CrashPoint } from './testing/crash-point.js';
export { KeyValueStoreView, WindowStoreView } from './testing/store-view.js';
export type { StoreEntry, WindowEntry } from './testing/store-view.js';
export { TestInputTopic } from './testing/test-input-topic.js';
export { NoSuchElementError, TestOutputTopic } from './testing/test-output-topic.js';
export { TestRecord } from './testing/test-record.js';
export type { TestKeyValue } from './testing/test-record.js';
export type { LaneRecordView, LaneView, RetryView, Source } from './testing/lane-view.js';
export type { DeadLetterView } from './testing/dead-letter-view.js';

/** A process of which every probe says yes; tests change what they are about. */
import type { HealthSnapshot } from '../../src/observability/health.js';

export const HEALTHY: HealthSnapshot = {
  state: 'RUNNING',
  lastPollAgeMs: 5,
  joined: true,
  restoringTasks: 0,
  brokersUp: true,
  producerUsable: true,
  fatal: null,
  stalls: [],
  startedUp: true,
};

/**
 * What the engine counts, also as lines of the log, for whoever has turned debug on: once per commit with
 * sums, and each dead letter by its place. Never what was in a record.
 */
import type { Logger } from '../ports/logger.js';
import type { Telemetry } from '../ports/telemetry.js';

export const loggedTelemetry = (telemetry: Telemetry, logger: Logger): Telemetry => ({
  ...telemetry,
  commit: (...told) => {
    telemetry.commit(...told);
    const [outcome, durationMs] = told;
    logger.debug({ outcome, durationMs: Math.round(durationMs) }, 'commit');
  },
  retries: (...told) => {
    telemetry.retries(...told);
    const [topic, tier, reason, count] = told;
    logger.debug({ topic, tier, reason, count }, 'failed attempts are tried again');
  },
  lastDeadLetters: (letters) => {
    telemetry.lastDeadLetters(letters);
    for (const { attempts, id, isNotice, reason } of letters)
      logger.debug({ id, reason, attempts, isNotice }, 'dead letter');
  },
});

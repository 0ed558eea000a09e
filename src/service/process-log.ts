/**
 * The log of a process of the service: its level follows SIGUSR2, and what nobody has caught is its last line. By default
 * Node writes the text of such an error, which may quote a record.
 */
import { installLevelSignal } from '../observability/level-signal.js';
import type { LogOptions, ServiceLogger } from '../observability/logger.js';
import { createLogger } from '../observability/logger.js';
import { AuthorError } from '../record/author-error.js';
import { EXIT } from './exit-code.js';

/** `base`: in every line. To be called once. */
export const createProcessLogger = (
  level: LogOptions['level'],
  base: LogOptions['base'] = {},
): ServiceLogger => {
  const logger = createLogger({ level, pretty: process.stdout.isTTY, base });
  installLevelSignal(logger);
  // Also what no promise was waited for.
  process.on('uncaughtException', (thrown) => {
    const err = new AuthorError('nobody has caught', thrown);
    logger.fatal({ err }, 'an error that nobody has caught: the process ends');
    process.exit(EXIT.failed);
  });
  return logger;
};

/** How a session ends: with bounded patience, all clients at once, and without ever rejecting. */
import type { Clock } from './ports/clock.js';
import { sleep } from './ports/nap.js';
import type { Logger } from './ports/logger.js';

/** A client call that hangs must not keep a session from being closed; the drain's last commit gets a little more. */
export const CLOSE_PATIENCE_MS = 3000;
export const COMMIT_PATIENCE_MS = 1000;

/** False when `work` failed or was not done in time; then it goes on unheard. */
export const finishedWithin = async (
  clock: Clock,
  limitMs: number,
  logger: Logger,
  work: () => Promise<void>,
): Promise<boolean> => {
  const enough = new AbortController();
  const finished = work().then(
    () => true,
    (err: unknown) => {
      logger.warn({ err }, 'the session could not be ended in order');
      return false;
    },
  );
  const late = sleep(clock, limitMs, enough.signal).then(() => false);
  const done = await Promise.race([finished, late]);
  enough.abort();
  return done;
};

/** What a client says while it dies is logged. */
export const closeAll = async (
  clients: Readonly<Record<string, { close(): Promise<void> }>>,
  logger: Logger,
): Promise<void> => {
  const close = async ([client, it]: readonly [string, { close(): Promise<void> }]): Promise<void> => {
    try {
      await it.close();
    } catch (err) {
      logger.warn({ client, err }, 'a client did not close cleanly');
    }
  };
  await Promise.all(Object.entries(clients).map(close));
};

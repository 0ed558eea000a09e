/**
 * Clients that could not be closed in their time. A call of such a client holds a thread, and the end of a process waits
 * for all of its threads: whoever ends the process asks here first.
 */
import { within } from './within.js';

const left = new Set<Promise<unknown>>();

/** `until`: it is done after all; never rejects. */
export const leaveClient = (until: Promise<unknown>): void => {
  left.add(until);
  void until.then(() => left.delete(until));
};

/** Whether none is left, at the latest after the limit. */
export const awaitLeftClients = (limitMs: number): Promise<boolean> => within(limitMs, Promise.all(left));

/** The end of a process, in bounded time whatever its clients are doing. */
import { awaitLeftClients } from '../kafka/left-clients.js';

const LIMIT_MS = 5_000;

/**
 * Everything is done and told. With a client that has hung the exit code cannot be had: `process.exit` waits for the
 * thread of its call, however long that takes, so the process ends itself by SIGKILL. The call known to hang is
 * librdkafka's send_offsets_to_transaction: it waits for the group's coordinator whatever its time-out is.
 */
export const endProcess = async (code: number): Promise<never> => {
  if (!(await awaitLeftClients(LIMIT_MS))) process.kill(process.pid, 'SIGKILL');
  process.exit(code);
};

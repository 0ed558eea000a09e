/** `npm start` with KAFKA_BROKERS: the service against that cluster, and nothing else. */
import { Children, exitCodeOf } from './children.mjs';
import { serviceCommand, serviceEnvironment } from './programs.mjs';
import { onSignals } from './signals.mjs';

/** Longer than any drain: the service ends by itself, or by the second signal. */
const PATIENCE_MS = 10 * 60_000;

/** @param {readonly string[]} args @returns {Promise<number>} */
export const startOnCluster = async (args) => {
  const children = new Children();
  const service = children.start('service', serviceCommand(args), { env: serviceEnvironment() });
  onSignals({ stop: () => void service.stop(PATIENCE_MS), force: () => void service.kill() });
  const ending = await service.ended;
  children.close();
  return exitCodeOf(ending);
};

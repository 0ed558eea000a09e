/** The life of a service, from its start to the exit code. What fails while it is being stopped is no failure. */
import { EXIT, exitCodeOf } from './exit-code.js';
import type { Service } from './service.js';
import type { ServiceLogger } from '../observability/logger.js';
import { toldOf } from '../record/author-error.js';

/** `stop`: drain and commit. Never rejects. */
export const runService = async (
  service: Pick<Service, 'start' | 'ended' | 'stop'>,
  stop: AbortSignal,
  logger: Pick<ServiceLogger, 'fatal'>,
): Promise<number> => {
  let stopping: Promise<void> | undefined;
  const end = (): Promise<void> => (stopping ??= service.stop());
  stop.addEventListener('abort', () => void end(), { once: true });
  if (stop.aborted) return EXIT.clean;
  try {
    await service.start();
    await service.ended();
    await end();
    return EXIT.clean;
  } catch (error) {
    const wasStopped = stop.aborted;
    await end();
    if (wasStopped) return EXIT.clean;
    logger.fatal({ err: error }, toldOf(error));
    return exitCodeOf(error);
  }
};

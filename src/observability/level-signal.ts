/**
 * SIGUSR2 changes the level of the log while the process runs: to debug, and with the next one back to the level that
 * was set; where that is debug or trace, to info and back. Each change says so in the log, at info.
 *
 * Not SIGUSR1: Node starts its inspector by it. Windows has neither.
 */
import type { ServiceLogger } from './logger.js';

export interface LevelSignalHost {
  readonly platform: string;
  on(signal: 'SIGUSR2', listener: () => void): unknown;
  off(signal: 'SIGUSR2', listener: () => void): unknown;
}

/** From now on; without it SIGUSR2 ends a process. Answers how to be rid of it. */
export const installLevelSignal = (logger: ServiceLogger, host: LevelSignalHost = process): (() => void) => {
  if (host.platform === 'win32') return () => undefined;
  const configured = logger.level;
  const other = configured === 'debug' || configured === 'trace' ? 'info' : 'debug';
  const toggle = (): void => {
    const from = logger.level;
    const to = from === configured ? other : configured;
    const say = (): void => logger.info({ from, to, signal: 'SIGUSR2' }, 'log level changed');
    // At whichever of the two levels shows it.
    if (logger.isLevelEnabled('info')) {
      say();
      logger.level = to;
    } else {
      logger.level = to;
      say();
    }
  };
  host.on('SIGUSR2', toggle);
  return () => void host.off('SIGUSR2', toggle);
};

/** The life of a command's process: Ctrl-C, what went wrong, and the exit code once all is written. */
import { EXIT, exitCodeOf, type ExitCode } from './exit-code.js';
import { printable } from './terminal/printable.js';

/** A message of several lines; a line may quote what somebody else wrote. */
const tell = (name: string, message: string): void => {
  const lines = message.split('\n').map((line) => printable(line));
  process.stderr.write(`${name}: ${lines.join('\n')}\n`);
};

/** Whatever was written is with its reader before the process ends. */
const written = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => void stream.write('', () => resolve()));

const end = async (exitCode: ExitCode): Promise<never> => {
  await Promise.all([written(process.stdout), written(process.stderr)]);
  process.exit(exitCode);
};

/**
 * Runs a command to its end and ends the process with its exit code. Its signal is aborted by the first Ctrl-C or
 * SIGTERM; the second ends the process at once. `stopped`: what that means for what was done before.
 */
export const runToEnd = async (
  name: string,
  command: (stop: AbortSignal) => Promise<ExitCode>,
  stopped = 'stopped.',
): Promise<never> => {
  const stop = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(EXIT.failed);
    stop.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  try {
    return await end(await command(stop.signal));
  } catch (error) {
    if (stop.signal.aborted) {
      tell(name, stopped);
      return end(EXIT.failed);
    }
    tell(name, error instanceof Error ? error.message : String(error));
    return end(exitCodeOf(error));
  }
};

/**
 * The entry of the bench: arguments in, exit code out. 0 done, 1 something could not be measured, 2 not understood.
 * The first SIGINT or SIGTERM ends everything in order.
 */
import { benchOptions, UsageError } from './options.js';
import { runBench } from './program.js';

const main = async (): Promise<number> => {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      stop.abort(new Error(signal));
    });
  try {
    const measured = await runBench(benchOptions(process.argv.slice(2)), {
      print: (text) => process.stdout.write(`${text}\n`),
      say: (line) => process.stderr.write(`${line}\n`),
      stop: stop.signal,
    });
    return measured ? 0 : 1;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
};

process.exit(await main());

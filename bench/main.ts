/** The entry of the bench: arguments in, exit code out. 0 done, 1 it could not be measured, 2 not understood. */
import { benchOptions, UsageError } from './options.js';
import { runBench } from './program.js';

const main = async (): Promise<number> => {
  try {
    await runBench(benchOptions(process.argv.slice(2)), {
      print: (text) => process.stdout.write(`${text}\n`),
      say: (line) => process.stderr.write(`${line}\n`),
    });
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`${error.message}\n`);
      return 2;
    }
    throw error;
  }
};

process.exit(await main());

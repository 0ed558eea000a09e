/** Runs one request with what it needs, and ends the process with its exit code. */
import { exitCodeOf } from './exit-code.js';
import { performanceOf } from './perform.js';
import type { Request } from './request.js';
import type { RunOptions } from './run-on-cluster.js';
import { terminalOutput } from './terminal/output.js';
import { printable, shown } from './terminal/printable.js';

export const runRequest = async (request: Request, options: RunOptions): Promise<void> => {
  const performance = await performanceOf(request);
  if (performance.needs === 'operator') {
    const { runOnCluster } = await import('./run-on-cluster.js');
    return runOnCluster(performance.run, options);
  }
  const output = terminalOutput(process, options.isJson, process.env);
  try {
    process.exitCode = performance.run({ output });
  } catch (error) {
    output.note(shown`audit-lanes: ${printable(error instanceof Error ? error.message : String(error))}`);
    process.exitCode = exitCodeOf(error);
  }
};

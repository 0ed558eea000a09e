/**
 * The whole bench: the parts that were asked for, one after the other, on a broker of its own, and the report. Whatever
 * happens, the broker is stopped and every process that was started is ended.
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { requireProc } from './measure/process-usage.js';
import type { BenchOptions } from './options.js';
import { measureParts } from './parts/parts.js';
import { messageOf } from './parts/throughput.js';
import { judgeAll } from './report/aims.js';
import { thisMachine } from './report/machine.js';
import { throughputPlot } from './report/plot.js';
import { reportText } from './report/report.js';
import type { Results } from './report/results.js';
import { Session } from './session.js';
import { findKafkaStreams } from './subjects/kafka-streams.js';
import { chosen, subjectsFor } from './subjects/subjects.js';

/** `print` takes the report, `say` what is being done. `stop`: end everything, and measure no more. */
export interface Surroundings {
  readonly print: (text: string) => void;
  readonly say: (line: string) => void;
  readonly stop: AbortSignal;
}

const write = (options: BenchOptions, results: Results, beganAt: string, say: Surroundings['say']): void => {
  const machine = thisMachine();
  const { json, plot } = options;
  if (json !== undefined) {
    const all = { beganAt, machine, options, ...results, aims: judgeAll(results) };
    writeFileSync(json, `${JSON.stringify(all, null, 1)}\n`);
    say(`written: ${json}`);
  }
  if (plot !== undefined) {
    const caption = `${options.records} records, ${options.partitions} partitions, ${options.rounds} rounds; ${machine.cores} cores that the broker shares; the line is from the slowest to the fastest round`;
    writeFileSync(plot, throughputPlot(results.throughput ?? [], caption));
    say(`written: ${plot}`);
  }
};

/** False when something could not be measured. */
export const runBench = async (
  options: BenchOptions,
  { print, say, stop }: Surroundings,
): Promise<boolean> => {
  requireProc();
  const beganAt = new Date().toISOString();
  const cores = availableParallelism();
  const all = subjectsFor(cores, await findKafkaStreams());
  const subjects = chosen(all, options.subjects);
  const session = await Session.open(say);
  const onStop = (): void => void session.close();
  stop.addEventListener('abort', onStop);
  try {
    const results = await measureParts(session, options, { all, subjects, stop });
    print(reportText(results));
    write(options, results, beganAt, say);
    const errors = results.throughput?.flatMap((one) => one.errors) ?? [];
    return errors.length === 0 && results.failures.length === 0;
  } catch (error) {
    if (!stop.aborted) throw error;
    say(`stopped: ${messageOf(error).split('\n')[0] ?? ''}`);
    return false;
  } finally {
    stop.removeEventListener('abort', onStop);
    await session.close();
  }
};

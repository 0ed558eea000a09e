/**
 * The whole bench: the parts that were asked for, one after the other, on a broker of its own, and the report. Whatever
 * happens, the broker is stopped and every process that was started is ended.
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { requireProc } from './measure/process-usage.js';
import type { BenchOptions } from './options.js';
import { measureParts } from './parts/parts.js';
import { judgeAll } from './report/aims.js';
import { thisMachine } from './report/machine.js';
import { throughputPlot } from './report/plot.js';
import { reportText } from './report/report.js';
import { errorsOf, type Results } from './report/results.js';
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

/** Rejects. What is being measured meanwhile is not waited for: it may wait for a broker that is no more. */
const whenStopped = (stop: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const end = (): void => {
      reject(new Error('stopped'));
    };
    if (stop.aborted) end();
    else stop.addEventListener('abort', end, { once: true });
  });

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
  try {
    const results = await Promise.race([
      measureParts(session, options, { all, subjects, stop }),
      whenStopped(stop),
    ]);
    print(reportText(results));
    write(options, results, beganAt, say);
    return errorsOf(results).length === 0;
  } catch (error) {
    if (!stop.aborted) throw error;
    say('stopped before the end: nothing is reported');
    return false;
  } finally {
    await session.close();
  }
};

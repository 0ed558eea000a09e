/**
 * The whole bench: its broker, its records, the parts that were asked for, and the report. Whatever happens, the
 * broker is stopped and every process that was started is ended.
 */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { endServices } from '../test/support/service-process.js';
import { BenchKafka } from './cluster/bench-kafka.js';
import { loadEvents } from './cluster/load-events.js';
import { benchEvents } from './events.js';
import { requireProc } from './measure/process-usage.js';
import type { Source } from './measure/run-to-end.js';
import type { BenchOptions } from './options.js';
import { measureThroughput } from './parts/throughput.js';
import { judgeThroughput } from './report/ratios.js';
import { aimsTable, throughputTable } from './report/throughput-table.js';
import { chosen, subjectsFor } from './subjects/subjects.js';

/** `print` takes the report, `say` what is being done. */
export interface Voices {
  readonly print: (text: string) => void;
  readonly say: (line: string) => void;
}

export const runBench = async (options: BenchOptions, { print, say }: Voices): Promise<void> => {
  requireProc();
  const subjects = chosen(subjectsFor(availableParallelism()), options.subjects);
  const kafka = await BenchKafka.start(say);
  const session = `bench-${randomUUID().slice(0, 8)}`;
  let runs = 0;
  const newRun = (): string => {
    runs += 1;
    return `${session}-run-${runs}-of`;
  };
  try {
    const { records, partitions, keys, rounds } = options;
    const source: Source = { topic: `${session}.user.events`, partitions, records };
    say(`writing ${records} events of ${keys} users to ${partitions} partitions`);
    await kafka.createTopic(source.topic, partitions);
    await loadEvents(kafka.bootstrapServers, source.topic, records, benchEvents({ keys }));
    const measured = await measureThroughput(kafka, subjects, source, { rounds, say, newRun });
    const judged = judgeThroughput(measured);
    print(`${throughputTable(measured)}\n\n${aimsTable(judged)}\n`);
    if (options.json !== undefined)
      writeFileSync(options.json, `${JSON.stringify({ throughput: measured, aims: judged }, null, 1)}\n`);
  } finally {
    await endServices();
    await kafka.stop();
  }
};

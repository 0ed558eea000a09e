/** The report as text: a table for each part that was measured, the aims, and what failed. Pure. */
import { spreadOf } from '../measure/statistics.js';
import { judgeAll } from './aims.js';
import type { Results } from './results.js';
import { textTable } from './text-table.js';
import { aimsTable, thousands, throughputTable } from './throughput-table.js';

const ms = (value: number | undefined): string => (value === undefined ? '-' : `${Math.round(value)}`);

const section = (title: string, table: string): string => `${title}\n\n${table}\n`;

const latencyTable = ({ latency = [] }: Results): string =>
  textTable(
    ['subject', 'records/s', 'p50 ms', 'p99 ms', 'max ms', 'audit events'],
    latency.map((one) =>
      'error' in one
        ? [one.subject, `ERROR: ${one.error}`]
        : [
            one.subject,
            thousands(one.recordsPerSecond),
            ms(one.p50Ms),
            ms(one.p99Ms),
            ms(one.maxMs),
            thousands(one.count),
          ],
    ),
  );

/** One row for each subject, over its rounds. */
const medians = <T>(
  all: readonly T[],
  nameOf: (one: T) => string,
  values: readonly ((one: T) => number | undefined)[],
): readonly (readonly string[])[] =>
  [...new Set(all.map(nameOf))].map((name) => {
    const own = all.filter((one) => nameOf(one) === name);
    const cells = values.map((of) => {
      const known = own.map(of).filter((value) => value !== undefined);
      if (known.length === 0) return '-';
      const { median, min, max } = spreadOf(known);
      return `${ms(median)} (${ms(min)}–${ms(max)})`;
    });
    return [name, ...cells];
  });

const axesTable = ({ axes = [] }: Results): string =>
  textTable(
    ['axis', 'at', 'subject', 'records/s', 'min–max', 'errors'],
    axes.map(({ axis, at, subject, recordsPerSecond, errors }) => {
      if (recordsPerSecond.length === 0)
        return [axis, at, subject, `ERROR: ${errors[0]?.split('\n')[0] ?? 'no round'}`];
      const { median, min, max } = spreadOf(recordsPerSecond);
      const range = `${thousands(min)}–${thousands(max)}`;
      return [axis, at, subject, thousands(median), range, String(errors.length)];
    }),
  );

const memoryTable = ({ memory = [] }: Results): string =>
  textTable(
    ['subject', 'records/s', 'median MB', 'kB/s', '% in ten minutes', 'flat'],
    memory.map(({ subject, recordsPerSecond, medianBytes, bytesPerSecond, growthIn10Min, flat }) => [
      subject,
      thousands(recordsPerSecond),
      thousands(medianBytes / 1e6),
      (bytesPerSecond / 1e3).toFixed(1),
      (growthIn10Min * 100).toFixed(1),
      flat ? 'yes' : 'no',
    ]),
  );

export const reportText = (results: Results): string => {
  const { throughput, latency, startup, recovery, restore, axes, memory, failures } = results;
  const judged = judgeAll(results);
  const sections: string[] = [];
  if (throughput !== undefined) sections.push(section('Throughput and CPU', throughputTable(throughput)));
  if (latency !== undefined) sections.push(section('End-to-end latency', latencyTable(results)));
  if (startup !== undefined)
    sections.push(
      section(
        'Start-up, ms',
        textTable(
          ['subject', 'ready', 'first audit event'],
          medians(startup, ({ subject }) => subject, [
            ({ readyMs }) => readyMs,
            ({ firstEventMs }) => firstEventMs,
          ]),
        ),
      ),
    );
  if (recovery !== undefined)
    sections.push(
      section(
        'From kill -9 to the first new audit event, ms',
        textTable(
          ['service', 'recovered'],
          medians(recovery, ({ instanceId }) => (instanceId ? 'with INSTANCE_ID' : 'without'), [
            ({ recoveredMs }) => recoveredMs,
          ]),
        ),
      ),
    );
  if (restore !== undefined)
    sections.push(
      section(
        'From the start of the process until all lanes are there, ms',
        textTable(
          ['lanes', 'restored'],
          medians(restore, ({ lanes }) => thousands(lanes), [({ restoredMs }) => restoredMs]),
        ),
      ),
    );
  if (axes !== undefined) sections.push(section('One axis at a time', axesTable(results)));
  if (memory !== undefined) sections.push(section('Memory under full load', memoryTable(results)));
  if (judged.length > 0) sections.push(section('What issue 8 asks for', aimsTable(judged)));
  if (failures.length > 0)
    sections.push(section('Not measured', failures.map(({ what, error }) => `${what}: ${error}`).join('\n')));
  return sections.join('\n');
};

/** The table of the comparison, and what the issue asks beside what was measured. Pure. */
import { spreadOf } from '../measure/statistics.js';
import type { Measured } from '../parts/throughput.js';
import { ratiosOf, type Judged } from './ratios.js';
import { textTable } from './text-table.js';

const NONE = '-';

export const thousands = (value: number): string =>
  Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',');

const times = (value: number | undefined): string => (value === undefined ? NONE : value.toFixed(2));

const row = (all: readonly Measured[], measured: Measured): readonly string[] => {
  const { subject, rounds, errors } = measured;
  if (rounds.length === 0) return [subject.name, `ERROR: ${errors[0]?.split('\n')[0] ?? 'no round'}`];
  const rate = spreadOf(rounds.map(({ recordsPerSecond }) => recordsPerSecond));
  const median = (of: (round: Measured['rounds'][number]) => number): number =>
    spreadOf(rounds.map(of)).median;
  const ratios = ratiosOf(all, measured);
  return [
    subject.name,
    thousands(rate.median),
    `${thousands(rate.min)}–${thousands(rate.max)}`,
    median(({ cpuMicrosPerRecord }) => cpuMicrosPerRecord).toFixed(1),
    median(({ brokerCpuMicrosPerRecord }) => brokerCpuMicrosPerRecord).toFixed(1),
    thousands(median(({ peakRssBytes }) => peakRssBytes) / 1e6),
    times(ratios.toStreams),
    times(ratios.cpuToStreams),
    times(ratios.toLoop),
    String(errors.length),
  ];
};

const HEAD = [
  'subject',
  'records/s',
  'min–max',
  'CPU µs/record',
  'broker µs/record',
  'peak MB',
  '× Streams',
  'CPU × Streams',
  '× loop',
  'errors',
];

export const throughputTable = (all: readonly Measured[]): string =>
  textTable(
    HEAD,
    all.map((measured) => row(all, measured)),
  );

export const aimsTable = (judged: readonly Judged[]): string =>
  textTable(
    ['aim', 'measured', 'goal', 'floor', 'verdict'],
    judged.map(({ what, atLeast, goal, floor, value, verdict }) => [
      what,
      times(value),
      `${atLeast ? '≥' : '≤'} ${goal}`,
      `${atLeast ? '≥' : '≤'} ${floor}`,
      verdict,
    ]),
  );

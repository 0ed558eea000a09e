/** What `npm run bench` was asked for. Pure; whatever it does not understand it refuses, with what is allowed. */
import { parseArgs } from 'node:util';

/** In this order. */
export const PARTS = ['throughput', 'latency', 'startup', 'recovery', 'restore', 'axes', 'memory'] as const;
export type PartName = (typeof PARTS)[number];

export const AXES = ['failing', 'keys', 'value-size', 'partitions', 'directory'] as const;
export type AxisName = (typeof AXES)[number];

export interface BenchOptions {
  readonly parts: readonly PartName[];
  readonly axes: readonly AxisName[];
  /** Of the comparison; empty: all. */
  readonly subjects: readonly string[];
  readonly records: number;
  readonly axisRecords: number;
  readonly rounds: number;
  readonly partitions: number;
  readonly keys: number;
  readonly latencyMs: number;
  readonly memoryMs: number;
  readonly json: string | undefined;
  readonly plot: string | undefined;
}

export const USAGE = `npm run bench -- [part or axis …] [option …]

  parts       ${PARTS.join(', ')}; none: all
  axes        ${AXES.join(', ')}: one of the part axes alone
  --subjects  names of the comparison, with commas; none: all
  --records, --rounds, --partitions, --keys, --axis-records, --memory-seconds, --latency-seconds: whole numbers
  --quick     small numbers: to see that all is well, not for figures
  --json, --plot  files to write`;

export class UsageError extends Error {
  override readonly name = 'UsageError';

  constructor(problem: string, options?: ErrorOptions) {
    super(`${problem}\n\n${USAGE}`, options);
  }
}

type Numbers = Pick<BenchOptions, 'records' | 'axisRecords' | 'rounds' | 'latencyMs' | 'memoryMs'>;
const FULL: Numbers = {
  records: 1_000_000,
  axisRecords: 500_000,
  rounds: 5,
  latencyMs: 30_000,
  memoryMs: 600_000,
};
const QUICK: Numbers = {
  records: 200_000,
  axisRecords: 100_000,
  rounds: 2,
  latencyMs: 5_000,
  memoryMs: 30_000,
};
const PARTITIONS = 6;
const KEYS = 10_000;

const wholeNumber = (name: string, text: string | undefined, fallback: number): number => {
  if (text === undefined) return fallback;
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new UsageError(`--${name} is a whole number of 1 or more, not ${text}`);
  return Number(text);
};

const seconds = (name: string, text: string | undefined, fallbackMs: number): number =>
  wholeNumber(name, text, fallbackMs / 1000) * 1000;

const isPart = (name: string): name is PartName => PARTS.some((part) => part === name);
const isAxis = (name: string): name is AxisName => AXES.some((axis) => axis === name);

const text = { type: 'string' } as const;

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        subjects: text,
        records: text,
        'axis-records': text,
        rounds: text,
        partitions: text,
        keys: text,
        'latency-seconds': text,
        'memory-seconds': text,
        json: text,
        plot: text,
        quick: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
};

export const benchOptions = (args: readonly string[]): BenchOptions => {
  const { values, positionals } = parse(args);
  const unknown = positionals.find((name) => !isPart(name) && !isAxis(name));
  if (unknown !== undefined) throw new UsageError(`there is no part or axis ${unknown}`);
  const parts = positionals.filter(isPart);
  const axes = positionals.filter(isAxis);
  const named = axes.length > 0 && !parts.includes('axes') ? [...parts, 'axes' as const] : parts;
  const defaults = values.quick ? QUICK : FULL;
  return {
    parts: named.length === 0 ? PARTS : PARTS.filter((part) => named.includes(part)),
    axes: axes.length === 0 ? AXES : axes,
    subjects: values.subjects?.split(',').filter(Boolean) ?? [],
    records: wholeNumber('records', values.records, defaults.records),
    axisRecords: wholeNumber('axis-records', values['axis-records'], defaults.axisRecords),
    rounds: wholeNumber('rounds', values.rounds, defaults.rounds),
    partitions: wholeNumber('partitions', values.partitions, PARTITIONS),
    keys: wholeNumber('keys', values.keys, KEYS),
    latencyMs: seconds('latency-seconds', values['latency-seconds'], defaults.latencyMs),
    memoryMs: seconds('memory-seconds', values['memory-seconds'], defaults.memoryMs),
    json: values.json,
    plot: values.plot,
  };
};

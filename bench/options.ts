/** What `npm run bench` was asked for. Pure; whatever it does not understand it refuses, with what is allowed. */
import { parseArgs } from 'node:util';

export const PARTS = ['throughput'] as const;
export type PartName = (typeof PARTS)[number];

export interface BenchOptions {
  readonly parts: readonly PartName[];
  /** Empty: all. */
  readonly subjects: readonly string[];
  readonly records: number;
  readonly rounds: number;
  readonly partitions: number;
  readonly keys: number;
  readonly json: string | undefined;
  readonly plot: string | undefined;
}

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const FULL = { records: 1_000_000, rounds: 5 };
/** Minutes, not an hour: to see that all is well, not for figures. */
const QUICK = { records: 200_000, rounds: 2 };
const PARTITIONS = 6;
const KEYS = 10_000;

const wholeNumber = (name: string, text: string | undefined, fallback: number): number => {
  if (text === undefined) return fallback;
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new UsageError(`--${name} is a whole number of 1 or more, not ${text}`);
  return Number(text);
};

const isPart = (name: string): name is PartName => PARTS.some((part) => part === name);

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        subjects: { type: 'string' },
        records: { type: 'string' },
        rounds: { type: 'string' },
        partitions: { type: 'string' },
        keys: { type: 'string' },
        json: { type: 'string' },
        plot: { type: 'string' },
        quick: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
};

export const benchOptions = (args: readonly string[]): BenchOptions => {
  const { values, positionals } = parse(args);
  const unknown = positionals.find((name) => !isPart(name));
  if (unknown !== undefined)
    throw new UsageError(`there is no part ${unknown}; there are ${PARTS.join(', ')}`);
  const named = positionals.filter(isPart);
  const defaults = values.quick ? QUICK : FULL;
  return {
    parts: named.length === 0 ? PARTS : named,
    subjects: values.subjects?.split(',').filter(Boolean) ?? [],
    records: wholeNumber('records', values.records, defaults.records),
    rounds: wholeNumber('rounds', values.rounds, defaults.rounds),
    partitions: wholeNumber('partitions', values.partitions, PARTITIONS),
    keys: wholeNumber('keys', values.keys, KEYS),
    json: values.json,
    plot: values.plot,
  };
};

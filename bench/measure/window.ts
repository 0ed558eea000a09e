/**
 * From samples of a run to its figures: only what lies between two shares of the records counts, so that neither the
 * start of a process nor the warming up of its compiler is measured, for anybody. Pure.
 * Between two samples everything is taken to go on evenly.
 */

export interface Sample {
  readonly atMs: number;
  /** Committed so far. */
  readonly records: number;
  /** Of all processes of the subject, since each began. */
  readonly cpuMs: number;
  readonly rssBytes: number;
  readonly brokerCpuMs: number;
}

export interface WindowFigures {
  readonly recordsPerSecond: number;
  readonly cpuMicrosPerRecord: number;
  readonly brokerCpuMicrosPerRecord: number;
  /** Of the whole run. */
  readonly peakRssBytes: number;
  readonly windowMs: number;
}

export const WINDOW = { from: 0.25, to: 0.95 } as const;

type Point = Pick<Sample, 'atMs' | 'cpuMs' | 'brokerCpuMs'>;

const between = (before: Sample, after: Sample, records: number): Point => {
  const part = (records - before.records) / (after.records - before.records);
  const at = (of: (sample: Sample) => number): number => of(before) + (of(after) - of(before)) * part;
  return {
    atMs: at(({ atMs }) => atMs),
    cpuMs: at(({ cpuMs }) => cpuMs),
    brokerCpuMs: at(({ brokerCpuMs }) => brokerCpuMs),
  };
};

/** When so many records were committed, and what had been used by then. */
const pointAt = (samples: readonly Sample[], records: number): Point => {
  const index = samples.findIndex((sample) => sample.records >= records);
  const after = samples[index];
  const before = samples[index - 1];
  if (after === undefined) throw new RangeError(`no sample has ${records} records`);
  return before === undefined ? after : between(before, after, records);
};

/** Of a run over `total` records. Throws when there is no time between the ends of the window. */
export const figuresOf = (
  samples: readonly Sample[],
  total: number,
  window: { readonly from: number; readonly to: number } = WINDOW,
): WindowFigures => {
  const first = pointAt(samples, total * window.from);
  const last = pointAt(samples, total * window.to);
  const records = total * (window.to - window.from);
  const windowMs = last.atMs - first.atMs;
  if (windowMs <= 0)
    throw new RangeError(`${total} records are too few: the whole window fits between two samples`);
  return {
    recordsPerSecond: (records / windowMs) * 1000,
    cpuMicrosPerRecord: ((last.cpuMs - first.cpuMs) * 1000) / records,
    brokerCpuMicrosPerRecord: ((last.brokerCpuMs - first.brokerCpuMs) * 1000) / records,
    peakRssBytes: Math.max(...samples.map(({ rssBytes }) => rssBytes)),
    windowMs,
  };
};

/** Medians, quartiles and least squares. Pure; every list has at least one number. */

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** Quartiles. */
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

/** With linear interpolation between the two values beside it; `fraction` is of [0, 1]. */
export const quantile = (values: readonly number[], fraction: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * fraction;
  const below = sorted[Math.floor(at)];
  const above = sorted[Math.ceil(at)];
  if (below === undefined || above === undefined) throw new RangeError('a quantile of nothing');
  return below + (above - below) * (at - Math.floor(at));
};

export const median = (values: readonly number[]): number => quantile(values, 0.5);

export const spreadOf = (values: readonly number[]): Spread => ({
  median: median(values),
  min: quantile(values, 0),
  max: quantile(values, 1),
  low: quantile(values, 0.25),
  high: quantile(values, 0.75),
  count: values.length,
});

/** The slope of the straight line that fits best: in units of y for each unit of x; 0 when there is none. */
export const slopeOf = (points: readonly (readonly [x: number, y: number])[]): number => {
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / points.length;
  let above = 0;
  let below = 0;
  for (const [x, y] of points) {
    above += (x - meanX) * (y - meanY);
    below += (x - meanX) ** 2;
  }
  return below === 0 ? 0 : above / below;
};

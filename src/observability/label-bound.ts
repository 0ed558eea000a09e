/**
 * Keeps the number of series of a metric bounded whatever it is told: a label value that is new once
 * `limit` values are known becomes `other`. A topology's own reasons are written by somebody else.
 */
export const OTHER = 'other';

export const labelBound = (limit: number): ((value: string) => string) => {
  const known = new Set<string>();
  return (value) => {
    if (known.has(value)) return value;
    if (known.size >= limit) return OTHER;
    known.add(value);
    return value;
  };
};

/**
 * The same for several labels together, whose values multiply: a combination that is new once `limit` are known
 * becomes `other` in each of them.
 */
export const seriesBound = <Values extends readonly string[]>(limit: number) => {
  const bound = labelBound(limit);
  return (...values: Values): Values =>
    bound(JSON.stringify(values)) === OTHER ? (values.map(() => OTHER) as unknown as Values) : values;
};

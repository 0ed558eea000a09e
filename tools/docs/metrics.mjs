/** The metrics as a table. Pure. */
import { code, table } from './markdown.mjs';

/** @typedef {import('./sources.mjs').Metric} Metric */

/** @param {Readonly<Record<string, Metric>>} metrics */
export const metricTable = (metrics) =>
  table(
    ['name', 'type', 'labels', 'of several processes', 'what'],
    Object.entries(metrics).map(([name, { type, labels, help, combined = 'sum', by }]) => [
      code(`audit_${name}`),
      type,
      labels.map((label) => code(label)).join(', '),
      by ?? combined,
      help,
    ]),
  );

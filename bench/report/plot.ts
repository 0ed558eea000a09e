/**
 * The comparison as an SVG: a bar for each subject's median, a line from the slowest to the fastest round. Pure.
 * Legible on a light and on a dark page; needs no font and no script.
 */
import { spreadOf, type Spread } from '../measure/statistics.js';
import type { Measured } from '../parts/throughput.js';
import { thousands } from './throughput-table.js';

const WIDTH = 760;
const LEFT = 190;
const RIGHT = 96;
const TOP = 56;
const ROW = 34;
const BAR = 18;
const BOTTOM = 44;

const STYLE = `
    .page { fill: #ffffff } .text { fill: #1f2328 } .faint { fill: #59636e } .grid { stroke: #d1d9e0 }
    .spread { stroke: #1f2328 } .service { fill: #0969da } .kafka-streams { fill: #bc4c00 } .loop { fill: #818b98 }
    text { font: 13px system-ui, sans-serif } .title { font-size: 15px; font-weight: 600 } .small { font-size: 11px }
    @media (prefers-color-scheme: dark) {
      .page { fill: #0d1117 } .text { fill: #f0f6fc } .faint { fill: #9198a1 } .grid { stroke: #3d444d }
      .spread { stroke: #f0f6fc } .service { fill: #4493f8 } .kafka-streams { fill: #f0883e } .loop { fill: #656c76 }
    }`;

interface Row {
  readonly name: string;
  readonly style: string;
  readonly spread: Spread;
}

const STYLES = {
  service: 'service',
  'kafka-streams': 'kafka-streams',
  'kafka-streams-databind': 'kafka-streams',
  'bare-loop': 'loop',
  'copy-loop': 'loop',
} as const satisfies Readonly<Record<Measured['subject']['kind'], string>>;

/** 1, 2 or 5 times a power of ten, so that at most six of them fit below the largest value. */
export const stepFor = (largest: number): number => {
  const power = 10 ** Math.floor(Math.log10(largest / 6));
  return [1, 2, 5, 10].map((times) => times * power).find((step) => largest / step <= 6) ?? 10 * power;
};

const round = (value: number): string => value.toFixed(1).replace(/\.0$/, '');

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** Subjects without a figure are left out; without any there is an empty plot. */
export const throughputPlot = (measured: readonly Measured[], caption: string): string => {
  const rows: readonly Row[] = measured
    .filter(({ rounds }) => rounds.length > 0)
    .map(({ subject, rounds }) => ({
      name: subject.name,
      style: STYLES[subject.kind],
      spread: spreadOf(rounds.map(({ recordsPerSecond }) => recordsPerSecond)),
    }));
  const largest = Math.max(1, ...rows.map(({ spread }) => spread.max));
  const step = stepFor(largest);
  const scale = (WIDTH - LEFT - RIGHT) / (Math.ceil(largest / step) * step);
  const height = TOP + rows.length * ROW + BOTTOM;
  const end = TOP + rows.length * ROW;
  const at = (value: number): string => round(LEFT + value * scale);
  const grid = Array.from({ length: Math.ceil(largest / step) + 1 }, (_, index) => index * step).map(
    (value) =>
      `<line class="grid" x1="${at(value)}" x2="${at(value)}" y1="${TOP - 4}" y2="${end}"/>` +
      `<text class="faint small" x="${at(value)}" y="${end + 16}" text-anchor="middle">${thousands(value)}</text>`,
  );
  const bars = rows.map(({ name, style, spread }, index) => {
    const top = TOP + index * ROW + (ROW - BAR) / 2;
    const middle = top + BAR / 2;
    const label = Math.max(spread.max, spread.median);
    return (
      `<text class="text" x="${LEFT - 10}" y="${middle + 4}" text-anchor="end">${escape(name)}</text>` +
      `<rect class="${style}" x="${LEFT}" y="${top}" width="${round(spread.median * scale)}" height="${BAR}" rx="2"/>` +
      `<path class="spread" d="M${at(spread.min)} ${middle}H${at(spread.max)}M${at(spread.min)} ${middle - 4}v8M${at(spread.max)} ${middle - 4}v8"/>` +
      `<text class="text" x="${round(LEFT + label * scale + 8)}" y="${middle + 4}">${thousands(spread.median)}</text>`
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Records a second of each subject">`,
    `  <style>${STYLE}\n  </style>`,
    `  <rect class="page" width="${WIDTH}" height="${height}"/>`,
    `  <text class="text title" x="16" y="28">Records a second, median of the rounds</text>`,
    ...grid.map((line) => `  ${line}`),
    ...bars.map((bar) => `  ${bar}`),
    `  <text class="faint small" x="16" y="${height - 10}">${escape(caption)}</text>`,
    '</svg>',
    '',
  ].join('\n');
};

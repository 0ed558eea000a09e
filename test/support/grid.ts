/** Panels that lie over each other. Pure. */
import type { DashboardPanel } from './dashboards.js';

const overlap = ({ gridPos: a }: DashboardPanel, { gridPos: b }: DashboardPanel): boolean =>
  a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

export const laidOver = (panels: readonly DashboardPanel[]): readonly string[] =>
  panels.flatMap((panel, at) =>
    panels
      .slice(at + 1)
      .filter((other) => overlap(panel, other))
      .map((other) => `${panel.title} and ${other.title}`),
  );

/** Where the machine's Prometheus and its promtool are: the tests of rules and dashboards ask them. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** @param {string | undefined} given @param {string} name */
const find = (given, name) => {
  if (given) return existsSync(given) ? given : null;
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;
};

/** The one that PROMETHEUS names, or the first in PATH; null: there is none. */
export const prometheusPath = () => find(process.env.PROMETHEUS, 'prometheus');

/** The one that PROMTOOL names, or the first in PATH; null: there is none. */
export const promtoolPath = () => find(process.env.PROMTOOL, 'promtool');

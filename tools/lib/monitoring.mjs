/** Prometheus' rule files and Grafana's dashboards, as they follow from deploy/monitoring/. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import prettier from 'prettier';
import { stringify } from 'yaml';
import { inProject } from './project.mjs';
import { withSources } from './sources.mjs';

const ENTRY = 'deploy/monitoring/files.ts';
const BANNER =
  '# Generated from deploy/monitoring/ by `npm run generate`: change those tables, then run it again.\n';

/** By path from the root; none where there are no tables. @param {string} root @returns {Promise<Map<string, string>>} */
export const monitoringFiles = async (root) => {
  if (!existsSync(join(root, ENTRY))) return new Map();
  /** @type {readonly { path: string, format: 'json' | 'yaml', value: unknown }[]} */
  const files = await withSources(root, [ENTRY], async (load) => (await load(ENTRY)).monitoringFiles());
  const style = (await prettier.resolveConfig(inProject('package.json'))) ?? {};
  const written = files.map(async ({ path, format, value }) => {
    const text = format === 'json' ? JSON.stringify(value) : `${BANNER}${stringify(value, { lineWidth: 0 })}`;
    return /** @type {const} */ ([path, await prettier.format(text, { ...style, parser: format })]);
  });
  return new Map(await Promise.all(written));
};

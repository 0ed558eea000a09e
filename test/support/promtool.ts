/** Prometheus and promtool of this machine, by tools/setup/prometheus.mjs; promtool runs on files in a folder of its own. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse, stringify } from 'yaml';
import { projectRoot } from './broker.js';

interface Finders {
  prometheusPath(): string | null;
  promtoolPath(): string | null;
}

const finders = async (): Promise<Finders> => {
  const module = pathToFileURL(join(projectRoot(), 'tools', 'setup', 'prometheus.mjs')).href;
  return (await import(module)) as Finders;
};

const found = (path: string | null, what: string): string => {
  if (path !== null) return path;
  const variable = what.toUpperCase();
  throw new Error(
    `no ${what} was found: install it (apt-get install prometheus), or say in ${variable} where it is`,
  );
};

export const prometheusPath = async (): Promise<string> =>
  found((await finders()).prometheusPath(), 'prometheus');

export const RULE_FILES = ['rules.yml', 'alerts.yml'].map((name) =>
  join(projectRoot(), 'deploy', 'prometheus', name),
);

/** What the rules record, then the alerts on it. */
export const RULE_GROUPS = RULE_FILES.flatMap((file) => {
  const { groups } = parse(readFileSync(file, 'utf8')) as { groups: readonly { name: string }[] };
  return groups.map(({ name }) => name);
});

export interface Said {
  readonly status: number | null;
  readonly said: string;
}

/** `promtool <command> FILE`. */
export const promtoolOn = async (command: readonly string[], file: string): Promise<Said> => {
  const program = found((await finders()).promtoolPath(), 'promtool');
  const { status, stdout, stderr } = spawnSync(program, [...command, file], { encoding: 'utf8' });
  return { status, said: stdout + stderr };
};

/** On a file that holds this as YAML. */
export const promtool = async (command: readonly string[], content: object): Promise<Said> => {
  const folder = mkdtempSync(join(tmpdir(), 'audit-lanes-promtool-'));
  try {
    const file = join(folder, 'input.yml');
    writeFileSync(file, stringify(content));
    return await promtoolOn(command, file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** npm, as the set-up runs it: the one of this Node.js, with what a native build needs in its environment. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Node's headers beside this very Node: with them the build needs no download. */
const headersBesideNode = () => {
  const prefix = dirname(dirname(process.execPath));
  const file = join(prefix, 'include', 'node', 'node_version.h');
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, 'utf8');
  const version = ['MAJOR', 'MINOR', 'PATCH'].map(
    (part) => new RegExp(`#define NODE_${part}_VERSION (\\d+)`).exec(text)?.[1],
  );
  return version.join('.') === process.versions.node ? prefix : undefined;
};

export const buildEnvironment = () => {
  const env = { ...process.env };
  // A parallel build of the client fails: librdkafka's headers are not there yet when the binding wants them.
  for (const name of ['JOBS', 'npm_config_jobs', 'MAKEFLAGS']) delete env[name];
  // `npm test --silent` must not silence the log of the installation.
  delete env.npm_config_loglevel;
  const headers = headersBesideNode();
  if (headers && !env.npm_config_nodedir) env.npm_config_nodedir = headers;
  return env;
};

/** npm of the Node that runs this, when npm started us; else the path's. */
export const npm = () =>
  process.env.npm_execpath?.endsWith('.js')
    ? { file: process.execPath, first: [process.env.npm_execpath] }
    : { file: 'npm', first: [] };

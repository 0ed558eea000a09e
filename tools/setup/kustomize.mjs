/**
 * Where kustomize is: the tests of the manifests build them with it. The one that KUSTOMIZE names, the first in PATH, or
 * one of this project's own, which Go builds from its module once.
 */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { outputOf, runLogged, tailOf } from '../lib/command.mjs';
import { CACHE } from '../lib/project.mjs';

const MODULE = 'sigs.k8s.io/kustomize/kustomize/v5@v5.4.3';
/** As its go.mod asks. */
const LEAST_GO = [1, 21];
const FOLDER = join(CACHE, 'bin');
const LOG = join(CACHE, 'setup.log');
/** Where Go's own archive is unpacked, by its instructions. */
const USUAL_GO = '/usr/local/go/bin';

const inPath = () => (process.env.PATH ?? '').split(delimiter);

/** @param {readonly string[]} folders @param {string} name */
const find = (folders, name) =>
  folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;

/** null: there is none. */
export const kustomizePath = () => {
  const given = process.env.KUSTOMIZE;
  if (given) return existsSync(given) ? given : null;
  return find([...inPath(), FOLDER], 'kustomize');
};

/** A Go that can build it; null: there is none. */
export const goPath = () => {
  const go = find([...inPath(), USUAL_GO], 'go');
  const version = /go version go(\d+)\.(\d+)/.exec(go === null ? '' : (outputOf(go, ['version']) ?? ''));
  const [major, minor] = [Number(version?.[1] ?? 0), Number(version?.[2] ?? 0)];
  const isEnough = major > LEAST_GO[0] || (major === LEAST_GO[0] && minor >= LEAST_GO[1]);
  return isEnough ? go : null;
};

export const KUSTOMIZE_NEEDED = `kustomize is missing, for the tests of the Kubernetes manifests: KUSTOMIZE says where it is, if not in PATH; or Go ${LEAST_GO.join('.')} or later, which builds it`;

/**
 * Builds it when there is none. Says why not, or null when it is there.
 * @param {(line: string) => void} say
 * @returns {Promise<string | null>}
 */
export const installKustomize = async (say) => {
  if (kustomizePath() !== null) return null;
  const go = process.env.KUSTOMIZE ? null : goPath();
  if (go === null) return KUSTOMIZE_NEEDED;
  say(`kustomize is missing: go install ${MODULE} (log: ${LOG})`);
  const { code } = await runLogged(go, ['install', MODULE], {
    logFile: LOG,
    env: { ...process.env, GOBIN: FOLDER, GOTOOLCHAIN: 'local' },
    progress: (seconds) => say(`  building kustomize, ${seconds} s`),
  });
  return code === 0 && kustomizePath() !== null ? null : `go install ${MODULE} failed:\n${tailOf(LOG)}`;
};

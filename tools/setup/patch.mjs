/**
 * The project's patch of node-rdkafka, applied to its sources in node_modules. All files or none: everything is
 * worked out before the first file is written, and a second run finds each file as it is and goes on from there.
 * What was applied is kept beside the sources, so that another version of the patch can take its place.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { applyPatch, parsePatch, reversePatch } from 'diff';
import { SetupProblem } from '../lib/setup-problem.mjs';

/** Below the package's folder. */
export const APPLIED = '.audit-lanes.patch';

/** @typedef {ReturnType<typeof parsePatch>[number]} FilePatch */

const NO_FILE = '/dev/null';

/** @param {string | undefined} name `a/src/x.cc` and `b/src/x.cc` are the same file */
const pathOf = (name = '') => name.replace(/^[ab]\//, '');

/** @param {string} text */
const filesOf = (text) =>
  parsePatch(text).map((file) => ({
    path: pathOf(file.newFileName === NO_FILE ? file.oldFileName : file.newFileName),
    isNew: file.oldFileName === NO_FILE,
    file,
  }));

/**
 * @param {string} content @param {FilePatch} file
 * @returns {string | null} null: it does not fit, exactly
 */
const patched = (content, file) => {
  const result = applyPatch(content, file, { fuzzFactor: 0, autoConvertLineEndings: false });
  return result === false ? null : result;
};

/**
 * What a file was before any patch of ours.
 * @param {string} content @param {readonly FilePatch[]} candidates patches that may have been applied to it
 */
const original = (content, candidates) => {
  for (const file of candidates) {
    const before = patched(content, reversePatch(file));
    if (before !== null && patched(before, file) === content) return before;
  }
  return content;
};

/** The files that were patched, below the package's folder; null: none was. @param {string} folder */
export const patchedPaths = (folder) => {
  const marker = join(folder, APPLIED);
  return existsSync(marker) ? filesOf(readFileSync(marker, 'utf8')).map(({ path }) => path) : null;
};

/**
 * @param {string} folder of the package @param {string} patchFile
 * @returns {boolean} whether anything was changed
 */
export const applyPatchFile = (folder, patchFile) => {
  const wanted = readFileSync(patchFile, 'utf8');
  const marker = join(folder, APPLIED);
  const before = existsSync(marker) ? readFileSync(marker, 'utf8') : null;
  if (before === wanted) return false;

  const next = filesOf(wanted);
  const last = before === null ? [] : filesOf(before);
  const contents = new Map();
  for (const path of new Set([...last, ...next].map((one) => one.path))) {
    const ofPath = [...last, ...next].filter((one) => one.path === path);
    const isOurs = ofPath.some(({ isNew }) => isNew);
    const at = join(folder, path);
    const content =
      isOurs || !existsSync(at)
        ? ''
        : original(
            readFileSync(at, 'utf8'),
            ofPath.map(({ file }) => file),
          );
    const to = next.find((one) => one.path === path);
    const result = to === undefined ? (isOurs ? null : content) : patched(content, to.file);
    if (result === null && to !== undefined) {
      throw new SetupProblem(
        `${patchFile} does not fit ${at}.\n` +
          'If node-rdkafka was changed by hand: remove node_modules and start again.\n' +
          'If it has a new version: the patch has to be made anew for it (patches/README.md).',
      );
    }
    contents.set(at, result);
  }
  for (const [at, content] of contents) {
    if (content === null) rmSync(at, { force: true });
    else {
      // What is as it should be keeps its time: make would compile all that includes it.
      if (existsSync(at) && readFileSync(at, 'utf8') === content) continue;
      mkdirSync(dirname(at), { recursive: true });
      writeFileSync(at, content);
    }
  }
  writeFileSync(marker, wanted);
  return true;
};

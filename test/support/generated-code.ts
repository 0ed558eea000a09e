/** What a script says where Node.js may make no code of text. */
import { spawnSync } from 'node:child_process';

/** `script`: a module, of which `file`, seen from dist, is imported as `module`. Its output and its errors. */
export const saidWithoutGeneratedCode = (file: string, script: string): readonly [string, string] => {
  const url = new URL(`../../${file}`, import.meta.url).href;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [
      '--disallow-code-generation-from-strings',
      '--input-type=module',
      '-e',
      `import * as module from '${url}'; ${script}`,
    ],
    { encoding: 'utf8' },
  );
  return [stdout, stderr];
};

/** What the image holds, as the Dockerfile assembles it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from './broker.js';
import { assignmentsIn, commandOf, parseDockerfile, textsOf } from './dockerfile.js';

/** The file set of the last stage, into a folder that is not there yet. */
export const assembleImage = async (target: string): Promise<void> => {
  const file = join(projectRoot(), 'deploy', 'image', 'assemble.mjs');
  const { assemble } = (await import(pathToFileURL(file).href)) as { assemble(target: string): void };
  assemble(target);
};

export interface ImageCommands {
  readonly env: Readonly<Record<string, string>>;
  readonly user: string;
  readonly start: readonly string[];
  readonly health: readonly string[];
}

/** How a container of the image is started. */
export const imageCommands = (): ImageCommands => {
  const { stages } = parseDockerfile(readFileSync(join(projectRoot(), 'Dockerfile'), 'utf8'));
  const last = stages.at(-1)!;
  const one = (name: 'CMD' | 'ENTRYPOINT' | 'HEALTHCHECK' | 'USER'): string => textsOf(last, name)[0] ?? '';
  return {
    env: Object.fromEntries(assignmentsIn(textsOf(last, 'ENV'))),
    user: one('USER'),
    start: [...commandOf(one('ENTRYPOINT')), ...commandOf(one('CMD'))],
    health: commandOf(one('HEALTHCHECK')),
  };
};

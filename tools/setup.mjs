/**
 * What `npm start` and `npm test` need before they can begin, on a fresh clone as on the tenth run: the
 * machine's packages, node_modules, the jars of the local Kafka, a browser. What is there already is not done again.
 */
import { installDependencies, dependenciesAreStale } from './setup/dependencies.mjs';
import { checkNode, checkSystem, SetupProblem } from './setup/system.mjs';
import { installKustomize } from './setup/kustomize.mjs';
import { kafkaClassPath } from './kafka/jars.mjs';

/** Something on this machine has to be put right first. */
export const EXIT_SETUP = 3;

/**
 * @param {{ kafka: boolean, browser?: boolean, container?: boolean, kustomize?: boolean, say: (line: string) => void }} options
 *   `kafka`: a local one will be needed; `browser`: Chromium will be; `container`: what the image has of Debian;
 *   `kustomize`: it will be
 * @returns {Promise<void>}
 */
export const setUp = async ({ kafka, browser = false, container = false, kustomize = false, say }) => {
  checkNode();
  await checkSystem({ build: dependenciesAreStale(), kafka, browser, container }, say);
  await installDependencies(say);
  if (kafka) await kafkaClassPath(say);
  if (!kustomize) return;
  const problem = await installKustomize(say);
  if (problem === null) return;
  // Elsewhere than in CI the tests that need it fail, with this reason, and all others run.
  if (process.env.CI === 'true') throw new SetupProblem(problem);
  say(problem);
};

/**
 * The end of a tool: prints what went wrong and gives the exit code for it.
 * @param {unknown} error
 */
export const exitCodeFor = (error) => {
  console.error(error instanceof SetupProblem ? `\n${error.message}` : error);
  return error instanceof SetupProblem ? EXIT_SETUP : 1;
};

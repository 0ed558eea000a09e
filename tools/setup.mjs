/**
 * What `npm start` and `npm test` need before they can begin, on a fresh clone as on the tenth run: the
 * machine's packages, node_modules, the jars of the local Kafka, a browser, Prometheus. What is there already is not done again.
 */
import { installDependencies, dependenciesAreStale } from './setup/dependencies.mjs';
import { SetupProblem } from './lib/setup-problem.mjs';
import { checkNode, checkSystem } from './setup/system.mjs';
import { installKustomize } from './setup/kustomize.mjs';
import { kafkaClassPath } from './kafka/jars.mjs';

/** Something on this machine has to be put right first. */
export const EXIT_SETUP = 3;

/**
 * @param {object} options
 * @param {boolean} options.kafka a local one will be needed
 * @param {boolean} [options.browser] Chromium will be
 * @param {boolean} [options.deployment] Prometheus, what the image has of Debian, and kustomize will be
 * @param {(line: string) => void} options.say
 * @returns {Promise<void>}
 */
export const setUp = async ({ kafka, browser = false, deployment = false, say }) => {
  checkNode();
  await checkSystem({ build: await dependenciesAreStale(), kafka, browser, deployment }, say);
  await installDependencies(say);
  if (kafka) await kafkaClassPath(say);
  if (!deployment) return;
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

/**
 * Patches and compiles the native Kafka client, if that is not done yet: what the set-up of `npm start` and
 * `npm test` does, alone. For the image, and after a plain `npm ci`.
 *
 *   node tools/binding.mjs
 */
import { SetupProblem } from './lib/setup-problem.mjs';
import { buildBinding } from './setup/binding.mjs';

try {
  await buildBinding((line) => console.log(line));
} catch (error) {
  console.error(error instanceof SetupProblem ? error.message : error);
  process.exitCode = error instanceof SetupProblem ? 3 : 1;
}

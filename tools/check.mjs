/** `npm run check`: what to run before a commit, in a minute: types, generated files, lint, format, unit tests. */
import { exitCodeFor, setUp } from './setup.mjs';
import { CHECKS } from './test/checks.mjs';
import { close, run } from './test/run.mjs';

const main = async () => {
  await setUp({ kafka: false, say: (line) => console.log(line) });
  return run({ checks: Object.keys(CHECKS), suites: ['unit'] });
};

process.once('SIGINT', () => setTimeout(() => process.exit(130), 1000));

main().then(close, (error) => {
  process.exitCode = exitCodeFor(error);
});

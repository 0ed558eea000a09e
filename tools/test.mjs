/**
 * `npm test`: set-up, checks, then every suite. The last line is `N passed, N failed`, over all of them.
 * `npm test -- unit contract`: only these suites, on a fresh build.
 */
import { exitCodeFor, setUp } from './setup.mjs';
import { CHECKS } from './test/checks.mjs';
import { close, run } from './test/run.mjs';
import { exists, SUITES } from './test/suites.mjs';
import { closingLine, ONE_FAILED, sum } from './test/tally.mjs';

const ON_A_BROKER = ['contract', 'broker', 'page', 'deploy'];
const IN_A_BROWSER = ['page'];
const OF_A_DEPLOYMENT = ['deploy'];

const main = async () => {
  const only = process.argv.slice(2);
  const unknown = only.filter((name) => !SUITES.includes(name));
  if (unknown.length > 0)
    throw new Error(`no such suite: ${unknown.join(', ')}. There are ${SUITES.join(', ')}`);
  const suites = only.length > 0 ? only : SUITES;
  const kafka = suites.some((suite) => ON_A_BROKER.includes(suite));
  const browser = suites.some((suite) => IN_A_BROWSER.includes(suite));
  const deployment = suites.some((suite) => OF_A_DEPLOYMENT.includes(suite));
  await setUp({ kafka, browser, deployment, say: (line) => console.log(line) });

  const checked = await run({ checks: only.length > 0 ? ['types'] : Object.keys(CHECKS), suites: [] });
  // Only now: which suites there are is known once they are compiled.
  const ran = await run({ checks: [], suites: suites.filter(exists) });
  return { tally: sum([checked.tally, ran.tally]), problems: [...checked.problems, ...ran.problems] };
};

// Ctrl-C reaches the suite as well, which ends by itself; the rest is not begun.
process.once('SIGINT', () => setTimeout(() => process.exit(130), 1000));

main().then(close, (error) => {
  process.exitCode = exitCodeFor(error);
  console.log(`\n${closingLine(ONE_FAILED)}`);
});

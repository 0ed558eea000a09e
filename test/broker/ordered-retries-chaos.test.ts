/**
 * P1, P2 and P4 with tiered retries on a real Kafka: three processes and a directory that fails for 5 % of the
 * events, refuses 0.1 % and is never asked for 0.1 % that break their schema, while processes are killed every
 * few seconds, told to stop, and frozen. `SOAK_SECONDS` makes each run that long.
 */
import { expect } from 'chai';
import { startBroker, type LocalKafka } from '../support/broker.js';
import { DirectoryScript } from '../support/directory-script.js';
import { RetryBench } from '../support/retry-bench.js';
import { Turmoil } from '../support/turmoil.js';

const SOAK_SECONDS = Number(process.env['SOAK_SECONDS'] ?? 0);

/** Of twenty failing events ten need one retry and nine need both; one is never answered. */
const FAILING_CALLS = [...Array<number>(10).fill(1), ...Array<number>(9).fill(2), Infinity];
const CLASSIC = { KAFKA_GROUP_PROTOCOL: 'classic', KAFKA_SESSION_TIMEOUT_MS: '6000' };

const RUNS = [
  {
    what: 'exactly_once_v2, processes killed',
    guarantee: 'exactly_once_v2',
    rounds: 'kills',
    named: true,
    env: CLASSIC,
  },
  {
    what: 'exactly_once_v2, processes killed, stopped and frozen',
    guarantee: 'exactly_once_v2',
    rounds: 'mixed',
    named: false,
    env: { KAFKA_GROUP_PROTOCOL: 'consumer' },
  },
  {
    what: 'at_least_once, processes killed',
    guarantee: 'at_least_once',
    rounds: 'kills',
    named: true,
    env: CLASSIC,
  },
] as const;

describe('ordered retries, whatever becomes of the processes', function () {
  this.timeout(600_000 + SOAK_SECONDS * 1000);
  let kafka: LocalKafka;

  before(async function () {
    kafka = await startBroker(this);
  });

  for (const [index, { what, guarantee, rounds, named, env }] of RUNS.entries()) {
    const exactlyOnce = guarantee === 'exactly_once_v2';
    const promise = exactlyOnce
      ? 'nothing is missing, doubled, out of order or early'
      : 'nothing is missing, and first occurrences are in order';
    it(`${promise}: ${what}`, async () => {
      const seed = 400 + index;
      const script = new DirectoryScript({ seed, failing: 0.05, failingCalls: FAILING_CALLS, poison: 0.001 });
      const retry = await RetryBench.on(kafka, {
        script,
        env: { ...env, PROCESSING_GUARANTEE: guarantee, TRANSACTION_TIMEOUT_MS: '6000' },
      });
      const turmoil = new Turmoil(retry.bench, {
        seed,
        named,
        rounds,
        recordsPerSecond: 150,
        progress: 300,
        users: 300,
        bad: 0.001,
        huge: 0,
        rest: async () => {
          await retry.untilAtRest();
        },
      });
      const inputs = retry.expected(await turmoil.run(SOAK_SECONDS * 1000));
      const [{ counts, repeats }, retries] = await retry.expectOrdered(inputs, {
        rules: { repeatsAllowed: !exactlyOnce },
        retries: { guarantee, quiet: false },
        zombies: turmoil.zombies,
      });
      const committed = retries.counts['retry records'] ?? 0;
      console.log(
        `      ${counts.inputs} inputs, ${counts.audits} audit events, ${counts.deadLetters} dead letters, ${repeats} repeats, ${committed} retries; ${turmoil.told}`,
      );
      expect(counts.inputs).to.be.greaterThan(1000);
      expect(committed, 'retries').to.be.greaterThan(counts.inputs / 40);
    });
  }
});

/**
 * P1, P2 and P5 while the directory is down for longer than all retry delays together: the breaker holds the
 * intake, nothing becomes a dead letter, and everything is processed in order when the directory is back.
 * `SOAK_SECONDS` makes each outage a minute.
 */
import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { OPENS_SOON } from '../support/breaker-settings.js';
import { startBroker, type LocalKafka } from '../support/broker.js';
import { knows, unavailable } from '../support/directory-server.js';
import { Load } from '../support/load.js';
import { valuesOf } from '../support/original-record.js';
import type { StoredRecord } from '../support/record-tool.js';
import { RetryBench } from '../support/retry-bench.js';
import { shown } from '../support/shown.js';
import { until } from '../support/wait.js';

/** The delays of the tiers are three seconds together. */
const OUTAGE_MS = process.env['SOAK_SECONDS'] === undefined ? 6_000 : 60_000;

/** What the load has that can never succeed ends there, outage or not. */
const expectNoneGivenUp = (letters: readonly StoredRecord[]): void => {
  const givenUp = letters.filter(({ headers }) =>
    valuesOf(headers, 'x-lanes-reason').includes('retries-exhausted'),
  );
  if (givenUp.length === 0) return;
  const first = givenUp.slice(0, 3).map(shown).join('\n');
  throw new Error(`${givenUp.length} records were given up, the first:\n${first}`);
};

describe('the directory is down for longer than all retries take', function () {
  this.timeout(120_000 + 2 * OUTAGE_MS);
  let kafka: LocalKafka;

  before(async function () {
    kafka = await startBroker(this);
  });

  for (const { what, guarantee } of [
    { what: 'it answers 503', guarantee: 'exactly_once_v2' },
    { what: 'nobody listens at its port', guarantee: 'at_least_once' },
  ] as const) {
    it(`the breaker holds the intake, and all is processed in order afterwards: ${what}, ${guarantee}`, async () => {
      const retry = await RetryBench.on(kafka, { env: { PROCESSING_GUARANTEE: guarantee, ...OPENS_SOON } });
      const { directory, bench } = retry;
      const answers = guarantee === 'exactly_once_v2';
      const service = await retry.startReady('one');
      const load = new Load(retry.tool, retry.source, {
        seed: 420,
        recordsPerSecond: 150,
        users: 400,
        bad: 0,
        huge: 0,
      });
      await until('it works', async () => (await bench.committed()) > 150);
      expect((await service.status()).breaker).to.equal('closed');

      if (answers) directory.forOthers(unavailable);
      else await directory.goAway();
      await until('the breaker is open', async () => (await service.status()).breaker === 'open');
      await until('intake is paused', async () =>
        (await service.status()).tasks.every(({ paused }) => paused.includes('breaker')),
      );
      const callsBefore = directory.calls.length;
      const writtenBefore = load.acknowledged;
      // Not to wait for something, but for nothing: however long it is, no record may be given up.
      await sleep(OUTAGE_MS);
      const probes = directory.calls.length - callsBefore;
      const arrived = load.acknowledged - writtenBefore;
      expect((await service.status()).breaker).to.equal('open');
      expect((await service.get('/livez')).status).to.equal(200);
      expect((await service.get('/readyz')).status).to.equal(200);
      expectNoneGivenUp(await bench.letters());

      if (answers) directory.forOthers(knows({ id: 'back' }));
      else await directory.comeBack();
      await until('the breaker is closed', async () => (await service.status()).breaker === 'closed');
      const inputs = await load.stop();
      await retry.untilAtRest();
      // Retries of the outage may be probes, which wait for no record of their own.
      await retry.expectOrdered(inputs, { retries: { guarantee, quiet: false } });
      expectNoneGivenUp(await bench.letters());
      console.log(`      ${arrived} records came during the outage, ${probes} probes were answered`);
      expect(arrived).to.be.greaterThan(100);
      expect(probes, 'probes').to.be.lessThan(arrived / 4);
      if (answers) expect(probes, 'probes').to.be.greaterThan(0);
    });
  }
});

/**
 * `npx audit-lanes` is started with whatever threads Node has for native calls, four: enough for every command,
 * also when it reads more partitions than that at a time and waits while it does.
 */
import { expect } from 'chai';
import { startBroker, type LocalKafka } from '../support/broker.js';
import { operatorCliOf } from '../support/operator-cli.js';
import { ServiceBench } from '../support/service-bench.js';

const PARTITIONS = 12;

describe('the command line with the threads that Node has by itself', function () {
  this.timeout(300_000);
  let kafka: LocalKafka;

  before(async function () {
    kafka = await startBroker(this);
  });

  const failing = async (): Promise<ServiceBench> => {
    const bench = await ServiceBench.on(kafka, { partitions: PARTITIONS });
    await bench.startReady('one');
    for (let partition = 0; partition < PARTITIONS; partition++)
      await bench.tool.produce(
        bench.source,
        { key: Buffer.from(`k${partition}`), value: Buffer.from('{'), headers: [] },
        partition,
      );
    await bench.untilAllCommitted();
    return bench;
  };

  // Fewer as well: what is enough must not be so by a hair.
  for (const threads of [undefined, '2'])
    it(`looks at ${PARTITIONS} partitions, acts on all and waits for it (UV_THREADPOOL_SIZE: ${threads ?? 'unset'})`, async () => {
      const bench = await failing();
      const cli = operatorCliOf(kafka, bench, {
        env: threads === undefined ? {} : { UV_THREADPOOL_SIZE: threads },
      });
      const lanes = await cli('lanes list --json');
      expect([lanes.code, lanes.stdout], lanes.stderr).to.deep.equal([0, '']);
      const waiting = (await cli('dlq list --json')).objects();
      expect(waiting).to.have.lengthOf(PARTITIONS);
      const replayed = await cli(
        `dlq replay --reason ${String(waiting[0]?.['reason'])} --no-validate --yes ${PARTITIONS}`,
      );
      expect(replayed.code, replayed.stderr).to.equal(0);
      const tailed = await cli('tail --json --from beginning');
      expect(tailed.code, tailed.stderr).to.equal(0);
      expect(tailed.objects().length).to.be.greaterThan(0);
    });
});

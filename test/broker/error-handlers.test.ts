/** What the author's error handlers say, done by the service on a real Kafka. */
import { expect } from 'chai';
import { startBroker, type LocalKafka } from '../support/broker.js';
import { StatefulBench, textOf } from '../support/stateful-bench.js';

const NOT_UTF8 = Buffer.from([0xff, 0xfe]);
const FAULTS = [
  { what: 'a function', value: Buffer.from('broken') },
  { what: 'reading', value: NOT_UTF8 },
  { what: 'writing', value: Buffer.from('unwritable') },
] as const;
const OUTPUTS = { first: 1, second: 1 };

describe('error handlers', function () {
  this.timeout(180_000);
  let kafka: LocalKafka;

  before(async function () {
    kafka = await startBroker(this);
  });

  const benchFor = (topology: 'handlers-fail' | 'handlers-resume'): Promise<StatefulBench> =>
    StatefulBench.on(kafka, { topology, sources: [1], outputs: OUTPUTS });

  const valuesOf = async (bench: StatefulBench, name: keyof typeof OUTPUTS): Promise<readonly string[]> =>
    (await bench.read(name)).map(({ value }) => textOf(value));

  const write = async (bench: StatefulBench, value: Buffer): Promise<void> => {
    const record = { key: Buffer.from('key'), value, headers: [] };
    await bench.tool.produce(bench.source(), record);
  };

  for (const { what, value } of FAULTS) {
    it(`fail ends the process with exit code 1 when ${what} has failed, and nothing is lost`, async () => {
      const bench = await benchFor('handlers-fail');
      const service = await bench.start('fails');
      await service.untilReady();
      await write(bench, Buffer.from('before'));
      await bench.untilCommitted();
      await write(bench, value);
      await write(bench, Buffer.from('behind'));
      expect((await service.untilExit()).code).to.equal(1);
      expect(await valuesOf(bench, 'first')).to.deep.equal(['before']);
      expect(await bench.committed()).to.be.at.most(2);

      // It ends again at the same record, and one that resumes goes on behind it.
      expect((await (await bench.start('fails again')).untilExit()).code).to.equal(1);
      const resumes = await bench.startTopology('handlers-resume', 'resumes');
      await resumes.untilReady();
      await bench.untilCommitted();
      expect(await valuesOf(bench, 'first')).to.deep.equal(['before', 'behind']);
      expect((await resumes.stop()).code).to.equal(0);
    });
  }

  it('resume goes on, and what is dropped is counted', async () => {
    const bench = await benchFor('handlers-resume');
    const service = await bench.start('resumes');
    await service.untilReady();
    for (const value of ['one', 'broken', 'two', NOT_UTF8, 'three', 'broken', 'unwritable', 'four'])
      await write(bench, Buffer.from(value as string));
    await bench.untilCommitted();
    expect(await valuesOf(bench, 'first')).to.deep.equal(['one', 'two', 'three', 'four']);
    // Without the output that cannot be written, with the other.
    expect(await valuesOf(bench, 'second')).to.deep.equal(['one', 'two', 'three', 'unwritable', 'four']);
    const name = 'audit_message_count_total';
    expect(await service.metric(name, 'outcome="dropped"')).to.equal(3);
    expect(await service.metric(name, 'outcome="processed"')).to.equal(5);
    expect(await service.metric(name, 'outcome="dead-letter"')).to.equal(0);
    expect(await service.metric('audit_dlq_count_total')).to.equal(0);
    expect((await service.stop()).code).to.equal(0);
  });
});

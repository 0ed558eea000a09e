/** What the engine relies on of the cluster's administration. */
import { expect } from 'chai';
import { partition } from '../../src/record/units.js';
import { first, record, type ContractBench } from './contract-bench.js';
import type { DefineCase } from './contract-harness.js';

export const adminCases = (contract: DefineCase<ContractBench>): void => {
  contract('a topic that does not exist has 0 partitions, and asking does not create it', async (bench) => {
    const admin = await bench.admin();
    const topic = bench.harness.uniqueName('absent');
    for (let round = 0; round < 3; round++) {
      expect((await admin.partitionCounts([topic])).get(topic)).to.equal(0);
      await bench.sleep(200);
    }
  });

  contract('creating a topic twice is no error and changes nothing', async (bench) => {
    const topic = await bench.topic(3);
    const admin = await bench.admin();
    await admin.createTopic({ name: topic, partitions: 5, replicationFactor: 1, config: {} });
    expect((await admin.partitionCounts([topic])).get(topic)).to.equal(3);
  });

  contract('a topic grows to the number of partitions that is asked for, once', async (bench) => {
    const topic = await bench.topic(1);
    const admin = await bench.admin();
    await admin.createPartitions(topic, 3);
    await admin.createPartitions(topic, 3);
    await bench.eventually(
      'it has grown',
      async () => (await admin.partitionCounts([topic])).get(topic) === 3,
    );
  });

  contract('several topics are counted in one call', async (bench) => {
    const [one, other] = [await bench.topic(1), await bench.topic(4)];
    const counts = await (await bench.admin()).partitionCounts([one, other, 'no-such-topic']);
    expect([...counts]).to.deep.equal([
      [one, 1],
      [other, 4],
      ['no-such-topic', 0],
    ]);
  });

  contract('watermarks of one partition do not depend on the others', async (bench) => {
    const topic = await bench.topic(2);
    const admin = await bench.admin();
    const producer = await bench.acknowledged();
    await producer.send([record(topic, 'a', { partition: partition(1) })]);
    expect(await admin.watermarks(first(topic))).to.deep.equal({ low: 0, high: 0 });
    expect(await admin.watermarks({ topic, partition: partition(1) })).to.deep.equal({ low: 0, high: 1 });
  });

  contract('members are given the partitions of a topic that exists already, all of them', async (bench) => {
    const topic = await bench.topic(5);
    const member = await bench.memberWith(topic, 5);
    expect(member.assigned).to.deep.equal([0, 1, 2, 3, 4].map((index) => `${topic}-${index}`));
  });
};

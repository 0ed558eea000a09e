/** The fixtures of test/kafka-streams are what its Java programs write. Needs no broker, only Java. */
import { expect } from 'chai';
import { fixture } from '../kafka-streams/fixtures.js';
import { outputOfJava, requireKafkaStreams } from '../kafka-streams/kafka-streams-java.js';

describe('the fixtures that Kafka Streams made', function () {
  this.timeout(120_000);

  before(async function () {
    await requireKafkaStreams(this);
  });

  it('descriptions.txt', async () => {
    expect(await outputOfJava('DescribeDsl.java')).to.equal(fixture('descriptions.txt'));
  });

  it('partitions.txt', async () => {
    expect(await outputOfJava('PartitionKeys.java')).to.equal(fixture('partitions.txt'));
  });
});

/**
 * The publisher on a real Kafka, as docs/publisher.md shows it: what Apache Kafka's own client reads back is
 * every event once, in order per user, on the partition that a Java producer would choose; also when the
 * broker is killed meanwhile.
 */
import { expect } from 'chai';
import { connectProducer } from '../../src/publishing.js';
import type {
  PublishedUserEvent,
  UserEventPublisher,
} from '../../topology/user-audit/user-event-publisher.js';
import { createUserEventPublisher } from '../../topology/user-audit/user-event-publisher.js';
import { sampleEvents } from '../../topology/user-audit/sample-events.js';
import { startBroker, startOwnBroker, uniqueName, type LocalKafka } from '../support/broker.js';
import { RecordTool, type StoredRecord } from '../support/record-tool.js';
import { recordToolFor } from '../support/service-bench.js';

const USERS = 50;

const eventsOf = (count: number): readonly PublishedUserEvent[] => {
  const next = sampleEvents({ seed: 11, users: USERS });
  return Array.from({ length: count }, (_, i) => ({ ...next(1_770_000_000_000 + i), spring: false }));
};

const headerOf = ({ headers }: StoredRecord, name: string): string | undefined =>
  headers.find((header) => header.name === name)?.value?.toString();

/** Ids by user, in the order of the topic. */
const idsByUser = (records: readonly StoredRecord[]): Map<string, string[]> => {
  const ids = new Map<string, string[]>();
  for (const record of records) {
    const user = record.key?.toString() ?? '';
    ids.set(user, [...(ids.get(user) ?? []), headerOf(record, 'ce_id') ?? '']);
  }
  return ids;
};

const expectedIds = (events: readonly PublishedUserEvent[]): Map<string, string[]> => {
  const ids = new Map<string, string[]>();
  for (const { data, id } of events) ids.set(data.userId, [...(ids.get(data.userId) ?? []), id ?? '']);
  return ids;
};

const sorted = (ids: Map<string, string[]>) => [...ids].sort(([a], [b]) => (a < b ? -1 : 1));

describe('the publisher', function () {
  this.timeout(120_000);
  let kafka: LocalKafka;
  let tool: RecordTool;

  before(async function () {
    kafka = await startBroker(this);
    tool = await recordToolFor(kafka.bootstrapServers);
  });

  const made: UserEventPublisher[] = [];
  const publisherOn = async (
    { bootstrapServers }: LocalKafka,
    topic: string,
    maxQueued = 10_000,
  ): Promise<UserEventPublisher> => {
    // A broker of a busy machine may take longer to come back than a platform's.
    const producer = await connectProducer({ bootstrapServers, deliveryTimeoutMs: 150_000 });
    const publisher = createUserEventPublisher({ producer, topic, source: '/test', maxQueued });
    made.push(publisher);
    return publisher;
  };

  afterEach(() => Promise.all(made.splice(0).map((publisher) => publisher.close())));

  it('writes 5,000 events once, in order per user, where Java would, each when it says so', async () => {
    const topic = uniqueName('published');
    await tool.createTopic(topic, 3);
    const events = eventsOf(5_000);
    const publisher = await publisherOn(kafka, topic, 500);
    const published: Promise<void>[] = [];
    for (const event of events) {
      await publisher.ready();
      published.push(publisher.publish(event));
    }
    await Promise.all(published);
    const records = await tool.read(topic);
    expect(publisher.counts).to.deep.equal({ published: 5_000, failed: 0, refused: 0, queued: 0 });
    await publisher.close();

    expect(records).to.have.lengthOf(5_000);
    expect(sorted(idsByUser(records))).to.deep.equal(sorted(expectedIds(events)));
    const partitions = new Map(records.map(({ key, partition }) => [key?.toString() ?? '', partition]));
    const probe = uniqueName('probe');
    await tool.createTopic(probe, 3);
    for (const [user, partition] of partitions) {
      const java = await tool.produce(probe, { key: Buffer.from(user), value: null, headers: [] });
      expect(partition, user).to.equal(java.partition);
    }
    expect(new Set(partitions.values()).size).to.equal(3);
  });

  it('closes after everything that it took is written', async () => {
    const topic = uniqueName('drained');
    await tool.createTopic(topic, 3);
    const publisher = await publisherOn(kafka, topic);
    for (const event of eventsOf(2_000)) publisher.publishAndForget(event);
    expect(publisher.counts.queued).to.equal(2_000);
    await publisher.close();
    expect(publisher.counts).to.deep.equal({ published: 2_000, failed: 0, refused: 0, queued: 0 });
    expect(await tool.read(topic)).to.have.lengthOf(2_000);
  });

  it('loses, doubles and reorders nothing when the broker is killed and comes back', async function () {
    const own = await startOwnBroker(this);
    this.timeout(300_000);
    const ownTool = await RecordTool.start(own.bootstrapServers);
    const topic = uniqueName('killed');
    await ownTool.createTopic(topic, 3);
    await ownTool.stop();
    const events = eventsOf(6_000);
    const publisher = await publisherOn(own, topic, 200);
    let restarting: Promise<void> | undefined;
    const published: Promise<void>[] = [];
    for (const [i, event] of events.entries()) {
      await publisher.ready();
      const done = publisher.publish(event);
      done.catch(() => undefined);
      published.push(done);
      if (i === 2_000) restarting = own.kill().then(() => own.restart());
    }
    const outcomes = await Promise.allSettled([...published, restarting]);
    expect(outcomes.filter(({ status }) => status === 'rejected')).to.deep.equal([]);
    await publisher.close();
    const reader = await RecordTool.start(own.bootstrapServers);
    const records = await reader.read(topic);
    await reader.stop();
    expect(sorted(idsByUser(records))).to.deep.equal(sorted(expectedIds(events)));
  });

  it('says that no broker answers, within its time', async () => {
    const error = await connectProducer({
      bootstrapServers: 'localhost:1',
      connectTimeoutMs: 500,
    }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.instanceOf(Error);
    expect((error as Error).message).to.include('localhost:1');
  });
});

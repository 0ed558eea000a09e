/**
 * The Kafka Streams job of the bench, in both its variants, does the same work as this project's topology: of the same events both write the
 * same audit events, with the same keys, bytes, headers and timestamps to the same partitions, and both put
 * the same events aside. A comparison of their speeds means nothing without it.
 */
import { expect } from 'chai';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { startKafkaStreams, type KafkaStreamsJson } from '../../bench/kafka-streams/kafka-streams-job.js';
import { sampleEvents } from '../../topology/user-audit/sample-events.js';
import { buildTopology } from '../../topology/user-audit/topology.js';
import { userEventFormat } from '../../topology/user-audit/user-event-publisher.js';
import { startOwnStreams } from '../kafka-streams/own-streams.js';
import { agreementRecords } from '../support/agreement-records.js';
import { projectRoot, startBroker, uniqueName, type LocalKafka } from '../support/broker.js';
import { HostileRecords } from '../support/hostile-records.js';
import type { RawRecord, RecordTool, StoredRecord } from '../support/record-tool.js';
import { recordToolFor } from '../support/service-bench.js';
import { until } from '../support/wait.js';

const PARTITIONS = 6;
const LIMIT_MS = 120_000;
const FIRST_TIME_MS = Date.UTC(2026, 1, 3, 4, 5, 6, 789);

/** Both would stop a partition, or end, at an audit event that its topic does not take. */
const MAX_VALUE_BYTES = 100_000;

const hostile = (): readonly RawRecord[] => {
  const records = new HostileRecords({ seed: 81, huge: 0 });
  return [...records.oneOfEach(), ...Array.from({ length: 1000 }, () => records.next())].filter(
    // Kafka Streams puts a record without a key into any partition.
    ({ key, value }) => key !== null && (value?.length ?? 0) < MAX_VALUE_BYTES,
  );
};

const realistic = (): readonly RawRecord[] => {
  const next = sampleEvents({ seed: 82 });
  const format = userEventFormat('/user-service');
  return Array.from({ length: 2000 }, (_, index) => {
    const event = next(FIRST_TIME_MS + index * 977);
    const headers = format.headers(event).map(({ name, value }) => ({ name, value: Buffer.from(value) }));
    return { key: format.key(event), value: format.value(event), headers };
  });
};

const whatOf = (record: RawRecord | undefined): string =>
  record !== undefined && 'what' in record ? String(record.what) : 'a realistic event';

const text = (data: Buffer | null): string => (data === null ? 'null' : data.toString('latin1'));

/** A line has all that must be equal; lines are in the order of their partition. */
const linesOf = (records: readonly StoredRecord[]): readonly (readonly string[])[] =>
  Array.from({ length: PARTITIONS }, (_, partition) =>
    records
      .filter((record) => record.partition === partition)
      .map(({ key, value, headers, timestamp }) => {
        const shown = headers.map((header) => `${header.name}: ${text(header.value)}`).join(', ');
        return `${text(key)} = ${text(value)} at ${timestamp}, with ${shown}`;
      }),
  );

/** Both write the headers of KIP-1034. */
const placesOf = (letters: readonly StoredRecord[]): readonly string[] =>
  letters
    .map(({ headers }) => {
      const of = (name: string): string =>
        text(headers.findLast((header) => header.name === `__streams.errors.${name}`)?.value ?? null);
      return `${of('topic')}-${of('partition')}-${of('offset')}`;
    })
    .sort();

describe('the Kafka Streams job of the bench', function () {
  this.timeout(300_000);
  let kafka: LocalKafka;
  let tool: RecordTool;

  before(async function () {
    this.timeout(300_000);
    const path = pathToFileURL(join(projectRoot(), 'tools', 'kafka', 'jars.mjs')).href;
    const { missingForKafkaStreamsJob } = (await import(path)) as {
      missingForKafkaStreamsJob(): string | null;
    };
    const missing = missingForKafkaStreamsJob();
    if (missing !== null) {
      if (process.env.CI === 'true') throw new Error(missing);
      console.log(`    skipped: ${missing}`);
      this.skip();
    }
    kafka = await startBroker(this);
    tool = await recordToolFor(kafka.bootstrapServers);
  });

  const untilCommitted = async (group: string, source: string): Promise<void> => {
    const ends = await tool.ends(source);
    await until(
      `${group} has committed all of ${source}`,
      async () => {
        const committed = await tool.committed(group, source);
        return [...ends].every(([partition, end]) => end === 0 || committed.get(partition) === end);
      },
      LIMIT_MS,
    );
  };

  const agrees = async (json: KafkaStreamsJson): Promise<void> => {
    const { bootstrapServers } = kafka;
    const [source, java, own] = ['user.events', 'bench-java', 'bench-own'].map(uniqueName) as [
      string,
      string,
      string,
    ];
    const topics = [source, `${java}.audit`, `${java}.dlq`, `${own}.audit`];
    await Promise.all(topics.map((topic) => tool.createTopic(topic, PARTITIONS)));
    const records: readonly RawRecord[] = [...agreementRecords(), ...hostile(), ...realistic()];
    // Recent, or the broker deletes them.
    const firstMs = Date.now() - 600_000;
    const timestamp = (index: number): number => firstMs + index * 13;
    const places = await Promise.all(
      records.map((record, index) => tool.produce(source, record, undefined, timestamp(index))),
    );

    const job = await startKafkaStreams({
      bootstrapServers,
      applicationId: java,
      sourceTopic: source,
      auditTopic: `${java}.audit`,
      deadLetterTopic: `${java}.dlq`,
      threads: 2,
      json,
    });
    try {
      await untilCommitted(java, source);
    } finally {
      await job.stop();
    }
    const topology = buildTopology({
      // Whose name the audit events bear.
      applicationId: java,
      sourceTopics: [source],
      auditTopic: `${own}.audit`,
      schemasStrict: false,
      directory: undefined,
    });
    const streams = await startOwnStreams(topology, {
      bootstrapServers,
      applicationId: own,
      sourceTopics: [source],
    });
    try {
      await untilCommitted(own, source);
    } finally {
      await streams.stop();
    }

    const [ownAudits, javaAudits, ownLetters, javaLetters] = (await Promise.all(
      [`${own}.audit`, `${java}.audit`, `${own}.${source}.dlq`, `${java}.dlq`].map((topic) =>
        tool.read(topic),
      ),
    )) as [
      readonly StoredRecord[],
      readonly StoredRecord[],
      readonly StoredRecord[],
      readonly StoredRecord[],
    ];
    expect(ownAudits.length + ownLetters.length).to.equal(records.length);
    expect(ownAudits).to.have.length.above(3000);
    expect(ownLetters).to.have.length.above(800);
    const [ownAside, javaAside] = [ownLetters, javaLetters].map(placesOf) as [string[], string[]];
    // What is particular about a record says more than its place.
    const named = (wanted: readonly string[]): readonly string[] =>
      places.flatMap(({ partition, offset }, index) => {
        const place = `${source}-${partition}-${offset}`;
        return wanted.includes(place) ? [`${place}: ${whatOf(records[index])}`] : [];
      });
    expect(named(javaAside)).to.deep.equal(named(ownAside));
    expect(javaAside).to.deep.equal(ownAside);
    expect(linesOf(javaAudits)).to.deep.equal(linesOf(ownAudits));
  };

  const variants: readonly KafkaStreamsJson[] = ['by-hand', 'databind'];
  for (const json of variants)
    it(`with JSON ${json} writes what the topology writes, and puts aside what it puts aside`, () =>
      agrees(json));
});

/**
 * The same topology, in Java on Kafka Streams and in TypeScript on this engine, reads the same input on one broker.
 * Both must write the same: per key the same values with the same timestamps in the same order, to the same
 * partitions.
 */
import { expect } from 'chai';
import {
  startSideBySide,
  requireKafkaStreams,
  type JavaStreams,
} from '../kafka-streams/kafka-streams-java.js';
import { startOwnStreams, type OwnStreams } from '../kafka-streams/own-streams.js';
import { buildSideBySide } from '../kafka-streams/side-by-side.js';
import { baseTimestamp, phasesOf, type InputRecord } from '../kafka-streams/side-by-side-input.js';
import { INPUTS, OUTPUTS, type OutputName } from '../kafka-streams/side-by-side-topics.js';
import { startBroker, uniqueName, type LocalKafka } from '../support/broker.js';
import type { RecordTool, StoredRecord } from '../support/record-tool.js';
import { recordToolFor } from '../support/service-bench.js';
import { until } from '../support/wait.js';

const SEEDS = [1, 2];
/** Their keys have the window after "@": in one partition the order of one key's windows is seen as well. */
const WINDOWED: readonly OutputName[] = [
  'tumbling',
  'final',
  'final-some',
  'hopping',
  'window-sums',
  'change-windows',
];
const LIMIT_MS = 90_000;

const text = (data: Buffer | null): string | null => (data === null ? null : data.toString('utf8'));

/** One line per record, by key without its window; a line has all that must be equal. */
const linesByKey = (records: readonly StoredRecord[]): Readonly<Record<string, readonly string[]>> => {
  const lines: Record<string, string[]> = {};
  for (const { key, value, timestamp, partition } of records) {
    const name = text(key) ?? 'null';
    const [withoutWindow = ''] = name.split('@');
    (lines[withoutWindow] ??= []).push(`${name} = ${String(text(value))}, ${timestamp}, in ${partition}`);
  }
  return lines;
};

describe('Kafka Streams and this engine agree', function () {
  this.timeout(300_000);
  let kafka: LocalKafka;
  let tool: RecordTool;
  let running: { stop(): Promise<void> }[] = [];

  before(async function () {
    await requireKafkaStreams(this);
    kafka = await startBroker(this);
    tool = await recordToolFor(kafka.bootstrapServers);
  });

  afterEach(async () => {
    const stopping = running;
    running = [];
    await Promise.all(stopping.map((one) => one.stop()));
  });

  const started = async <S extends { stop(): Promise<void> }>(starting: Promise<S>): Promise<S> => {
    const one = await starting;
    running.push(one);
    return one;
  };

  const untilCommitted = async (group: string, inputs: string): Promise<void> => {
    for (const topic of INPUTS.map((name) => `${inputs}.${name}`)) {
      const ends = await tool.ends(topic);
      await until(
        `${group} has committed all of ${topic}`,
        async () => {
          const committed = await tool.committed(group, topic);
          return [...ends].every(([partition, end]) => end === 0 || committed.get(partition) === end);
        },
        LIMIT_MS,
      );
    }
  };

  const write = async (inputs: string, phase: readonly InputRecord[]): Promise<void> => {
    await Promise.all(
      phase.map(({ input, key, value, timestamp }) => {
        const record = {
          key: Buffer.from(key),
          value: value === null ? null : Buffer.from(value),
          headers: [],
        };
        return tool.produce(`${inputs}.${input}`, record, undefined, timestamp);
      }),
    );
  };

  for (const seed of SEEDS) {
    it(`about aggregates, windows, final results, joins, tables and repartitions, seed ${seed}`, async () => {
      const [inputs, java, own] = ['agreement-in', 'agreement-java', 'agreement-own'].map(uniqueName) as [
        string,
        string,
        string,
      ];
      await Promise.all([
        ...INPUTS.map((name) => tool.createTopic(`${inputs}.${name}`, 3)),
        ...[java, own].flatMap((outputs) =>
          OUTPUTS.map((name) => tool.createTopic(`out.${outputs}.${name}`, WINDOWED.includes(name) ? 1 : 3)),
        ),
      ]);
      const javaStreams: Promise<JavaStreams> = started(
        startSideBySide(kafka.bootstrapServers, java, inputs, `out.${java}`),
      );
      const ownStreams: OwnStreams = await started(
        startOwnStreams(buildSideBySide(inputs, `out.${own}`), {
          bootstrapServers: kafka.bootstrapServers,
          applicationId: own,
          sourceTopics: INPUTS.map((name) => `${inputs}.${name}`),
        }),
      );
      await javaStreams;

      const phases = phasesOf(seed, baseTimestamp(Date.now()));
      for (const phase of phases) {
        await write(inputs, phase);
        await Promise.all([java, own].map((group) => untilCommitted(group, inputs)));
      }
      // What went through a repartition topic is not done when the inputs are.
      const events = phases.flat().filter(({ input }) => input === 'events').length;
      for (const outputs of [java, own]) {
        await until(
          `${outputs} has counted every event by kind`,
          async () => (await tool.read(`out.${outputs}.kinds`)).length >= events,
          LIMIT_MS,
        );
      }

      for (const name of OUTPUTS) {
        const [expected, found] = await Promise.all([
          tool.read(`out.${java}.${name}`),
          tool.read(`out.${own}.${name}`),
        ]);
        expect(expected.length, `records of Kafka Streams in ${name}`).to.be.greaterThan(20);
        expect(linesByKey(found), name).to.deep.equal(linesByKey(expected));
      }
      expect(ownStreams.telemetry.lines.filter((line) => line.startsWith('deadLetters'))).to.deep.equal([]);
    });
  }
});

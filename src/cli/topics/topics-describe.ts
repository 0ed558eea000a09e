/** `topics describe`: everything that the cluster tells of topics. */
import type { Inspection } from '../cluster/inspection.js';
import type { ConfigFact, Ends, TopicPartitionFacts } from '../cluster/inspector.js';
import type { ExitCode } from '../exit-code.js';
import { EXIT } from '../exit-code.js';
import type { Printable } from '../terminal/printable.js';
import { joined, printable, shown } from '../terminal/printable.js';
import { indented } from '../terminal/record-lines.js';
import { sizeOf } from '../terminal/size-text.js';
import type { Column } from '../terminal/text-table.js';
import { tableLines } from '../terminal/text-table.js';
import { expectedTopics } from './expected-topics.js';
import type { TopicsDescribe } from './topics-request.js';

interface PartitionRow extends TopicPartitionFacts {
  readonly partition: number;
  readonly ends: Ends | undefined;
  readonly bytes: number | undefined;
}

const brokers = (ids: readonly number[]): Printable =>
  joined(
    ids.map((id) => shown`${id}`),
    ',',
  );
const orDash = (count: number | undefined): Printable => (count === undefined ? shown`-` : shown`${count}`);

const COLUMNS: readonly Column<PartitionRow>[] = [
  { title: 'partition', align: 'right', cell: ({ partition }) => shown`${partition}` },
  {
    title: 'leader',
    align: 'right',
    cell: ({ leader }) => (leader < 0 ? shown`none` : shown`${leader}`),
    paint: ({ leader }, paint) => (leader < 0 ? paint.red : undefined),
  },
  { title: 'replicas', cell: ({ replicas }) => brokers(replicas) },
  {
    title: 'in sync',
    cell: ({ inSync }) => brokers(inSync),
    paint: ({ inSync, replicas }, paint) => (inSync.length < replicas.length ? paint.red : undefined),
  },
  { title: 'low', align: 'right', cell: ({ ends }) => orDash(ends?.low) },
  { title: 'high', align: 'right', cell: ({ ends }) => orDash(ends?.high) },
  { title: 'size', align: 'right', cell: ({ bytes }) => (bytes === undefined ? shown`-` : sizeOf(bytes)) },
];

const ownConfigs = (configs: readonly ConfigFact[]): readonly ConfigFact[] =>
  configs.filter(({ isOwn }) => isOwn);

const configLines = (configs: readonly ConfigFact[]): readonly Printable[] =>
  ownConfigs(configs).map(
    ({ name, value }) => shown`${printable(name)}=${value === null ? shown`***` : printable(value)}`,
  );

const topicObject = (
  topic: string,
  rows: readonly PartitionRow[],
  configs: readonly ConfigFact[],
): object => ({
  topic,
  partitions: rows.map(({ bytes, ends, inSync, leader, partition, replicas }) => ({
    partition,
    leader: leader < 0 ? null : leader,
    replicas,
    inSync,
    low: ends?.low ?? null,
    high: ends?.high ?? null,
    bytes: bytes ?? null,
  })),
  config: Object.fromEntries(ownConfigs(configs).map(({ name, value }) => [name, value])),
});

export const topicsDescribe = async (inspection: Inspection, request: TopicsDescribe): Promise<ExitCode> => {
  const { application, output } = inspection;
  const names =
    request.topics.length > 0
      ? [...new Set(request.topics)]
      : expectedTopics(application, new Map()).map(({ name }) => name);
  const cluster = await inspection.inspector();
  const found = await cluster.topics(names);
  const existing = [...found.keys()];
  const counts = new Map([...found].map(([name, partitions]) => [name, partitions.length]));
  const configs = await cluster.configs(existing);
  // A partition without a leader has no offsets, and asking for them would fail for all.
  const led = [...found].filter(([, partitions]) => partitions.every(({ leader }) => leader >= 0));
  const ends = await cluster.ends(new Map(led.map(([name, partitions]) => [name, partitions.length])));
  const sizes = await cluster.sizes(counts);
  for (const [name, partitions] of found) {
    const rows = partitions.map((facts, partition) => ({
      ...facts,
      partition,
      ends: ends.get(name)?.get(partition),
      bytes: sizes.get(name)?.get(partition),
    }));
    if (output.isJson) {
      output.json(topicObject(name, rows, configs.get(name) ?? []));
      continue;
    }
    const bytes = rows.reduce((sum, row) => sum + (row.bytes ?? 0), 0);
    output.line(
      shown`${output.paint.bold(printable(name))}  partitions ${rows.length}, ${sizeOf(bytes)} on each replica`,
    );
    for (const line of indented(configLines(configs.get(name) ?? []))) output.line(line);
    for (const line of indented(tableLines(COLUMNS, rows, output.paint, output.width))) output.line(line);
  }
  const missing = names.filter((name) => !found.has(name));
  for (const name of missing) output.note(shown`There is no topic ${printable(name)}.`);
  return missing.length === 0 ? EXIT.done : EXIT.failed;
};

/** What is told of topics: as objects for programs, as tables for people. Pure. */
import { parseDuration } from '../../../config/duration.js';
import type { TopicStep } from '../../topics/topic-plan.js';
import type { Printable } from '../terminal/printable.js';
import { joined, printable, shown } from '../terminal/printable.js';
import type { Column } from '../terminal/text-table.js';
import { spanText } from '../terminal/time-text.js';
import type { ExpectedTopic } from './expected-topics.js';
import type { Difference, TopicFinding } from './topic-findings.js';

const configText = ([name, value]: readonly [string, string]): Printable => {
  const isTime = /(^|\.)ms$/.test(name) && parseDuration(`${value}ms`) !== null;
  const span = isTime ? shown` (${spanText(Number(value))})` : shown``;
  return shown`${printable(name)}=${printable(value)}${span}`;
};

export const expectedObject = ({ config, name, partitions, replicationFactor, role }: ExpectedTopic) => ({
  topic: name,
  role,
  partitions,
  replicationFactor,
  config,
});

export const expectedColumns: readonly Column<ExpectedTopic>[] = [
  { title: 'topic', cell: ({ name }) => printable(name) },
  { title: 'role', cell: ({ role }) => printable(role) },
  { title: 'partitions', align: 'right', cell: ({ partitions }) => shown`${partitions}` },
  { title: 'replicas', align: 'right', cell: ({ replicationFactor }) => shown`${replicationFactor}` },
  { title: 'settings', cell: ({ config }) => joined(Object.entries(config).map(configText), ', ') },
];

const differenceText = (difference: Difference): Printable => {
  switch (difference.kind) {
    case 'missing':
      return shown`missing`;
    case 'partitions':
    case 'replication':
      return shown`${printable(difference.kind)}: ${difference.found}, expected ${difference.expected}`;
    case 'config': {
      const found = difference.found === null ? shown`not told` : printable(difference.found);
      return shown`${printable(difference.name)}: ${found}, expected ${printable(difference.expected)}`;
    }
  }
};

const replicasOf = ({ partitions }: TopicFinding): number | null =>
  partitions === null ? null : Math.min(...partitions.map(({ replicas }) => replicas.length));

const orDash = (count: number | null | undefined): Printable => (count == null ? shown`-` : shown`${count}`);

export const findingObject = (finding: TopicFinding) => ({
  topic: finding.expected.name,
  role: finding.expected.role,
  ok: finding.differences.length === 0,
  partitions: finding.partitions?.length ?? null,
  replication: replicasOf(finding),
  differences: finding.differences,
});

export const findingColumns: readonly Column<TopicFinding>[] = [
  { title: 'topic', cell: ({ expected }) => printable(expected.name) },
  { title: 'role', cell: ({ expected }) => printable(expected.role) },
  { title: 'partitions', align: 'right', cell: ({ partitions }) => orDash(partitions?.length) },
  { title: 'replicas', align: 'right', cell: (finding) => orDash(replicasOf(finding)) },
  {
    title: 'state',
    cell: ({ differences }) =>
      differences.length === 0 ? shown`ok` : joined(differences.map(differenceText), '; '),
    paint: ({ differences }, paint) =>
      differences.length === 0
        ? paint.green
        : differences.some(({ kind }) => kind === 'missing')
          ? paint.red
          : paint.yellow,
  },
];

/** A change of settings of a topic that exists. */
export interface ConfigStep {
  readonly kind: 'configure';
  readonly topic: string;
  readonly config: Readonly<Record<string, string>>;
}

export type ApplyStep = TopicStep | ConfigStep;

export const stepText = (step: ApplyStep): Printable => {
  switch (step.kind) {
    case 'create': {
      const { config, name, partitions, replicationFactor } = step.topic;
      const settings = joined(Object.entries(config).map(configText), ', ');
      return shown`create ${printable(name)}: partitions ${partitions}, replicas ${replicationFactor}; ${settings}`;
    }
    case 'grow':
      return shown`extend ${printable(step.topic)} to ${step.partitions} partitions`;
    case 'configure':
      return shown`configure ${printable(step.topic)}: ${joined(Object.entries(step.config).map(configText), ', ')}`;
  }
};

export const stepObject = (step: ApplyStep): object =>
  step.kind === 'create' ? { kind: step.kind, ...step.topic, topic: step.topic.name } : step;

/** What is told of a group: as objects for programs, as tables for people. Pure. */
import type { MemberFacts } from '../cluster/inspector.js';
import type { Printable } from '../terminal/printable.js';
import { joined, printable, shown } from '../terminal/printable.js';
import type { Column } from '../terminal/text-table.js';
import { spanText } from '../terminal/time-text.js';
import type { GroupLook, PartitionProgress } from './group-look.js';
import { lagOf } from './group-look.js';

const ID_WIDTH = 60;

const assignedText = ({ assigned }: MemberFacts): Printable =>
  assigned.size === 0
    ? shown`nothing`
    : joined(
        [...assigned].map(
          ([topic, partitions]) =>
            shown`${printable(topic)} ${printable([...partitions].sort((a, b) => a - b).join(','))}`,
        ),
        '; ',
      );

export const memberColumns: readonly Column<MemberFacts>[] = [
  { title: 'member', cell: ({ id }) => printable(id, ID_WIDTH) },
  {
    title: 'instance',
    cell: ({ instanceId }) => (instanceId === null ? shown`-` : printable(instanceId, ID_WIDTH)),
  },
  { title: 'client', cell: ({ clientId }) => printable(clientId, ID_WIDTH) },
  { title: 'host', cell: ({ host }) => printable(host, ID_WIDTH) },
  { title: 'assigned', cell: assignedText },
];

const rateText = ({ progress }: PartitionProgress): Printable =>
  progress === null
    ? shown`-`
    : shown`${printable(progress.perSecond.toFixed(progress.perSecond < 10 ? 1 : 0))}/s`;

const drainText = ({ lag, progress }: PartitionProgress): Printable => {
  if (lag === 0) return shown`nothing to do`;
  if (progress === null) return shown`-`;
  return progress.drainMs === null ? shown`never` : spanText(progress.drainMs);
};

export const partitionColumns: readonly Column<PartitionProgress>[] = [
  { title: 'topic', cell: ({ topic }) => printable(topic) },
  { title: 'part', align: 'right', cell: ({ partition }) => shown`${partition}` },
  {
    title: 'committed',
    align: 'right',
    cell: ({ committed }) => (committed === null ? shown`none` : shown`${committed}`),
  },
  { title: 'end', align: 'right', cell: ({ end }) => shown`${end}` },
  {
    title: 'lag',
    align: 'right',
    cell: ({ lag }) => shown`${lag}`,
    paint: ({ lag }, paint) => (lag > 0 ? paint.yellow : paint.green),
  },
  { title: 'rate', align: 'right', cell: rateText },
  {
    title: 'to drain',
    align: 'right',
    cell: drainText,
    paint: ({ lag, progress }, paint) => (lag > 0 && progress?.drainMs === null ? paint.red : undefined),
  },
  {
    title: 'owner',
    cell: ({ owner }) => (owner === null ? shown`nobody` : printable(owner, ID_WIDTH)),
    paint: ({ owner }, paint) => (owner === null ? paint.red : undefined),
  },
];

export const groupLine = (id: string, { group }: GroupLook, rows: readonly PartitionProgress[]): Printable =>
  shown`group ${printable(id)}: ${printable(group.state.toLowerCase())}, protocol ${printable(group.protocol)}, assignor ${printable(group.assignor || '-')}; members ${group.members.length}; lag ${lagOf(rows)}`;

export const groupObject = (
  id: string,
  { atMs, group }: GroupLook,
  rows: readonly PartitionProgress[],
): object => ({
  kind: 'group',
  group: id,
  at: new Date(atMs).toISOString(),
  state: group.state.toLowerCase(),
  protocol: group.protocol,
  assignor: group.assignor,
  members: group.members.length,
  lag: lagOf(rows),
});

export const memberObject = ({ assigned, ...member }: MemberFacts): object => ({
  kind: 'member',
  ...member,
  assigned: Object.fromEntries(assigned),
});

export const partitionObject = ({ progress, ...row }: PartitionProgress): object => ({
  kind: 'partition',
  ...row,
  ...(progress ?? {}),
});

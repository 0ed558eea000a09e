/** `group`: who is in the consumer group, and how far behind each partition is. It never joins the group. */
import { sleep } from '../../ports/nap.js';
import type { Inspection } from '../cluster/inspection.js';
import type { ClusterInspector } from '../cluster/inspector.js';
import type { ExitCode } from '../exit-code.js';
import { EXIT, Unfulfilled } from '../exit-code.js';
import { shown } from '../terminal/printable.js';
import { tableLines } from '../terminal/text-table.js';
import { spanText } from '../terminal/time-text.js';
import type { GroupLook } from './group-look.js';
import { partitionsOf, topicsRead } from './group-look.js';
import {
  groupLine,
  groupObject,
  memberColumns,
  memberObject,
  partitionColumns,
  partitionObject,
} from './group-report.js';
import type { GroupRequest } from './group-request.js';

const look = async (inspection: Inspection, cluster: ClusterInspector): Promise<GroupLook> => {
  const { application, parts } = inspection;
  const group = await cluster.group(application.id);
  if (group === null)
    throw new Unfulfilled(
      `There is no consumer group ${application.id}: no service has joined it yet. Is KAFKA_GROUP_ID that of the service?`,
    );
  const topics = await cluster.topics(topicsRead(application));
  const counts = new Map([...topics].map(([name, partitions]) => [name, partitions.length]));
  // Committed first: what is committed in between must not make the lag negative.
  const committed = await cluster.committed(application.id);
  const ends = await cluster.ends(counts);
  return { atMs: parts.clock.now(), group, committed, ends };
};

const tell = ({ application, output }: Inspection, now: GroupLook, before: GroupLook | null): void => {
  const rows = partitionsOf(now, before);
  if (output.isJson) {
    output.json(groupObject(application.id, now, rows));
    for (const member of now.group.members) output.json(memberObject(member));
    for (const row of rows) output.json(partitionObject(row));
    return;
  }
  const { paint, width } = output;
  output.line(groupLine(application.id, now, rows));
  if (now.group.members.length > 0)
    for (const line of tableLines(memberColumns, now.group.members, paint, width)) output.line(line);
  output.line(shown``);
  for (const line of tableLines(partitionColumns, rows, paint, width)) output.line(line);
};

export const groupShow = async (inspection: Inspection, request: GroupRequest): Promise<ExitCode> => {
  const { output, parts } = inspection;
  const { clock, stop } = parts;
  const cluster = await inspection.inspector();
  let before: GroupLook | null = null;
  let now = await look(inspection, cluster);
  const { intervalMs, isWatching } = request;
  if (intervalMs === null) {
    tell(inspection, now, null);
    return EXIT.done;
  }
  // Who watches wants to see something at once; two looks are asked for to know the pace.
  if (isWatching) tell(inspection, now, null);
  do {
    output.progress(shown`looking again in ${spanText(intervalMs)}`);
    await sleep(clock, intervalMs, stop);
    output.progress(shown``);
    // Ctrl-C is how a watch ends.
    if (isWatching && stop.aborted) break;
    stop.throwIfAborted();
    before = now;
    now = await look(inspection, cluster);
    if (isWatching && !output.isJson) output.line(shown``);
    tell(inspection, now, before);
  } while (isWatching);
  return EXIT.done;
};

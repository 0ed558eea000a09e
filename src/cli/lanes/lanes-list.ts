/** `lanes list`: every key that has a failed record before it. */
import type { ExitCode } from '../exit-code.js';
import { EXIT } from '../exit-code.js';
import { laneColumns, laneObject, lanesSummary } from './lane-report.js';
import type { AllLanes, LocatedLane } from './located-lane.js';
import { byAge, lanesOf } from './located-lane.js';
import type { Operator } from '../cluster/operator.js';
import type { LanesList } from './lanes-request.js';
import type { Output } from '../terminal/output.js';
import { printable, shown } from '../terminal/printable.js';
import { sitesReading } from '../cluster/site.js';
import { tableLines } from '../terminal/text-table.js';

const isWanted =
  ({ status, topic }: LanesList) =>
  ({ lane }: LocatedLane): boolean =>
    (status === null || lane.state.status === status) && (topic === null || lane.head.record.topic === topic);

/** Partitions whose lane log cannot be understood; what was read of the others is worth showing all the same. */
export const noteUnreadable = (output: Output, { unreadable }: AllLanes): ExitCode => {
  for (const { view, why } of unreadable)
    output.note(
      shown`The lane log of partition ${view.partition} cannot be understood, and the service refuses it too: ${printable(why)}`,
    );
  return unreadable.length === 0 ? EXIT.done : EXIT.failed;
};

export const lanesList = async (operator: Operator, request: LanesList): Promise<ExitCode> => {
  const { output, parts } = operator;
  const views = await operator.laneLogs(sitesReading(parts.sites, request.topic), request.partition);
  const nowMs = parts.clock.now();
  const all = lanesOf(views, nowMs);
  const found = all.lanes.filter(isWanted(request)).sort(byAge);
  const rows = found.slice(0, request.limit ?? found.length);
  if (output.isJson) for (const row of rows) output.json(laneObject(row, nowMs));
  else {
    if (rows.length > 0)
      for (const line of tableLines(laneColumns(nowMs), rows, output.paint, output.width)) output.line(line);
    output.line(lanesSummary(found, nowMs));
    if (rows.length < found.length) output.note(shown`Shown are the oldest ${rows.length}.`);
  }
  return noteUnreadable(output, all);
};

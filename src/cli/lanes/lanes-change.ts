/** `lanes release` and `lanes skip`: the operator decides about the head of a lane. */
import { Delivery } from '../cluster/delivery.js';
import { laneCommand } from '../cluster/errand.js';
import type { ExitCode } from '../exit-code.js';
import { laneLine } from './lane-report.js';
import { LetterBox } from '../dlq/letter-box.js';
import type { LocatedLane } from './located-lane.js';
import { chooseLane, lanesOf } from './located-lane.js';
import { audited } from '../cluster/operator-audit.js';
import type { Operator } from '../cluster/operator.js';
import type { LanesChange } from './lanes-request.js';
import { shown } from '../terminal/printable.js';
import { sitesReading } from '../cluster/site.js';

/** Offset of the notice that a parked head left in the dead letters: its end will name it. */
const noticeOf = async (
  operator: Operator,
  { lane, partition, view }: LocatedLane,
): Promise<number | null> => {
  if (!lane.state.copied) return null;
  const recordId = lane.head.name;
  const [notice] = await new LetterBox(operator, view.site).search({
    partition,
    isWanted: (letter) => letter.state === 'parked' && letter.recordId === recordId,
    since: lane.state.firstFailureAt,
    limit: 1,
  });
  if (notice === undefined)
    operator.output.note(
      shown`The notice of this head is not in the dead letters any more; its end will not name it.`,
    );
  return notice?.id.offset ?? null;
};

export const lanesChange = async (operator: Operator, request: LanesChange): Promise<ExitCode> => {
  const { output, parts } = operator;
  const { lane: choice, carrying } = request;
  const kind = request.kind === 'lanes release' ? 'release' : 'skip';
  const views = await operator.laneLogs(sitesReading(parts.sites, choice.topic), choice.partition);
  const nowMs = parts.clock.now();
  const found = chooseLane(lanesOf(views, nowMs), choice);
  output.note(laneLine(found, nowMs));
  const notice = kind === 'skip' ? await noticeOf(operator, found) : null;
  const command = laneCommand(kind, found, notice, carrying.operator ?? parts.user);
  const errand = { command, view: found.view, target: found.lane.head.name, mark: parts.unique() };
  return audited(
    operator,
    {
      action: `lanes.${kind}`,
      resource: `lane/${found.lane.head.name}`,
      operatorId: carrying.operator,
      isDryRun: carrying.isDryRun,
      count: 1,
    },
    () => new Delivery(operator, carrying).deliver(errand),
  );
};

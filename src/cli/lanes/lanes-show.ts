/** `lanes show`: everything that is known of one lane. Values of records only when they are asked for. */
import type { LaneRecord } from '../../lanes/lane-record.js';
import type { ExitCode } from '../exit-code.js';
import { EXIT } from '../exit-code.js';
import { laneDetails, laneObject, recordObject } from './lane-report.js';
import { chooseLane, lanesOf } from './located-lane.js';
import type { Operator } from '../cluster/operator.js';
import type { LanesShow } from './lanes-request.js';
import { shown, printable, type Printable } from '../terminal/printable.js';
import { headerLines, indented, sizeText, valueLine } from '../terminal/record-lines.js';
import { sitesReading } from '../cluster/site.js';
import { ageText } from '../terminal/time-text.js';
import type { EpochMs } from '../../record/units.js';

const SHOWN_FOLLOWERS = 20;

const recordLines = (
  { name, record }: LaneRecord,
  nowMs: EpochMs,
  withValues: boolean,
): readonly Printable[] => [
  shown`${printable(name)}  ${ageText(record.timestamp, nowMs)} old, ${sizeText(record.value)}`,
  ...indented([
    ...headerLines(record.headers),
    ...(withValues ? [shown`value ${valueLine(record.value)}`] : []),
  ]),
];

export const lanesShow = async (operator: Operator, request: LanesShow): Promise<ExitCode> => {
  const { output, parts } = operator;
  const { lane: choice, withValues } = request;
  const views = await operator.laneLogs(sitesReading(parts.sites, choice.topic), choice.partition);
  const nowMs = parts.clock.now();
  const found = chooseLane(lanesOf(views, nowMs), choice);
  const [head, ...followers] = found.lane;
  if (head === undefined) throw new Error('a lane without a head');
  const limit = request.limit ?? (output.isJson ? followers.length : SHOWN_FOLLOWERS);
  const rows = followers.slice(0, limit);
  if (output.isJson) {
    output.json({ kind: 'lane', ...laneObject(found, nowMs) });
    output.json({ kind: 'head', ...recordObject(head, withValues) });
    for (const row of rows) output.json({ kind: 'follower', ...recordObject(row, withValues) });
    return EXIT.done;
  }
  for (const line of laneDetails(found, nowMs)) output.line(line);
  output.line(shown``);
  output.line(output.paint.bold(shown`head`));
  for (const line of indented(recordLines(head, nowMs, withValues))) output.line(line);
  if (rows.length > 0) output.line(output.paint.bold(shown`followers, the next one first`));
  for (const row of rows) for (const line of indented(recordLines(row, nowMs, withValues))) output.line(line);
  if (rows.length < followers.length)
    output.note(shown`${followers.length - rows.length} more followers: --limit shows them.`);
  return EXIT.done;
};

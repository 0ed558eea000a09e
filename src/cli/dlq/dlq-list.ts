/** `dlq list`: dead letters, newest last, or how many there are of each kind. */
import type { ExitCode } from '../exit-code.js';
import { groupColumns, groupLetters, groupObject } from './letter-groups.js';
import { LetterBox } from './letter-box.js';
import type { Letter } from './letter.js';
import { LetterFates } from './letter-fate.js';
import { letterColumns, letterObject } from './letter-report.js';
import { noteUnreadable } from '../lanes/lanes-list.js';
import type { AllLanes } from '../lanes/located-lane.js';
import { lanesOf } from '../lanes/located-lane.js';
import type { LaneLogView } from '../cluster/lane-log-view.js';
import type { Operator } from '../cluster/operator.js';
import type { DlqList } from './dlq-request.js';
import { printable, shown } from '../terminal/printable.js';
import type { Site } from '../cluster/site.js';
import { sitesReading } from '../cluster/site.js';
import { tableLines } from '../terminal/text-table.js';
import type { EpochMs } from '../../record/units.js';

/** Without --limit or --since; groups count everything. */
const NEWEST = 100;

const isWanted =
  ({ reason, topic }: DlqList) =>
  (letter: Letter): boolean =>
    (reason === null || letter.reason === reason) && (topic === null || letter.origin?.topic === topic);

export const fatesOf = (views: readonly LaneLogView[], all: AllLanes, nowMs: EpochMs): LetterFates => {
  const fates = new LetterFates(all.lanes);
  for (const view of views)
    if (!all.unreadable.some((one) => one.view === view))
      fates.add(view.partition, view.read(nowMs).outcomes);
  return fates;
};

export const dlqList = async (operator: Operator, request: DlqList): Promise<ExitCode> => {
  let worst: ExitCode = 0;
  for (const site of sitesReading(operator.parts.sites, request.topic))
    worst = Math.max(worst, await listSite(operator, site, request)) as ExitCode;
  return worst;
};

const listSite = async (operator: Operator, site: Site, request: DlqList): Promise<ExitCode> => {
  const { output, parts } = operator;
  const isBounded = request.since === null && request.by === null;
  const limit = request.limit ?? (isBounded ? NEWEST : Infinity);
  const search = { ...request, isWanted: isWanted(request), limit: limit === Infinity ? limit : limit + 1 };
  const found = await new LetterBox(operator, site).search(search);
  const views = await operator.laneLogs([site], request.partition);
  const nowMs = parts.clock.now();
  const all = lanesOf(views, nowMs);
  const fates = fatesOf(views, all, nowMs);
  const sorted = [...found].sort(
    (a, b) => a.at - b.at || a.id.partition - b.id.partition || a.id.offset - b.id.offset,
  );
  const letters = sorted.slice(Math.max(0, sorted.length - limit));
  if (request.by !== null) {
    const { by } = request;
    const groups = groupLetters(letters, by, fates);
    if (output.isJson) for (const group of groups) output.json(groupObject(group, by));
    else if (groups.length > 0)
      for (const line of tableLines(groupColumns(by, nowMs), groups, output.paint, output.width))
        output.line(line);
  } else if (output.isJson) for (const letter of letters) output.json(letterObject(letter, fates));
  else if (letters.length > 0)
    for (const line of tableLines(letterColumns(fates, nowMs), letters, output.paint, output.width))
      output.line(line);
  if (!output.isJson)
    output.line(
      letters.length === 0
        ? shown`No dead letters.`
        : shown`${letters.length} ${printable(letters.length === 1 ? 'dead letter' : 'dead letters')}`,
    );
  if (letters.length < sorted.length)
    output.note(
      shown`Shown are the newest ${letters.length}; there are more: --limit, --since or --by show them.`,
    );
  return noteUnreadable(output, all);
};

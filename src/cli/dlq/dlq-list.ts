/** `dlq list`: dead letters, newest last, or how many there are of each kind. */
import type { ExitCode } from '../exit-code.js';
import { groupColumns, groupLetters, groupObject } from './letter-groups.js';
import { LetterBox } from './letter-box.js';
import type { LetterQueue } from './letter-queue.js';
import { fatesOfQueue, queueOf } from './letter-queue.js';
import { letterColumns, letterObject } from './letter-report.js';
import { isSelected } from './letter-selection.js';
import { noteUnreadable } from '../lanes/lanes-list.js';
import type { Operator } from '../cluster/operator.js';
import type { DlqList } from './dlq-request.js';
import { printable, shown } from '../terminal/printable.js';
import { sitesReading } from '../cluster/site.js';
import { tableLines } from '../terminal/text-table.js';

/** Without --limit or --since; groups count everything. */
const NEWEST = 100;

const queuesOf = (operator: Operator, { deadLetters, selector }: DlqList): readonly LetterQueue[] =>
  deadLetters === null
    ? sitesReading(operator.parts.sites, selector.topic).map((site) => ({ place: site, site }))
    : [queueOf(operator, deadLetters, null)];

export const dlqList = async (operator: Operator, request: DlqList): Promise<ExitCode> => {
  let worst: ExitCode = 0;
  for (const queue of queuesOf(operator, request))
    worst = Math.max(worst, await listQueue(operator, queue, request)) as ExitCode;
  return worst;
};

const listQueue = async (operator: Operator, queue: LetterQueue, request: DlqList): Promise<ExitCode> => {
  const { output, parts } = operator;
  const { selector } = request;
  const isBounded = selector.since === null && request.by === null;
  const limit = request.limit ?? (isBounded ? NEWEST : Infinity);
  const { partition, since } = selector;
  const search = {
    partition,
    since,
    isWanted: isSelected(selector),
    limit: limit === Infinity ? limit : limit + 1,
  };
  const found = await new LetterBox(operator, queue.place).search(search);
  const { fates, all } = await fatesOfQueue(operator, queue, partition);
  const nowMs = parts.clock.now();
  const sorted = [...found].sort(
    (a, b) => a.at - b.at || a.id.partition - b.id.partition || a.id.offset - b.id.offset,
  );
  const letters = sorted.slice(Math.max(0, sorted.length - limit));
  if (request.by !== null) {
    const { by } = request;
    const groups = groupLetters(letters, by, fates, nowMs);
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

/** What bulk commands begin with: which letters, how many of each reason, and that somebody has confirmed it. */
import type { Operator } from '../cluster/operator.js';
import { confirmCount } from '../terminal/confirmation.js';
import type { Printable } from '../terminal/printable.js';
import { printable, shown } from '../terminal/printable.js';
import { tableLines } from '../terminal/text-table.js';
import type { BulkChange } from './dlq-request.js';
import type { KnownFates, LetterQueue } from './letter-queue.js';
import { fatesOfQueue, queueOf } from './letter-queue.js';
import type { ChosenLetter } from './letter-selection.js';
import { choose } from './letter-selection.js';

export interface BulkChoice {
  readonly queue: LetterQueue;
  readonly known: KnownFates;
  readonly letters: readonly ChosenLetter[];
  /** By a selector: nobody has seen each of them. */
  readonly isBulk: boolean;
}

export const bulkChoice = async (
  operator: Operator,
  { deadLetters, choice }: BulkChange,
): Promise<BulkChoice> => {
  const { output } = operator;
  const queue = queueOf(operator, deadLetters, choice.selector.topic);
  const known = await fatesOfQueue(operator, queue, choice.selector.partition);
  const { letters, settled } = await choose(operator, queue, choice, known.fates);
  if (settled > 0) output.note(shown`${settled} more are redriven, dismissed or notices: they are left out.`);
  if (letters.length === 0) output.note(shown`No dead letter is chosen.`);
  return { queue, known, letters, isBulk: choice.ids.length === 0 };
};

/** Ids that were given one by one are counted already. Throws as confirmCount does. */
export const confirmBulk = async (
  operator: Operator,
  { letters, isBulk }: BulkChoice,
  { confirmed }: BulkChange,
  what: Printable,
): Promise<void> => {
  if (!isBulk || letters.length <= 1) return;
  await confirmCount(operator.parts.ask, { count: letters.length, confirmed, what });
};

/** How many of each reason there would be. */
export const tellReasons = ({ output }: Operator, { letters, isBulk }: BulkChoice): void => {
  if (!isBulk || letters.length === 0) return;
  const counts = new Map<string, number>();
  for (const { reason } of letters) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const rows = [...counts].sort(([, a], [, b]) => b - a);
  if (output.isJson) for (const [reason, count] of rows) output.json({ reason, count, outcome: 'dry run' });
  else
    for (const line of tableLines<readonly [string, number]>(
      [
        { title: 'reason', cell: ([reason]) => printable(reason, 60) },
        { title: 'count', align: 'right', cell: ([, count]) => shown`${count}` },
      ],
      rows,
      output.paint,
      output.width,
    ))
      output.line(line);
};

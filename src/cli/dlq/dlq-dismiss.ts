/** `dlq dismiss`: dead letters are marked as settled, with the reason why. */
import { dismissCommand } from '../cluster/errand.js';
import { audited } from '../cluster/operator-audit.js';
import type { Operator } from '../cluster/operator.js';
import type { ExitCode } from '../exit-code.js';
import { EXIT, UsageError } from '../exit-code.js';
import { shown } from '../terminal/printable.js';
import { bulkChoice, confirmBulk, tellReasons } from './bulk-choice.js';
import type { DlqDismiss } from './dlq-request.js';
import { Tally } from './letter-end.js';
import { LaneMail } from './letter-mail.js';
import { runLetters, tellTally } from './letter-run.js';

export const dlqDismiss = async (operator: Operator, request: DlqDismiss): Promise<ExitCode> => {
  if (request.deadLetters !== null)
    throw new UsageError(
      `${request.deadLetters} is another program's queue: only that program could keep that a letter is settled. Replay it, or let its retention take it.`,
    );
  const { carrying, why, ratePerSecond } = request;
  const choice = await bulkChoice(operator, request);
  const { letters, queue, known, isBulk } = choice;
  if (letters.length === 0) return EXIT.failed;
  if (carrying.isDryRun) tellReasons(operator, choice);
  else await confirmBulk(operator, choice, request, shown`dismiss them`);
  const tally = new Tally(letters.length);
  const by = carrying.operator ?? operator.parts.user;
  const mail = new LaneMail(operator, known, carrying, (letter, _record, fates) =>
    dismissCommand(letter, fates, why, by),
  );
  return audited(
    operator,
    {
      action: 'dlq.dismiss',
      resource: `dlq/${queue.place.deadLetters}`,
      operatorId: carrying.operator,
      isDryRun: carrying.isDryRun,
      why,
      count: letters.length,
      soFar: () => tally.numbers,
    },
    async () => {
      const { isDryRun } = carrying;
      const run = { operator, queue, mail, journal: null, ratePerSecond, isDryRun, word: 'dismissed' };
      await runLetters(run, letters, tally);
      if (isBulk && !isDryRun) tellTally(operator, tally, 'dismissed');
      return { exitCode: tally.exitCode, numbers: tally.numbers };
    },
  );
};

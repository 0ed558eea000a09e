/**
 * `dlq replay`: dead letters are sent back, those of the service to the lanes of their keys, those of another program
 * to their source topic. What is chosen by a selector has a journal, by which it goes on after it was killed.
 */
import { redriveCommand } from '../cluster/errand.js';
import { audited } from '../cluster/operator-audit.js';
import type { Operator } from '../cluster/operator.js';
import type { ExitCode } from '../exit-code.js';
import { EXIT, Unfulfilled, UsageError } from '../exit-code.js';
import { isoOrNull } from '../terminal/time-text.js';
import { printable, shown } from '../terminal/printable.js';
import type { BulkChoice } from './bulk-choice.js';
import { bulkChoice, confirmBulk, tellReasons } from './bulk-choice.js';
import type { DlqReplay } from './dlq-request.js';
import { LetterBox } from './letter-box.js';
import { changeOf } from './letter-change.js';
import { editValue } from './letter-editor.js';
import { Tally } from './letter-end.js';
import { LaneMail, SourceMail } from './letter-mail.js';
import { letterOf } from './letter.js';
import { sourceHeadersOf, sourceTopicOf, verdictOf } from './letter-queue.js';
import type { LetterRun } from './letter-run.js';
import { runLetters, tellTally } from './letter-run.js';
import type { LetterTransform } from './letter-transform.js';
import { loadTransform } from './letter-transform.js';
import { defaultJournal, ReplayJournal } from './replay-journal.js';

/** What one replay and one that goes on are carried out with. */
export interface ReplayParts {
  readonly operator: Operator;
  readonly choice: BulkChoice;
  readonly request: Pick<DlqReplay, 'carrying' | 'ratePerSecond' | 'to' | 'validates'>;
  readonly transform: LetterTransform | null;
  readonly edited: Buffer | null;
  readonly tally: Tally;
  /** Made when the action is recorded. */
  readonly openJournal: () => ReplayJournal | null;
  readonly correlationId: string;
}

const sending = (
  { operator, choice, request, transform, edited, tally }: ReplayParts,
  journal: ReplayJournal | null,
) => {
  const { queue, known, letters } = choice;
  const { carrying, ratePerSecond, to, validates } = request;
  const change = changeOf({ operator, queue, edited, transform, validates, to });
  const { isDryRun } = carrying;
  const run = { operator, queue, change, journal, ratePerSecond, isDryRun, word: 'replayed' };
  const by = carrying.operator ?? operator.parts.user;
  const go = <Ready>(of: LetterRun<Ready>): Promise<void> => runLetters(of, letters, tally);
  if (queue.site === null) return go({ ...run, mail: new SourceMail(operator, queue, to) });
  const mail = new LaneMail(operator, known, carrying, (letter, record, fates) =>
    redriveCommand(letter, record, fates, by),
  );
  return go({ ...run, mail });
};

export const carryOutReplay = (parts: ReplayParts): Promise<ExitCode> => {
  const { operator, choice, request, tally, correlationId } = parts;
  const { carrying } = request;
  const action = {
    action: 'dlq.replay',
    resource: `dlq/${choice.queue.place.deadLetters}`,
    operatorId: carrying.operator,
    isDryRun: carrying.isDryRun,
    count: tally.total,
    correlationId,
    soFar: () => tally.numbers,
  };
  return audited(operator, action, async () => {
    const journal = parts.openJournal();
    try {
      await sending(parts, journal);
    } finally {
      journal?.close();
      if (choice.isBulk || tally.numbers.leftOut > 0)
        tellTally(operator, tally, carrying.isDryRun ? 'would replay' : 'replayed');
      if (journal !== null)
        operator.output.note(
          tally.numbers.open === 0
            ? shown`journal: ${printable(journal.path)}`
            : shown`Go on with: audit-lanes dlq replay --resume ${printable(journal.path)}`,
        );
    }
    return { exitCode: tally.exitCode, numbers: tally.numbers };
  });
};

const editOne = async (
  operator: Operator,
  { letters, queue }: BulkChoice,
  request: DlqReplay,
): Promise<Buffer> => {
  const [one, ...others] = letters;
  if (one === undefined || others.length > 0)
    throw new UsageError(`--edit is for one dead letter, and it is ${letters.length}.`);
  const record = await new LetterBox(operator, queue.place).read(one.id);
  const letter = letterOf(record, queue.place.sourceTopics);
  const headers = sourceHeadersOf(queue, record);
  const topic = request.to ?? sourceTopicOf(queue, letter);
  return editValue(operator, record.value, (changed) =>
    request.validates ? (verdictOf(operator, topic, changed, headers)?.problem ?? null) : null,
  );
};

const noteUnchecked = (operator: Operator, { queue }: BulkChoice, { validates, to }: DlqReplay): void => {
  const { schema, sites } = operator.parts;
  const topics = to === null ? (queue.site?.sourceTopics ?? null) : [to];
  const isUnknown = topics?.some((topic) => !sites.some(({ sourceTopics }) => sourceTopics.includes(topic)));
  if (validates && (schema() === null || isUnknown === true))
    operator.output.note(shown`There is no schema for these values: they are sent unchecked.`);
};

/** Loads what it needs from files before anything connects. Rejects with UsageError. */
export const replayOf = async (request: DlqReplay): Promise<(operator: Operator) => Promise<ExitCode>> => {
  const transform = request.transform === null ? null : await loadTransform(request.transform);
  return (operator) => dlqReplay(operator, request, transform);
};

const dlqReplay = async (
  operator: Operator,
  request: DlqReplay,
  transform: LetterTransform | null,
): Promise<ExitCode> => {
  const { parts } = operator;
  const { carrying } = request;
  if (request.to !== null && request.deadLetters === null)
    throw new UsageError(
      '--to is for the letters of another program: those of the service go back to their lanes.',
    );
  const choice = await bulkChoice(operator, request);
  const { letters, queue } = choice;
  if (letters.length === 0) return EXIT.failed;
  if (request.edits && carrying.isDryRun) throw new UsageError('--edit and --dry-run do not go together.');
  noteUnchecked(operator, choice, request);
  if (carrying.isDryRun) tellReasons(operator, choice);
  else await confirmBulk(operator, choice, request, shown`replay them`);
  const edited = request.edits ? await editOne(operator, choice, request) : null;
  const correlationId = parts.unique();
  const hasJournal =
    !carrying.isDryRun &&
    !request.edits &&
    ((choice.isBulk && letters.length > 1) || request.journal !== null);
  const at = isoOrNull(parts.clock.now()) ?? '';
  const openJournal = (): ReplayJournal | null =>
    hasJournal
      ? ReplayJournal.create(
          request.journal ?? defaultJournal(parts.env, at, correlationId),
          {
            deadLetters: queue.place.deadLetters,
            isForeign: queue.site === null,
            to: request.to,
            ratePerSecond: request.ratePerSecond,
            validates: request.validates,
            transform: transform === null ? null : { path: transform.path, sha256: transform.sha256 },
            correlationId,
            by: carrying.operator ?? parts.user,
            at,
            count: letters.length,
          },
          letters,
        )
      : null;
  const tally = new Tally(letters.length);
  if (request.journal !== null && !hasJournal && !carrying.isDryRun)
    throw new Unfulfilled('One letter that was edited has no journal: leave --journal out.');
  return carryOutReplay({ operator, choice, request, transform, edited, tally, openJournal, correlationId });
};

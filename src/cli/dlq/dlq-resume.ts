/**
 * `dlq replay --resume JOURNAL`: goes on with a replay that was killed or stopped. The journal says what has ended.
 * What had begun is looked for in the lane logs, once the service has read every command that is written, and is
 * not sent again when it is there; a task refuses the same letter twice in any case. Letters of another program are
 * sent again where the journal does not know their end. Two that go on with the same journal at once there are not.
 */
import { untilRead } from '../cluster/delivery.js';
import type { Carrying } from '../cluster/carrying.js';
import type { LaneLogView } from '../cluster/lane-log-view.js';
import type { Operator } from '../cluster/operator.js';
import type { ExitCode } from '../exit-code.js';
import { EXIT, Unfulfilled, UsageError } from '../exit-code.js';
import { printable, shown } from '../terminal/printable.js';
import { carryOutReplay } from './dlq-replay.js';
import type { DlqResume } from './dlq-request.js';
import { letterIdText } from './dlq-request.js';
import { JournalLock } from './journal-lock.js';
import type { LetterEnd } from './letter-end.js';
import { Tally } from './letter-end.js';
import type { KnownFates, LetterQueue } from './letter-queue.js';
import { fatesIn, queueOf } from './letter-queue.js';
import type { LetterTransform } from './letter-transform.js';
import { loadTransform } from './letter-transform.js';
import type { JournalHeader, JournalState } from './replay-journal.js';
import { readJournal, ReplayJournal } from './replay-journal.js';

/** Loads what it needs from files before anything connects. Rejects with UsageError and Unfulfilled. */
export const resumeOf = async (request: DlqResume): Promise<(operator: Operator) => Promise<ExitCode>> => {
  const { transform: wanted } = readJournal(request.journal).header;
  const transform = wanted === null ? null : await loadTransform(wanted.path);
  if (transform !== null && transform.sha256 !== wanted?.sha256)
    throw new UsageError(
      `${transform.path} is not what the replay began with: the rest would be made in another way. Put it back, or begin anew with what is left.`,
    );
  return async (operator) => {
    // Whoever only looks hinders nobody.
    if (request.carrying.isDryRun)
      return dlqResume(operator, request, readJournal(request.journal), transform);
    const lock = JournalLock.take(request.journal);
    try {
      // Only what is read under the lock is all that was done.
      return await dlqResume(operator, request, readJournal(request.journal), transform);
    } finally {
      lock.release();
    }
  };
};

const queueOfJournal = (operator: Operator, { deadLetters, isForeign }: JournalHeader): LetterQueue => {
  if (isForeign) return queueOf(operator, deadLetters, null);
  const site = operator.parts.sites.find((each) => each.deadLetters === deadLetters);
  if (site === undefined)
    throw new UsageError(
      `The journal is of ${deadLetters}, which is none of this service's queues: are KAFKA_GROUP_ID and SOURCE_TOPICS those of then?`,
    );
  return { place: site, site };
};

/** Whatever is written is read by its task first, so that the lane logs know it. */
const knownFates = async (
  operator: Operator,
  { site }: LetterQueue,
  { waitMs }: Carrying,
): Promise<KnownFates> => {
  if (site === null) return fatesIn([], operator);
  const { clock, stop } = operator.parts;
  const views = await operator.laneLogs([site], null);
  const late = new AbortController();
  const cancel = clock.after(waitMs ?? 0, () => late.abort());
  try {
    const signal = AbortSignal.any([stop, late.signal]);
    const ends = new Map<LaneLogView, number>();
    for (const view of views) {
      const { low, high } = await operator.watermarks({ topic: site.commands, partition: view.partition });
      if (low < high) ends.set(view, high);
    }
    operator.output.progress(shown`waiting for the service to read what is written`);
    await Promise.all([...ends].map(([view, end]) => untilRead(view, end - 1, clock, signal)));
    stop.throwIfAborted();
    const unread = [...ends].filter(([view, end]) => view.commandsPosition < end);
    if (unread.length > 0)
      throw new Unfulfilled(
        `Commands of partition ${unread.map(([view]) => view.partition).join(', ')} are written and not carried out yet, so it is not known what is left. Nothing was sent. Does the service run? Resume again then.`,
      );
  } finally {
    cancel();
    operator.output.progress(shown``);
  }
  return fatesIn(views, operator);
};

const endOf = (how: string): LetterEnd =>
  how === 'refused'
    ? { kind: 'refused', sort: 'before this run', why: '' }
    : how === 'left out'
      ? { kind: 'left out', why: '' }
      : { kind: 'done', how };

const dlqResume = async (
  operator: Operator,
  { journal: path, carrying, ratePerSecond }: DlqResume,
  { header, letters, ended, begun }: JournalState,
  transform: LetterTransform | null,
): Promise<ExitCode> => {
  const { output } = operator;
  const queue = queueOfJournal(operator, header);
  const known = await knownFates(operator, queue, carrying);
  const tally = new Tally(letters.length);
  const rest = letters.filter(({ id }) => {
    const how = ended.get(letterIdText(id));
    if (how !== undefined) tally.add(endOf(how));
    return how === undefined;
  });
  const found = rest.filter(({ id }) => known.fates.redriven({ id }) !== null);
  const isFound = new Set(found);
  const beganMs = Date.parse(header.at);
  // One that had been dismissed before was chosen all the same.
  const dismissed = rest.filter((each) => {
    const fate = isFound.has(each) ? null : known.fates.settled(each);
    return fate?.command === 'dismiss' && fate.at >= beganMs;
  });
  const isDismissed = new Set(dismissed);
  const left = rest.filter((each) => !isFound.has(each) && !isDismissed.has(each));
  output.note(
    shown`${printable(path)}: of ${letters.length} ${ended.size} had ended; of the others ${found.length} were written and carried out; ${left.length} are left`,
  );
  if (dismissed.length > 0)
    output.note(shown`${dismissed.length} were dismissed meanwhile: they are left out.`);
  if (queue.site === null && begun.size > 0)
    output.note(
      shown`Of ${begun.size} it is not known whether they were written: they are sent again, and may be there twice.`,
    );
  if (carrying.isDryRun) return EXIT.done;
  for (const _ of found) tally.add({ kind: 'done', how: 'done before' });
  for (const _ of dismissed) tally.add({ kind: 'left out', why: 'dismissed meanwhile' });
  if (rest.length === 0) {
    output.note(shown`Nothing is left: it has ended.`);
    return tally.exitCode;
  }
  return carryOutReplay({
    operator,
    choice: { queue, known, letters: left, isBulk: true },
    request: {
      carrying,
      ratePerSecond: ratePerSecond ?? header.ratePerSecond,
      to: header.to,
      validates: header.validates,
    },
    transform,
    edited: null,
    tally,
    openJournal: () => {
      const journal = ReplayJournal.continue(path);
      journal.end(found.map(({ id }) => [letterIdText(id), 'done']));
      journal.end(dismissed.map(({ id }) => [letterIdText(id), 'left out']));
      return journal;
    },
    correlationId: header.correlationId,
  });
};

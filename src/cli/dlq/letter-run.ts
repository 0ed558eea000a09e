/**
 * Sends chosen letters, batch by batch, no faster than was asked for: read, changed, noted in the journal, sent,
 * waited for, noted again. Values are held of one batch at a time. What may not be done with one of them is said,
 * and the others are done; when the service does not carry a batch out, no other follows it.
 */
import { sleep } from '../../ports/nap.js';
import type { Clock } from '../../ports/clock.js';
import type { Operator } from '../cluster/operator.js';
import { Unfulfilled } from '../exit-code.js';
import { printable, shown } from '../terminal/printable.js';
import { letterIdText } from './dlq-request.js';
import { LetterBox } from './letter-box.js';
import type { LetterChange } from './letter-change.js';
import type { LetterEnd, Tally } from './letter-end.js';
import { refusedBy } from './letter-end.js';
import type { Mail } from './letter-mail.js';
import { letterOf } from './letter.js';
import type { LetterQueue } from './letter-queue.js';
import type { ChosenLetter } from './letter-selection.js';
import { batchesOf } from './letter-selection.js';
import type { JournalEnd, ReplayJournal } from './replay-journal.js';

export interface LetterRun<Ready> {
  readonly operator: Operator;
  readonly queue: LetterQueue;
  readonly mail: Mail<Ready>;
  /** Undefined: the record as it is. */
  readonly change?: LetterChange;
  readonly journal: ReplayJournal | null;
  readonly ratePerSecond: number | null;
  readonly isDryRun: boolean;
  /** What is told meanwhile: "replayed". */
  readonly word: string;
}

const MAX_BATCH = 1000;
/** So many are told one by one; a program is told of all. */
const TOLD = 20;

/** Lets so many a second through, whole batches at a time. Time in which nothing passed is not made up for. */
class Pace {
  #dueMs: number;

  constructor(
    private readonly clock: Clock,
    private readonly perSecond: number | null,
  ) {
    this.#dueMs = clock.monotonic();
  }

  async pass(count: number, stop: AbortSignal): Promise<void> {
    if (this.perSecond === null) return;
    const waitMs = this.#dueMs - this.clock.monotonic();
    if (waitMs > 0) await sleep(this.clock, waitMs, stop);
    this.#dueMs = Math.max(this.#dueMs, this.clock.monotonic()) + (count / this.perSecond) * 1000;
  }
}

/** Adds to `tally`, so that whoever stops it knows how far it came. */
export const runLetters = async <Ready>(
  run: LetterRun<Ready>,
  letters: readonly ChosenLetter[],
  tally: Tally,
): Promise<void> => {
  const { operator, queue, mail, journal } = run;
  const { clock, output, stop } = operator.parts;
  const box = new LetterBox(operator, queue.place);
  const pace = new Pace(clock, run.ratePerSecond);
  const isEach = output.isJson || letters.length <= TOLD;
  const size = Math.min(MAX_BATCH, Math.max(1, Math.ceil(run.ratePerSecond ?? MAX_BATCH)));
  let refusalsTold = 0;
  for (const batch of batchesOf(letters, size)) {
    stop.throwIfAborted();
    const ends: JournalEnd[] = [];
    const finish = (id: string, end: LetterEnd): void => {
      tally.add(end);
      if (end.kind !== 'open') ends.push([id, end.kind]);
    };
    const refuse = (id: string, error: Unfulfilled): void => {
      finish(id, refusedBy(error));
      if (output.isJson) output.json({ target: id, outcome: 'refused', why: error.message });
      if ((refusalsTold += 1) <= TOLD) output.note(printable(error.message));
    };
    const records = await box.readAll(batch.map(({ id }) => id));
    const ready: { readonly chosen: ChosenLetter; readonly mail: Ready }[] = [];
    for (const chosen of batch) {
      const id = letterIdText(chosen.id);
      try {
        // Reading the one alone says why it is not there.
        const record = records.get(id) ?? (await box.read(chosen.id));
        const letter = letterOf(record, queue.place.sourceTopics);
        const changed = run.change === undefined ? record : await run.change(letter, record);
        if (changed !== null) ready.push({ chosen, mail: await mail.make(letter, changed) });
        else {
          finish(id, { kind: 'left out', why: 'by the transform' });
          if (output.isJson) output.json({ target: id, outcome: 'left out', why: 'by the transform' });
        }
      } catch (error) {
        if (!(error instanceof Unfulfilled)) throw error;
        refuse(id, error);
      }
    }
    let isOpen = false;
    if (run.isDryRun) {
      for (const each of ready) {
        finish(letterIdText(each.chosen.id), { kind: 'done', how: 'dry run' });
        if (isEach) mail.tellDry(each.mail);
      }
    } else if (ready.length > 0) {
      await pace.pass(ready.length, stop);
      stop.throwIfAborted();
      journal?.begin(ready.map(({ chosen }) => chosen.id));
      const sent = await mail.send(ready.map((each) => each.mail));
      ready.forEach((each, at) => {
        const end = sent[at] ?? { kind: 'open', why: 'not sent' };
        finish(letterIdText(each.chosen.id), end);
        isOpen ||= end.kind === 'open';
        if (isEach || end.kind === 'open') mail.tell(each.mail, end);
      });
    }
    journal?.end(ends);
    const { done, refused } = tally.numbers;
    output.progress(
      shown`${printable(run.word)} ${done} of ${tally.total}${refused === 0 ? shown`` : shown`, refused ${refused}`}`,
    );
    if (isOpen) break;
  }
  output.progress(shown``);
};

/** After all: what became of how many. */
export const tellTally = (operator: Operator, tally: Tally, word: string): void => {
  const { output } = operator;
  const { done, refused, leftOut, open } = tally.numbers;
  output.note(
    shown`${printable(word)} ${done} of ${tally.total}, refused ${refused}, left out ${leftOut}, open ${open}`,
  );
  for (const [sort, count] of tally.refusals) output.note(shown`  refused ${count}: ${printable(sort, 200)}`);
};

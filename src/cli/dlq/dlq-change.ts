/**
 * `dlq redrive` and `dlq dismiss`: dead letters go back to their lanes, or are settled. What may not be done
 * with one of them is said, and the others are done.
 */
import type { Command } from '../../lanes/command.js';
import type { ConsumedRecord } from '../../record/record.js';
import { Delivery } from '../cluster/delivery.js';
import { fatesOf } from './dlq-list.js';
import type { Errand } from '../cluster/errand.js';
import { dismissCommand, redriveCommand } from '../cluster/errand.js';
import type { ExitCode } from '../exit-code.js';
import { EXIT, Unfulfilled } from '../exit-code.js';
import type { LaneLogView } from '../cluster/lane-log-view.js';
import { LetterBox } from './letter-box.js';
import type { LetterFates } from './letter-fate.js';
import type { Letter } from './letter.js';
import { letterOf } from './letter.js';
import { lanesOf } from '../lanes/located-lane.js';
import type { Operator } from '../cluster/operator.js';
import type { DlqDismiss, DlqRedrive, LetterId } from './dlq-request.js';
import { letterIdText } from './dlq-request.js';
import { printable } from '../terminal/printable.js';
import { oneSite } from '../cluster/site.js';

/** In the order of their writing, so that letters of one key go back in their order; each once. */
const inOrder = (ids: readonly LetterId[]): readonly LetterId[] =>
  [...new Map(ids.map((id) => [letterIdText(id), id])).values()].sort(
    (a, b) => a.partition - b.partition || a.offset - b.offset,
  );

type Make = (letter: Letter, record: ConsumedRecord, fates: LetterFates) => Command;

const carryOut = async (
  operator: Operator,
  { ids, topic, carrying }: DlqRedrive | DlqDismiss,
  make: Make,
): Promise<ExitCode> => {
  const { output, parts } = operator;
  const site = oneSite(parts.sites, topic);
  const box = new LetterBox(operator, site);
  const logs = new Map<number, { readonly view: LaneLogView; readonly fates: LetterFates }>();
  const errands: Errand[] = [];
  let worst: ExitCode = EXIT.done;
  for (const id of inOrder(ids)) {
    try {
      const record = await box.read(id);
      let log = logs.get(id.partition);
      if (log === undefined) {
        const views = await operator.laneLogs([site], id.partition);
        const [view] = views;
        if (view === undefined) throw new Error(`no lane log of partition ${id.partition}`);
        const nowMs = parts.clock.now();
        log = { view, fates: fatesOf(views, lanesOf(views, nowMs), nowMs) };
        logs.set(id.partition, log);
      }
      const command = make(letterOf(record, site.sourceTopics), record, log.fates);
      errands.push({ command, view: log.view, target: letterIdText(id), mark: parts.unique() });
    } catch (error) {
      if (!(error instanceof Unfulfilled)) throw error;
      if (output.isJson) output.json({ target: letterIdText(id), outcome: 'refused', why: error.message });
      output.note(printable(error.message));
      worst = EXIT.failed;
    }
  }
  const delivered = await new Delivery(operator, carrying).deliver(errands);
  return Math.max(worst, delivered) as ExitCode;
};

export const dlqRedrive = (operator: Operator, request: DlqRedrive): Promise<ExitCode> =>
  carryOut(operator, request, (letter, record, fates) =>
    redriveCommand(letter, record, fates, request.carrying.operator ?? operator.parts.user),
  );

export const dlqDismiss = (operator: Operator, request: DlqDismiss): Promise<ExitCode> =>
  carryOut(operator, request, (letter, _record, fates) =>
    dismissCommand(letter, fates, request.why, request.carrying.operator ?? operator.parts.user),
  );

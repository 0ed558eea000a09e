/** `tail`: audit events, the newest, those of a time, or as they are written; for people, programs, spreadsheets. */
import { sleep } from '../../ports/nap.js';
import type { Operator } from '../cluster/operator.js';
import type { ExitCode } from '../exit-code.js';
import { EXIT, TopicMissing } from '../exit-code.js';
import { printable, shown } from '../terminal/printable.js';
import { exportHeader, exportRow } from './audit-export.js';
import { auditLine } from './audit-line.js';
import type { AuditView } from './audit-view.js';
import { auditObject, auditView, isWanted, owned } from './audit-view.js';
import type { Tail } from './events-request.js';
import { newestOf, readAllOf } from './tail-reading.js';
import { TailPositions } from './tail-positions.js';

/** Without any word on how many, or since when. */
const NEWEST = 20;
const LOOK_EVERY_MS = 500;

/** How each event is shown. */
const writer = (operator: Operator, { format }: Tail): ((view: AuditView) => void) => {
  const { output } = operator;
  if (format !== null) return (view) => output.line(exportRow(view, format));
  if (output.isJson) return (view) => output.json(auditObject(view));
  return (view) => output.line(auditLine(view, output.paint));
};

/** With --follow a topic that is not there yet may come. */
const untilThere = async (operator: Operator, topic: string): Promise<void> => {
  const { clock, stop } = operator.parts;
  for (let isTold = false; !stop.aborted;) {
    try {
      await operator.partitionsOf(topic);
      return;
    } catch (error) {
      if (!(error instanceof TopicMissing)) throw error;
      if (!isTold) operator.output.note(shown`waiting for topic ${printable(topic)}`);
      isTold = true;
      await sleep(clock, LOOK_EVERY_MS, stop);
    }
  }
};

const follow = async (
  operator: Operator,
  positions: TailPositions,
  request: Tail,
  write: (view: AuditView) => void,
): Promise<ExitCode> => {
  const { output, parts } = operator;
  const enough = new AbortController();
  const isOf = isWanted(request);
  let shownSoFar = 0;
  let isTroubled = false;
  const stretches = await positions.stretches(request.from ?? (request.since === null ? 'end' : null));
  const reader = await operator.reader();
  if (request.limit === 0) return EXIT.done;
  await reader.follow(
    stretches.map(({ topic, partition, from }) => ({ topic, partition, offset: from })),
    (record) => {
      isTroubled = false;
      const view = auditView(record);
      if (!isOf(view)) return;
      write(view);
      shownSoFar += 1;
      if (shownSoFar === request.limit) enough.abort();
    },
    (error) => {
      if (!isTroubled) output.note(shown`waiting for the brokers: ${printable(error.message, 300)}`);
      isTroubled = true;
    },
    AbortSignal.any([parts.stop, enough.signal]),
  );
  return EXIT.done;
};

export const tail = async (operator: Operator, request: Tail): Promise<ExitCode> => {
  const { output, parts } = operator;
  const topic = request.topic ?? parts.settings.topics.audit;
  if (request.follow) await untilThere(operator, topic);
  if (request.follow && parts.stop.aborted) return EXIT.done;
  const positions = await TailPositions.of(operator, topic, request);
  if (request.format !== null) for (const line of exportHeader(request.format)) output.line(line);
  const write = writer(operator, request);
  if (request.follow) return follow(operator, positions, request, write);
  let count = 0;
  const emit = (view: AuditView): void => {
    count += 1;
    write(view);
  };
  const isOf = isWanted(request);
  const wanted = (record: Parameters<typeof auditView>[0]): AuditView | null => {
    const view = auditView(record);
    return isOf(view) ? owned(view) : null;
  };
  const isOpen = request.since === null && request.until === null;
  if (request.from === null && (request.limit !== null || isOpen))
    for (const view of await newestOf(operator, positions, request.limit ?? NEWEST, wanted)) emit(view);
  else await readAllOf(operator, await positions.stretches(request.from), request.limit, wanted, emit);
  if (count === 0) output.note(shown`No audit events in ${printable(topic)} that were asked for.`);
  return EXIT.done;
};

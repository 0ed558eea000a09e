/** `publish`: one event, a file of them, or random traffic, to a source topic; or what would be written there. */
import type { PublishedUserEvent } from '../../../topology/user-audit/user-event-publisher.js';
import { userEventFormat } from '../../../topology/user-audit/user-event-publisher.js';
import { EventPublisher } from '../../publisher/event-publisher.js';
import { HEADER_BUDGET_BYTES } from '../../record/record-size.js';
import type { Operator } from '../cluster/operator.js';
import type { ExitCode } from '../exit-code.js';
import { EXIT, Unfulfilled, UsageError } from '../exit-code.js';
import { printable, shown } from '../terminal/printable.js';
import { linesOf, readEventLine } from './event-lines.js';
import type { OneEvent, Publish } from './events-request.js';
import type { Outgoing } from './outgoing.js';
import { dryLine, dryObject, outgoingFormat } from './outgoing.js';
import { paced } from './paced.js';
import type { Item } from './publish-run.js';
import { PublishRun } from './publish-run.js';
import { randomTraffic } from './random-traffic.js';

/** The CloudEvents source of what is written. */
const SOURCE = '/audit-lanes/publish';
/** Seeds that are told are short. */
const SEEDS = 1_000_000;

const readAll = async (chunks: AsyncIterable<Buffer>, maxBytes: number): Promise<string> => {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    length += chunk.length;
    if (length > maxBytes) throw new UsageError(`the data is longer than the largest record (${maxBytes})`);
  }
  return Buffer.concat(parts).toString('utf8');
};

const eventOf = async (operator: Operator, what: OneEvent, maxBytes: number): Promise<PublishedUserEvent> => {
  const { input, stop } = operator.parts;
  const { type, data, id, traceparent } = what;
  const file = data === '-' ? '-' : data.startsWith('@') ? data.slice(1) : null;
  const text = file === null ? data : await readAll(input(file, stop), maxBytes);
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    throw new UsageError('--data is not JSON: give a JSON object, @FILE, or - for stdin.');
  }
  return {
    type,
    data: read,
    ...(id === null ? {} : { id }),
    ...(traceparent === null ? {} : { traceparent }),
  } as PublishedUserEvent;
};

/** Traffic that nobody gave a seed gets one, which the summary tells. */
const withSeed = (what: Publish['what'], operator: Operator): Publish['what'] =>
  what.kind === 'random' && what.seed === null ? { ...what, seed: operator.parts.clock.now() % SEEDS } : what;

async function* itemsOf(operator: Operator, request: Publish, maxBytes: number): AsyncGenerator<Item> {
  const { what, isSpring, isDryRun } = request;
  const { clock, input, stop } = operator.parts;
  switch (what.kind) {
    case 'one': {
      const event = await eventOf(operator, what, maxBytes);
      yield {
        kind: 'send',
        out: { kind: 'event', event: isSpring ? { ...event, spring: true } : event },
        line: null,
      };
      return;
    }
    case 'file': {
      for await (const line of linesOf(input(what.file, stop), maxBytes)) {
        const read = readEventLine(line, isSpring);
        if (read === null) continue;
        yield read.kind === 'wrong'
          ? read
          : { kind: 'send', out: { kind: 'event', event: read.event }, line: read.line };
      }
      return;
    }
    case 'random': {
      const traffic = { seed: what.seed ?? 0, users: what.keys, bad: what.bad, isSpring };
      const next = randomTraffic(traffic, userEventFormat(SOURCE));
      for await (const nowMs of paced(isDryRun ? null : what.rate, what.count ?? Infinity, clock, stop))
        yield { kind: 'send', out: next(nowMs), line: null };
    }
  }
}

const dryRun = async ({ output }: Operator, items: AsyncIterable<Item>, topic: string): Promise<ExitCode> => {
  const format = outgoingFormat(userEventFormat(SOURCE));
  let wrong = 0;
  for await (const item of items) {
    const why = item.kind === 'wrong' ? item.why : format.violation(item.out);
    if (why !== undefined) {
      wrong += 1;
      const where = item.line === null ? shown`` : shown`line ${item.line}: `;
      output.note(shown`${where}${printable(why, 500)}`);
    } else if (item.kind === 'send')
      if (output.isJson) output.json(dryObject(item.out, topic, format));
      else output.line(dryLine(item.out, topic, format));
  }
  return wrong === 0 ? EXIT.done : EXIT.failed;
};

/** What was asked for has come to its end; false: it was stopped before. */
const isWhole = ({ what }: Publish, { sent, failed }: PublishRun['counts'], isStopped: boolean): boolean =>
  what.kind === 'random' ? what.count === null || sent + failed >= what.count : !isStopped;

export const publish = async (operator: Operator, asked: Publish): Promise<ExitCode> => {
  const request = { ...asked, what: withSeed(asked.what, operator) };
  const { settings, clock, stop } = operator.parts;
  const topic = request.topic ?? settings.topics.source[0];
  if (topic === undefined) throw new UsageError('SOURCE_TOPICS names no topic: say where to with --topic.');
  const { maxMessageBytes } = settings.kafka;
  const items = itemsOf(operator, request, maxMessageBytes);
  if (request.isDryRun) return dryRun(operator, items, topic);
  await operator.partitionsOf(topic);
  const publisher = new EventPublisher<Outgoing>({
    producer: await operator.producer(),
    topic,
    format: outgoingFormat(userEventFormat(SOURCE)),
    maxQueued: settings.publisher.maxQueued,
    maxRecordBytes: maxMessageBytes + HEADER_BUDGET_BYTES,
  });
  const run = new PublishRun(publisher, topic, operator);
  await run.send(items);
  const { counts } = run;
  const { what } = request;
  if (what.kind === 'one' && run.refusal !== null) throw new Unfulfilled(run.refusal);
  run.tell(what.kind === 'random' ? what.seed : null, clock.monotonic());
  const isDone = counts.failed + counts.wrong === 0 && isWhole(request, counts, stop.aborted);
  return isDone ? EXIT.done : EXIT.failed;
};

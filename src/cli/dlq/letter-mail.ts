/**
 * The two ways on which dead letters leave a queue: as commands to the tasks that own their lanes, which do each
 * once; or, those of another program, as records to their source topic, which is done at least once.
 */
import type { Command } from '../../lanes/command.js';
import type { ConsumedRecord, Headers, ProducedHeader, ProducedRecord } from '../../record/record.js';
import { encodeHeaders } from '../../record/headers.js';
import { partition as toPartition } from '../../record/units.js';
import type { Carrying } from '../cluster/carrying.js';
import { Delivery } from '../cluster/delivery.js';
import type { Errand, ErrandEnd } from '../cluster/errand.js';
import type { Operator } from '../cluster/operator.js';
import { TopicMissing, Unfulfilled } from '../exit-code.js';
import { printable, shown } from '../terminal/printable.js';
import { letterIdText } from './dlq-request.js';
import type { LetterEnd } from './letter-end.js';
import { Refusal } from './letter-end.js';
import type { LetterFates } from './letter-fate.js';
import type { Letter } from './letter.js';
import type { KnownFates, LetterQueue } from './letter-queue.js';
import { fatesIn, sourceHeadersOf } from './letter-queue.js';

export interface Mail<Ready> {
  /** Throws Unfulfilled when it may not be sent. */
  make(letter: Letter, record: ConsumedRecord): Promise<Ready>;
  /** Their ends, in the same order. */
  send(ready: readonly Ready[]): Promise<readonly LetterEnd[]>;
  /** What became of one that was sent. */
  tell(ready: Ready, end: LetterEnd): void;
  tellDry(ready: Ready): void;
}

export type CommandOf = (letter: Letter, record: ConsumedRecord, fates: LetterFates) => Command;

interface LaneReady {
  readonly errand: Errand;
  end?: ErrandEnd;
}

/** Commands. With transactions or without, a task does not redrive the same letter twice. */
export class LaneMail implements Mail<LaneReady> {
  readonly #delivery: Delivery;

  constructor(
    private readonly operator: Operator,
    private readonly known: KnownFates,
    carrying: Carrying,
    private readonly commandOf: CommandOf,
  ) {
    this.#delivery = new Delivery(operator, carrying);
  }

  async make(letter: Letter, record: ConsumedRecord): Promise<LaneReady> {
    const view = this.known.views.find(({ partition }) => partition === letter.id.partition);
    if (view === undefined)
      throw new Unfulfilled(`There is no lane log of partition ${letter.id.partition}.`);
    const command = this.commandOf(letter, record, this.known.fates);
    const target = letterIdText(letter.id);
    return Promise.resolve({ errand: { command, view, target, mark: this.operator.parts.unique() } });
  }

  async send(ready: readonly LaneReady[]): Promise<readonly LetterEnd[]> {
    const ends = await this.#delivery.carryOut(ready.map(({ errand }) => errand));
    ready.forEach((each, at) => (each.end = ends[at] ?? { kind: 'not sent' }));
    const isRefused = ends.some((end) => end.kind === 'outcome' && end.outcome.outcome !== 'done');
    // A command that was written before this one, and read after it was looked for, has done it.
    const fates = isRefused ? fatesIn(this.known.views, this.operator).fates : null;
    return ready.map((each) => letterEnd(each, fates));
  }

  tell({ errand, end = { kind: 'not sent' } }: LaneReady): void {
    this.#delivery.tell(errand, end);
  }

  tellDry({ errand }: LaneReady): void {
    this.#delivery.tellDry(errand);
  }
}

const letterEnd = (
  { errand, end = { kind: 'not sent' } }: LaneReady,
  fates: LetterFates | null,
): LetterEnd => {
  switch (end.kind) {
    case 'sent':
      return { kind: 'done', how: 'sent' };
    case 'outcome': {
      const { outcome, why } = end.outcome;
      if (outcome === 'done') return { kind: 'done', how: 'done' };
      const id = { partition: errand.view.partition, offset: errand.command.deadLetter ?? -1 };
      const isDone = errand.command.kind === 'redrive' && fates !== null && fates.redriven({ id }) !== null;
      return isDone
        ? { kind: 'done', how: 'done before' }
        : { kind: 'refused', sort: why === '' ? outcome : why, why };
    }
    case 'waiting':
    case 'unknown':
    case 'not sent':
      return { kind: 'open', why: end.kind };
  }
};

interface SourceReady {
  readonly letter: Letter;
  readonly record: ProducedRecord;
}

/** Text only is written by the client: a header that is none would come out as another. */
const textHeaders = (id: string, headers: Headers): readonly ProducedHeader[] => {
  const written = encodeHeaders(headers);
  if (written.length !== headers.length || written.some(({ name }) => name.startsWith('x-lanes-')))
    throw new Refusal(
      'it has a header that is no text',
      `${id} has a header that is no text, or none that this program may write: it would not be the same record.`,
    );
  return written;
};

/** Records, with their key, their own headers, and their partition where it is known and there. */
export class SourceMail implements Mail<SourceReady> {
  readonly #partitions = new Map<string, number | null>();

  constructor(
    private readonly operator: Operator,
    private readonly queue: LetterQueue,
    private readonly to: string | null,
  ) {}

  async make(letter: Letter, record: ConsumedRecord): Promise<SourceReady> {
    const id = letterIdText(letter.id);
    const { origin } = letter;
    const topic = this.to ?? origin?.topic ?? null;
    if (topic === null)
      throw new Refusal(
        'it does not say its topic',
        `${id} does not say which topic its record was of: give it with --to.`,
      );
    if (this.to === null && this.#isOurs(topic))
      throw new Refusal(
        'its topic is one of the service’s own',
        `${id} says it is of ${topic}, which only the service writes: a header may say anything. Nothing is sent there.`,
      );
    if (letter.state === 'parked')
      throw new Refusal('it is a notice', `${id} is a notice: its record waits in a lane of its service.`);
    const headers = sourceHeadersOf(this.queue, record);
    if (typeof headers === 'string')
      throw new Refusal(
        'its headers cannot be restored',
        `The headers of ${id} cannot be restored: ${headers}.`,
      );
    const count = await this.#partitionsOf(topic);
    if (count === null)
      throw new Refusal(
        'its topic does not exist',
        `${id} says it is of ${topic}, which does not exist: give another one with --to.`,
      );
    const isSame = origin?.topic === topic && origin.partition < count;
    return {
      letter,
      record: {
        topic,
        partition: isSame ? toPartition(origin.partition) : null,
        key: record.key,
        value: record.value,
        headers: textHeaders(id, headers),
      },
    };
  }

  /** Rejects when one was not acknowledged; others of them may have been written. */
  async send(ready: readonly SourceReady[]): Promise<readonly LetterEnd[]> {
    await (await this.operator.producer()).send(ready.map(({ record }) => record));
    return ready.map(() => ({ kind: 'done', how: 'sent' }));
  }

  tell({ letter, record }: SourceReady): void {
    this.#tell(letter, record, 'sent');
  }

  tellDry({ letter, record }: SourceReady): void {
    this.#tell(letter, record, 'dry run');
  }

  #tell({ id }: Letter, { topic, partition }: ProducedRecord, outcome: string): void {
    const { output } = this.operator;
    if (output.isJson)
      output.json({ command: 'replay', target: letterIdText(id), topic, partition, outcome });
    else
      output.line(
        shown`replay ${printable(letterIdText(id))}: ${printable(outcome)}, to ${printable(topic)}${printable(partition === null ? '' : `, partition ${partition}`)}`,
      );
  }

  /** A queue of another program may have been written to by anybody, and the operator may write where they may not. */
  #isOurs(topic: string): boolean {
    const { settings, sites } = this.operator.parts;
    return (
      topic === settings.topics.audit ||
      sites.some(({ commands, laneLog, deadLetters }) => [commands, laneLog, deadLetters].includes(topic))
    );
  }

  /** Null: it is not there. What a person has given with --to must be. */
  async #partitionsOf(topic: string): Promise<number | null> {
    const known = this.#partitions.get(topic);
    if (known !== undefined) return known;
    let count: number | null;
    try {
      count = await this.operator.partitionsOf(topic);
    } catch (error) {
      if (this.to !== null || !(error instanceof TopicMissing)) throw error;
      count = null;
    }
    this.#partitions.set(topic, count);
    return count;
  }
}

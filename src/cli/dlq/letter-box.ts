/**
 * A dead letter queue, read from its end: newest first, in windows that grow, until enough was
 * found. A queue keeps 30 days; what an operator looks for is mostly at its end.
 */
import type { ConsumedRecord } from '../../record/record.js';
import type { EpochMs } from '../../record/units.js';
import { commitOffset, partition as toPartition } from '../../record/units.js';
import { ownedCopy } from '../../lanes/lane-record.js';
import { Unfulfilled, UsageError } from '../exit-code.js';
import type { Letter } from './letter.js';
import { letterOf } from './letter.js';
import type { Operator } from '../cluster/operator.js';
import type { LetterId } from './dlq-request.js';
import { letterIdText } from './dlq-request.js';
import type { Stretch } from '../cluster/topic-reader.js';
import { shown } from '../terminal/printable.js';

/** A queue of dead letters. A `Site` is one. */
export interface LetterPlace {
  readonly deadLetters: string;
  /** Null: the queue is another program's, and its records are of any topic. */
  readonly sourceTopics: readonly string[] | null;
}

export interface LetterSearch {
  readonly partition: number | null;
  readonly isWanted: (letter: Letter) => boolean;
  /** Written at that time or later. */
  readonly since: EpochMs | null;
  /** Per partition; the newest ones. */
  readonly limit: number;
}

const FIRST_WINDOW = 500;
const GROWTH = 4;
/** The clocks of those who write differ: a letter before `since` ends the search only if it is this much older. */
const CLOCK_SLACK_MS = 600_000;

export class LetterBox {
  constructor(
    private readonly operator: Operator,
    private readonly place: LetterPlace,
  ) {}

  /** In the order of their writing, per partition. */
  search(search: LetterSearch): Promise<readonly Letter[]> {
    return this.select(search, (letter) => letter);
  }

  /** The same, and of each only what is taken of it: for many. */
  async select<T>(search: LetterSearch, take: (letter: Letter) => T): Promise<readonly T[]> {
    const topic = this.place.deadLetters;
    const count = await this.operator.partitionsOf(topic);
    if (search.partition !== null && search.partition >= count)
      throw new UsageError(`${topic} has partitions 0 to ${count - 1}, there is no ${search.partition}.`);
    const partitions =
      search.partition === null ? Array.from({ length: count }, (_, i) => i) : [search.partition];
    const found: (readonly T[])[] = [];
    for (const partition of partitions) found.push(await this.#backwards(partition, search, take));
    return found.flat();
  }

  /** The record of one dead letter, owned. Throws Unfulfilled when it is not there. */
  async read(id: LetterId): Promise<ConsumedRecord> {
    const topic = this.place.deadLetters;
    const where = `${topic} has no dead letter ${letterIdText(id)}`;
    if (id.partition >= (await this.operator.partitionsOf(topic)))
      throw new Unfulfilled(`${where}: it has no such partition.`);
    const of = { topic, partition: toPartition(id.partition) };
    const { low, high } = await this.operator.watermarks(of);
    if (id.offset < low)
      throw new Unfulfilled(`${where} any more: its retention has passed (it begins at ${low}).`);
    if (id.offset >= high) throw new Unfulfilled(`${where} yet: it ends at ${high}.`);
    let found: ConsumedRecord | undefined;
    const reader = await this.operator.reader();
    const stretch = { ...of, from: commitOffset(id.offset), end: commitOffset(id.offset + 1) };
    await reader.read([stretch], (record) => (found = ownedCopy(record)), this.operator.parts.stop);
    if (found === undefined)
      throw new Unfulfilled(`${where}: at that offset there is no record that is committed.`);
    return found;
  }

  /** The records of those that are there, owned, by `letterIdText`. What lies between them is read over. */
  async readAll(ids: readonly LetterId[]): Promise<ReadonlyMap<string, ConsumedRecord>> {
    const wanted = new Set(ids.map(letterIdText));
    const stretches: Stretch[] = [];
    const count = await this.operator.partitionsOf(this.place.deadLetters);
    for (const partition of new Set(ids.map((id) => id.partition))) {
      if (partition >= count) continue;
      const offsets = ids.filter((id) => id.partition === partition).map((id) => id.offset);
      const of = { topic: this.place.deadLetters, partition: toPartition(partition) };
      const { low, high } = await this.operator.watermarks(of);
      const from = commitOffset(Math.max(low, Math.min(...offsets)));
      stretches.push({ ...of, from, end: commitOffset(Math.min(high, Math.max(...offsets) + 1)) });
    }
    const found = new Map<string, ConsumedRecord>();
    const reader = await this.operator.reader();
    await reader.read(
      stretches,
      (record) => {
        const name = letterIdText(record);
        if (wanted.has(name)) found.set(name, ownedCopy(record));
      },
      this.operator.parts.stop,
    );
    return found;
  }

  async #backwards<T>(
    partition: number,
    search: LetterSearch,
    take: (letter: Letter) => T,
  ): Promise<readonly T[]> {
    const { operator, place } = this;
    const of = { topic: place.deadLetters, partition: toPartition(partition) };
    const { low, high } = await operator.watermarks(of);
    const reader = await operator.reader();
    let found: readonly T[] = [];
    const limit = search.limit === Infinity ? 0 : search.limit;
    // Everything is wanted: then at once.
    const isAll = search.limit === Infinity && search.since === null;
    let window = isAll ? high - low : Math.max(FIRST_WINDOW, 2 * limit);
    for (let end: number = high; end > low; window *= GROWTH) {
      const from = Math.max(low, end - window);
      const inWindow: T[] = [];
      let newest = -Infinity;
      operator.output.progress(
        shown`reading dead letters: partition ${partition}, offset ${from} to ${end}, found ${found.length}`,
      );
      await reader.read(
        [{ ...of, from: commitOffset(from), end: commitOffset(end) }],
        (record) => {
          newest = Math.max(newest, record.timestamp);
          if (search.since !== null && record.timestamp < search.since) return;
          const letter = letterOf(record, place.sourceTopics);
          if (search.isWanted(letter)) inWindow.push(take(letter));
        },
        operator.parts.stop,
      );
      found = [...inWindow, ...found];
      const isOld = search.since !== null && newest < search.since - CLOCK_SLACK_MS && newest > -Infinity;
      if (found.length >= search.limit || isOld) break;
      end = from;
    }
    operator.output.progress(shown``);
    return found.slice(Math.max(0, found.length - search.limit));
  }
}

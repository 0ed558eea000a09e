/**
 * The dead letter queue of one site, read from its end: newest first, in windows that grow, until enough was
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
import { shown } from '../terminal/printable.js';
import type { Site } from '../cluster/site.js';

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
    private readonly site: Site,
  ) {}

  /** In the order of their writing, per partition. */
  async search(search: LetterSearch): Promise<readonly Letter[]> {
    const topic = this.site.deadLetters;
    const count = await this.operator.partitionsOf(topic);
    if (search.partition !== null && search.partition >= count)
      throw new UsageError(`${topic} has partitions 0 to ${count - 1}, there is no ${search.partition}.`);
    const partitions =
      search.partition === null ? Array.from({ length: count }, (_, i) => i) : [search.partition];
    const found: (readonly Letter[])[] = [];
    for (const partition of partitions) found.push(await this.#backwards(partition, search));
    return found.flat();
  }

  /** The record of one dead letter, owned. Throws Unfulfilled when it is not there. */
  async read(id: LetterId): Promise<ConsumedRecord> {
    const topic = this.site.deadLetters;
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

  async #backwards(partition: number, search: LetterSearch): Promise<readonly Letter[]> {
    const { operator, site } = this;
    const of = { topic: site.deadLetters, partition: toPartition(partition) };
    const { low, high } = await operator.watermarks(of);
    const reader = await operator.reader();
    let found: readonly Letter[] = [];
    const limit = search.limit === Infinity ? 0 : search.limit;
    // Everything is wanted: then at once.
    const isAll = search.limit === Infinity && search.since === null;
    let window = isAll ? high - low : Math.max(FIRST_WINDOW, 2 * limit);
    for (let end: number = high; end > low; window *= GROWTH) {
      const from = Math.max(low, end - window);
      const inWindow: Letter[] = [];
      let newest = -Infinity;
      operator.output.progress(
        shown`reading dead letters: partition ${partition}, offset ${from} to ${end}, found ${found.length}`,
      );
      await reader.read(
        [{ ...of, from: commitOffset(from), end: commitOffset(end) }],
        (record) => {
          newest = Math.max(newest, record.timestamp);
          if (search.since !== null && record.timestamp < search.since) return;
          const letter = letterOf(record, site.sourceTopics);
          if (search.isWanted(letter)) inWindow.push(letter);
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

/**
 * Which dead letters a command is about. Of each that is chosen its place, size, time and reason (a header, that
 * may be of any length: its beginning) are kept and nothing else, so that a hundred thousand are no burden.
 */
import type { EpochMs } from '../../record/units.js';
import type { Operator } from '../cluster/operator.js';
import type { LetterChoice, LetterId, LetterSelector } from './dlq-request.js';
import { letterIdText } from './dlq-request.js';
import { LetterBox } from './letter-box.js';
import type { LetterFates } from './letter-fate.js';
import type { Letter } from './letter.js';
import type { LetterQueue } from './letter-queue.js';

export interface ChosenLetter {
  readonly id: LetterId;
  /** Of its value; 0: not known. */
  readonly bytes: number;
  readonly reason: string;
}

export interface Chosen {
  readonly letters: readonly ChosenLetter[];
  /** That fit, and are redriven, dismissed or notices: they are no business of a bulk. */
  readonly settled: number;
}

export const isSelected =
  ({ reason, type, key, until, topic, since }: LetterSelector) =>
  (letter: Letter): boolean =>
    (reason === null || letter.reason === reason) &&
    (type === null || letter.type === type) &&
    (key === null || letter.key?.equals(key) === true) &&
    (since === null || letter.at >= since) &&
    (until === null || letter.at < until) &&
    (topic === null || letter.origin?.topic === topic);

/**
 * In the order of their writing per partition, which is the order of each key; the partitions take turns, so that
 * no task has all the work.
 */
export const inTurns = (letters: readonly ChosenLetter[]): readonly ChosenLetter[] => {
  const inOrder = [...letters].sort((a, b) => a.id.partition - b.id.partition || a.id.offset - b.id.offset);
  const ranks = new Map<number, number>();
  const ranked = inOrder.map((letter) => {
    const rank = ranks.get(letter.id.partition) ?? 0;
    ranks.set(letter.id.partition, rank + 1);
    return { letter, rank };
  });
  return ranked
    .sort((a, b) => a.rank - b.rank || a.letter.id.partition - b.letter.id.partition)
    .map(({ letter }) => letter);
};

interface Found {
  readonly chosen: ChosenLetter;
  readonly at: EpochMs;
}

/**
 * The oldest so many of all partitions. Of each partition they are its first ones, whatever its clocks say: who is
 * sent before another of its key was written before it.
 */
const oldestOf = (found: readonly Found[], max: number): readonly ChosenLetter[] => {
  const newest = new Map<number, { at: number; rank: number }>();
  return [...found]
    .sort((a, b) => a.chosen.id.offset - b.chosen.id.offset)
    .map(({ chosen, at }) => {
      const before = newest.get(chosen.id.partition) ?? { at: -Infinity, rank: -1 };
      const place = { at: Math.max(before.at, at), rank: before.rank + 1 };
      newest.set(chosen.id.partition, place);
      return { chosen, place };
    })
    .sort(
      (a, b) =>
        a.place.at - b.place.at ||
        a.place.rank - b.place.rank ||
        a.chosen.id.partition - b.chosen.id.partition,
    )
    .slice(0, max)
    .map(({ chosen }) => chosen);
};

const MAX_REASON = 200;

/** One text for all that have it, and none that keeps a longer one in memory. */
const reasons = (): ((reason: string | null) => string) => {
  const known = new Map<string, string>();
  return (reason) => {
    const cut = (reason ?? '-').slice(0, MAX_REASON);
    let kept = known.get(cut);
    if (kept === undefined) {
      kept = Buffer.from(cut).toString();
      known.set(kept, kept);
    }
    return kept;
  };
};

/** Ids are taken as they are given, each once: whether there is such a letter is seen when it is read. */
export const choose = async (
  operator: Operator,
  queue: LetterQueue,
  { ids, selector, max }: LetterChoice,
  fates: LetterFates | null,
): Promise<Chosen> => {
  if (ids.length > 0) {
    const once = new Map(ids.map((id) => [letterIdText(id), { id, bytes: 0, reason: '-' }]));
    return { letters: inTurns([...once.values()]), settled: 0 };
  }
  const wants = isSelected(selector);
  const keptReason = reasons();
  let settled = 0;
  const found = await new LetterBox(operator, queue.place).select(
    {
      partition: selector.partition,
      since: selector.since,
      limit: Infinity,
      isWanted: (letter) => {
        if (!wants(letter)) return false;
        if (fates === null || (fates.settled(letter) === null && letter.state !== 'parked')) return true;
        settled += 1;
        return false;
      },
    },
    ({ id, at, valueBytes, reason }): Found => ({
      chosen: { id, bytes: valueBytes ?? 0, reason: keptReason(reason) },
      at,
    }),
  );
  return { letters: inTurns(oldestOf(found, max ?? Infinity)), settled };
};

/** As many as are held at a time. */
const MAX_BATCH_BYTES = 8_000_000;

/** In order, each of at most `count` letters; a value that is larger than all room is a batch by itself. */
export const batchesOf = function* (
  letters: readonly ChosenLetter[],
  count: number,
): Generator<readonly ChosenLetter[]> {
  let batch: ChosenLetter[] = [];
  let bytes = 0;
  for (const letter of letters) {
    if (batch.length >= count || (batch.length > 0 && bytes + letter.bytes > MAX_BATCH_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(letter);
    bytes += letter.bytes;
  }
  if (batch.length > 0) yield batch;
};

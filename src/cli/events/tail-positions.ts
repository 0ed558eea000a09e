/**
 * Where in a topic `tail` reads: the stretches of its partitions as they were when it began. A time is found
 * by looking back in growing steps, at few records each: topics keep a month.
 */
import { commitOffset, partition as toPartition } from '../../record/units.js';
import type { EpochMs } from '../../record/units.js';
import type { Operator } from '../cluster/operator.js';
import type { Stretch } from '../cluster/topic-reader.js';
import { UsageError } from '../exit-code.js';
import type { ReadFrom, Tail } from './events-request.js';

const FIRST_STEP = 1000;
const GROWTH = 8;
/** Records that are looked at in each step: markers of transactions lie between them. */
const LOOKED_AT = 50;
/** The clocks of those who write differ. */
const CLOCK_SLACK_MS = 600_000;

export class TailPositions {
  private constructor(
    private readonly operator: Operator,
    /** Everything that was there. */
    readonly whole: readonly Stretch[],
    private readonly since: EpochMs | null,
  ) {}

  /** Throws TopicMissing, and UsageError for a partition that there is not. */
  static async of(operator: Operator, topic: string, { partition, since }: Tail): Promise<TailPositions> {
    const count = await operator.partitionsOf(topic);
    if (partition !== null && partition >= count)
      throw new UsageError(`${topic} has partitions 0 to ${count - 1}, there is no ${partition}.`);
    const numbers = partition === null ? Array.from({ length: count }, (_, i) => i) : [partition];
    const whole: Stretch[] = [];
    for (const number of numbers) {
      const of = { topic, partition: toPartition(number) };
      const { low, high } = await operator.watermarks(of);
      whole.push({ ...of, from: low, end: high });
    }
    return new TailPositions(operator, whole, since);
  }

  /** Null: from the time that was asked for, or from the beginning. */
  async stretches(from: ReadFrom | null): Promise<readonly Stretch[]> {
    if (from === null) return this.sinceThen();
    return this.whole.map((stretch) => ({ ...stretch, from: commitOffset(placeIn(stretch, from)) }));
  }

  /** Without what is surely older than `since`. */
  async sinceThen(): Promise<readonly Stretch[]> {
    const { since } = this;
    if (since === null) return this.whole;
    const found: Stretch[] = [];
    for (const stretch of this.whole) found.push(await this.#cut(stretch, since));
    return found;
  }

  async #cut(stretch: Stretch, since: EpochMs): Promise<Stretch> {
    for (let step = FIRST_STEP; ; step *= GROWTH) {
      const from = Math.max(stretch.from, stretch.end - step);
      if (from <= stretch.from) return stretch;
      if (await this.#isBefore({ ...stretch, from: commitOffset(from) }, since))
        return { ...stretch, from: commitOffset(from) };
    }
  }

  async #isBefore({ topic, partition, from, end }: Stretch, since: EpochMs): Promise<boolean> {
    const reader = await this.operator.reader();
    let newest = -Infinity;
    const few = { topic, partition, from, end: commitOffset(Math.min(end, from + LOOKED_AT)) };
    await reader.read(
      [few],
      ({ timestamp }) => (newest = Math.max(newest, timestamp)),
      this.operator.parts.stop,
    );
    return newest > -Infinity && newest < since - CLOCK_SLACK_MS;
  }
}

const placeIn = ({ from, end }: Stretch, asked: ReadFrom): number => {
  if (asked === 'beginning') return from;
  return asked === 'end' ? end : Math.min(Math.max(asked, from), end);
};

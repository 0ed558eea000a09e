/**
 * How long the delays of the tiers force the work on a load to take, whatever the engine does: the measure that its
 * own time is compared with. Pure.
 *
 * Per key of a partition, in source order: a record can begin when it is in the source and the one before it has
 * ended. Each failed run of it costs the delay of its tier, which begins when the broker has appended the retry
 * record; that takes as long as any record takes from the source to its commit, so the median of a run without
 * failures beside it is added (`recordMs`: a commit interval or less where the machine has time).
 * The whole work is from the first record of the source to the end of the key that ends last.
 */
import type { Input } from './checker.js';
import type { Fate } from './directory-script.js';

export interface ForcedTime {
  /** When the source got it, by the broker's clock. */
  readonly arrivedAtMs: (input: Input) => number;
  readonly fateOf: (input: Input) => Fate;
  readonly tierDelaysMs: readonly number[];
  readonly recordMs: number;
}

export const forcedTimeMs = (inputs: readonly Input[], of: ForcedTime): number => {
  const endOf = new Map<string, number>();
  let [first, last] = [Infinity, -Infinity];
  const inOrder = [...inputs].sort((one, other) => one.place.offset - other.place.offset);
  for (const input of inOrder) {
    const arrived = of.arrivedAtMs(input);
    const fate = of.fateOf(input);
    const waits = fate.kind === 'fails' ? of.tierDelaysMs.slice(0, fate.calls) : [];
    const waited = waits.reduce((sum, delayMs) => sum + delayMs + of.recordMs, 0);
    const { key } = input.record;
    const lane = `${input.place.partition}/${key === null ? `null ${input.place.offset}` : key.toString('hex')}`;
    const end = Math.max(arrived, endOf.get(lane) ?? 0) + waited;
    endOf.set(lane, end);
    first = Math.min(first, arrived);
    last = Math.max(last, end);
  }
  return last - first;
};

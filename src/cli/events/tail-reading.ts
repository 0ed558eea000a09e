/**
 * What `tail` reads of what is there: the newest so many, or all of it. By time over partitions, as far as
 * the order within each allows. Memory is bounded by what is asked for, or by a buffer.
 */
import type { ConsumedRecord } from '../../record/record.js';
import { commitOffset } from '../../record/units.js';
import type { Operator } from '../cluster/operator.js';
import type { Stretch } from '../cluster/topic-reader.js';
import { shown } from '../terminal/printable.js';
import type { AuditView } from './audit-view.js';
import { merged } from './audit-view.js';
import type { TailPositions } from './tail-positions.js';

/** Null: not asked for. Owned: it is kept beyond its batch. */
type Wanted = (record: ConsumedRecord) => AuditView | null;

const FIRST_WINDOW = 500;
const GROWTH = 4;
/** Events that wait to be put in order of time. */
const BUFFERED = 10_000;
const TELL_EVERY = 10_000;

const teller = (operator: Operator): (() => void) => {
  let read = 0;
  return () => {
    read += 1;
    if (read % TELL_EVERY === 0) operator.output.progress(shown`${read} records read`);
  };
};

const size = (lists: ReadonlyMap<number, readonly AuditView[]>): number =>
  [...lists.values()].reduce((sum, { length }) => sum + length, 0);

/** Looks back in windows that grow, until each partition has enough. */
export const newestOf = async (
  operator: Operator,
  positions: TailPositions,
  limit: number,
  wanted: Wanted,
): Promise<readonly AuditView[]> => {
  if (limit === 0) return [];
  const reader = await operator.reader();
  const tell = teller(operator);
  const whole = await positions.sinceThen();
  for (let window = Math.max(FIRST_WINDOW, 4 * limit); ; window *= GROWTH) {
    const stretches = whole.map((stretch) => ({
      ...stretch,
      from: commitOffset(Math.max(stretch.from, stretch.end - window)),
    }));
    const found = new Map<number, AuditView[]>(stretches.map(({ partition }) => [partition, []]));
    await reader.read(
      stretches,
      (record) => {
        tell();
        const view = wanted(record);
        const list = found.get(record.partition);
        if (view === null || list === undefined) return;
        list.push(view);
        if (list.length >= 2 * limit) list.splice(0, list.length - limit);
      },
      operator.parts.stop,
    );
    const isEnough = stretches.every(
      ({ partition, from }, i) =>
        from <= (whole[i]?.from ?? 0) || (found.get(partition)?.length ?? 0) >= limit,
    );
    if (!isEnough) continue;
    operator.output.progress(shown``);
    return merged([...found.values()]).slice(-limit);
  }
};

/** The first `limit` of them, or all. */
export const readAllOf = async (
  operator: Operator,
  stretches: readonly Stretch[],
  limit: number | null,
  wanted: Wanted,
  emit: (view: AuditView) => void,
): Promise<void> => {
  const { stop } = operator.parts;
  const reader = await operator.reader();
  const tell = teller(operator);
  const enough = new AbortController();
  let left = limit ?? Infinity;
  let waiting = new Map<number, AuditView[]>();
  const flush = (): void => {
    const views = merged([...waiting.values()]);
    waiting = new Map();
    for (const view of views) {
      if (left <= 0) return;
      left -= 1;
      emit(view);
    }
  };
  if (left === 0) return;
  try {
    await reader.read(
      stretches,
      (record) => {
        tell();
        const view = wanted(record);
        if (view === null) return;
        const list = waiting.get(record.partition) ?? [];
        waiting.set(record.partition, list);
        list.push(view);
        if (size(waiting) >= Math.min(BUFFERED, left)) flush();
        if (left <= 0) enough.abort();
      },
      AbortSignal.any([stop, enough.signal]),
    );
  } catch (error) {
    if (!enough.signal.aborted || stop.aborted) throw error;
  }
  flush();
  operator.output.progress(shown``);
};

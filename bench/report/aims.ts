/** All that issue 8 asks for, beside what was measured. Pure. */
import { medianAt, type Point } from '../parts/axes.js';
import type { MemoryFigures } from '../parts/memory.js';
import { judge, judgeThroughput, type Aim, type Judged } from './ratios.js';
import type { Results } from './results.js';

const aim = (what: string, atLeast: boolean, goal: number): Aim => ({ what, atLeast, goal, floor: goal });

/** Commit interval and 50 ms. */
const P99_MS = 150;
const SHORTEST_MS = 290_000;

const ratio = (above: number | undefined, below: number | undefined): number | undefined =>
  above === undefined || below === undefined || below === 0 ? undefined : above / below;

const p99At = ({ latency = [] }: Results, recordsPerSecond: number): number | undefined => {
  const found = latency.find(
    (one) => 'p99Ms' in one && one.subject.startsWith('service') && one.recordsPerSecond === recordsPerSecond,
  );
  return found !== undefined && 'p99Ms' in found ? found.p99Ms : undefined;
};

const FAILING = '10 % of keys fail';

/** Of a rate without failures, what the keys had of it that are healthy at that point. */
const sameKeysOf = (axes: readonly Point[], rate: number | undefined): number | undefined => {
  const healthy = axes.find(({ at }) => at === FAILING)?.counted;
  return rate === undefined || healthy === undefined ? undefined : rate * healthy;
};

/** Undefined of a run that is too short: while buffers fill up, ten minutes cannot be told from one. */
const growthOf = (memory: MemoryFigures | undefined): number | undefined =>
  (memory?.samples.at(-1)?.atMs ?? 0) < SHORTEST_MS ? undefined : memory?.growthIn10Min;

/** Those of parts that were not measured are left out. */
export const judgeAll = (results: Results): readonly Judged[] => {
  const { throughput, latency, axes, memory } = results;
  const judged: Judged[] = throughput === undefined ? [] : [...judgeThroughput(throughput)];
  if (latency !== undefined)
    judged.push(judge(aim('p99 end to end at 1,000/s, ms', false, P99_MS), p99At(results, 1_000)));
  if (axes !== undefined) {
    const at = (point: string): number | undefined => medianAt(axes, point);
    judged.push(
      judge(
        aim('healthy keys with 10 % failing, to the same keys with none failing', true, 0.85),
        ratio(at(FAILING), sameKeysOf(axes, at('0 % of keys fail'))),
      ),
      judge(aim('1M keys to 100 keys', true, 0.9), ratio(at('1000000 keys'), at('100 keys'))),
      judge(
        aim('5 ms directory: 64 in flight to one at a time', true, 20),
        ratio(at('5 ms directory, 64 in flight'), at('5 ms directory, 1 in flight')),
      ),
    );
  }
  if (memory !== undefined)
    judged.push(judge(aim('growth of memory in ten minutes of full load', false, 0.05), growthOf(memory[0])));
  return judged;
};

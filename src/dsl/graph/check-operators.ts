/** Whether single operators make sense: suppliers, windows, and what tables are used for. */
import { type Check, processorsOf } from './check.js';
import type { ProcessorNode, TopologyParts, WindowAggregateOperator } from './topology-node.js';

const suppliersMakeNewProcessors: Check = (parts) =>
  processorsOf(parts).flatMap(({ name, operator }) => {
    if (operator.type !== 'processValues' && operator.type !== 'process') return [];
    const problem = supplierProblem(operator.supplier);
    return problem === undefined ? [] : [`the supplier of processor "${name}" ${problem}`];
  });

/** `supplier` is whatever a program without types has given. */
const supplierProblem = (supplier: unknown): string | undefined => {
  if (typeof supplier !== 'function')
    return 'is no function: give one that makes a new processor for each task';
  try {
    if ((supplier as () => unknown)() !== (supplier as () => unknown)()) return undefined;
  } catch (error) {
    return `fails: ${error instanceof Error ? error.message : String(error)}`;
  }
  return 'gives the same processor twice: each task needs its own';
};

const isDuration = (ms: number, atLeast: number): boolean => Number.isSafeInteger(ms) && ms >= atLeast;

const windowProblems = ({
  sizeMs,
  advanceMs,
  graceMs,
}: WindowAggregateOperator['windows']): readonly string[] => [
  ...(isDuration(sizeMs, 1) ? [] : [`a size of ${sizeMs} ms is not a whole number above 0`]),
  ...(isDuration(advanceMs, 1) && !(advanceMs > sizeMs)
    ? []
    : [`an advance of ${advanceMs} ms is not a whole number from 1 to the size`]),
  ...(isDuration(graceMs, 0) ? [] : [`a grace of ${graceMs} ms is not a whole number from 0`]),
];

const windowsAreUsable: Check = (parts) =>
  processorsOf(parts).flatMap(({ name, operator }) => {
    if (operator.type !== 'windowAggregate') return [];
    const { windows, store } = operator;
    const problems = windowProblems(windows);
    if (problems.length > 0) return problems.map((problem) => `the windows of "${name}": ${problem}`);
    const needed = windows.sizeMs + windows.graceMs;
    const { retentionMs } = parts.stores.find((one) => one.name === store) ?? { retentionMs: null };
    return retentionMs === null || isDuration(retentionMs, needed)
      ? []
      : [
          `the store "${store}" keeps windows for ${retentionMs} ms: they need ${needed} (size and grace), ` +
            'see Materialized.withRetention',
        ];
  });

const suppressesWindows: Check = (parts) =>
  processorsOf(parts).flatMap(({ name, operator }) =>
    operator.type === 'suppress' && operator.graceMs < 0
      ? [`suppress "${name}" does not follow windowedBy: nothing says when its windows are over`]
      : [],
  );

const layoutOf = ({ stores }: TopologyParts, store: string): string | undefined =>
  stores.find(({ name }) => name === store)?.layout;

/** A store of windows is looked up by key and time. */
const joinsTables: Check = (parts) =>
  processorsOf(parts).flatMap(({ name, operator }: ProcessorNode) => {
    if (operator.type !== 'streamTableJoin') return [];
    const layout = layoutOf(parts, operator.store);
    return layout === undefined || layout === 'timestamped'
      ? []
      : [`join "${name}" is with a table of windows, which cannot be joined`];
  });

export const OPERATOR_CHECKS: readonly Check[] = [
  suppliersMakeNewProcessors,
  windowsAreUsable,
  suppressesWindows,
  joinsTables,
];

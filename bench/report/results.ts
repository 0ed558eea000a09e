/** Everything that one run of the bench has measured: what is written as JSON. A part that was not asked for is absent. */
import type { LatencyResult } from '../parts/latency.js';
import type { MemoryFigures } from '../parts/memory.js';
import type { RestoreFigures } from '../parts/restore.js';
import type { RecoveryFigures, StartUpFigures } from '../parts/startup.js';
import type { Measured } from '../parts/throughput.js';
import type { Point } from '../parts/axes.js';

export interface Failure {
  readonly what: string;
  readonly error: string;
}

export interface Results {
  readonly throughput?: readonly Measured[];
  readonly latency?: readonly LatencyResult[];
  readonly startup?: readonly StartUpFigures[];
  readonly recovery?: readonly RecoveryFigures[];
  readonly restore?: readonly RestoreFigures[];
  readonly axes?: readonly Point[];
  readonly memory?: readonly MemoryFigures[];
  /** What could not be measured, beside the errors of single rounds. */
  readonly failures: readonly Failure[];
}

/** Every error of every part: with one of them the bench has not measured all that it was asked for. */
export const errorsOf = ({ throughput, latency, axes, failures }: Results): readonly string[] => [
  ...(throughput ?? []).flatMap(({ errors }) => errors),
  ...(latency ?? []).flatMap((one) => ('error' in one ? [one.error] : [])),
  ...(axes ?? []).flatMap(({ errors }) => errors),
  ...failures.map(({ error }) => error),
];

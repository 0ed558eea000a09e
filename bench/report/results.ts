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

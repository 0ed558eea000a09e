/**
 * What a task can run to show whether the breaker may close: records of its queue before heads, but what has
 * failed as a probe behind what has not, and queue and heads in turns then.
 */
import type { EpochMs, MonotonicMs } from '../record/units.js';
import type { BreakerView } from './breaker-desk.js';
import type { HeadLine } from './head-line.js';
import type { LaneKeeper } from './lane-keeper.js';
import type { SourceLine } from './source-line.js';

export class ProbeLine {
  /** When it was asked for a probe the last time. */
  askedAt: MonotonicMs | undefined;
  #isHeadsTurn = false;

  constructor(
    private readonly source: SourceLine,
    private readonly heads: HeadLine,
    private readonly lanes: LaneKeeper,
    private readonly breaker: BreakerView,
  ) {}

  /** When the oldest record was read that may start and has not failed as a probe. */
  get waitingSince(): EpochMs | undefined {
    const entry = this.source.startable;
    return entry !== undefined && this.breaker.isFresh(entry) ? entry.readAt : undefined;
  }

  /** A head may run that has not failed as a probe. */
  get hasFreshHead(): boolean {
    const { ready } = this.lanes;
    return ready !== undefined && this.breaker.isFresh(ready.head);
  }

  get hasAny(): boolean {
    return this.source.startable !== undefined || this.lanes.ready !== undefined;
  }

  /** False when none could be started. */
  start(): boolean {
    if (this.waitingSince !== undefined) return this.source.probe() || this.heads.probe();
    this.#isHeadsTurn = this.hasFreshHead || !this.#isHeadsTurn;
    return this.#isHeadsTurn
      ? this.heads.probe() || this.source.probe()
      : this.source.probe() || this.heads.probe();
  }
}

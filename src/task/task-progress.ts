/** How far a task has come with what it took, for probes, gauges and `/status`. From memory, and looks at no record but the first. */
import type { Clock } from '../ports/clock.js';
import type { TaskSteps } from '../ports/progress.js';
import type { CommitOffset, EpochMs } from '../record/units.js';
import { epochMs } from '../record/units.js';
import type { TaskLedger } from './task-ledger.js';
import type { TaskState } from './task-state.js';
import { headsStep, phaseOf, queueStep } from './task-steps.js';
import type { TaskWorkings } from './task-workings.js';

export class TaskProgress {
  constructor(
    private readonly works: TaskWorkings,
    private readonly ledger: TaskLedger,
    private readonly clock: Clock,
    private readonly state: () => TaskState,
  ) {}

  /** Source records that do not run: they wait for their attempt or, with a result, for the ones before them. */
  get waiting(): number {
    const { attempts, source } = this.works;
    return Math.max(0, source.queue.length - attempts.sources);
  }

  /** The timestamp of the oldest record of a source topic that was taken and is not committed; null: there is none. */
  oldestUncommitted(topic: string): EpochMs | null {
    const { queue } = this.works.source;
    const timestamp = this.ledger.oldestDecided(topic) ?? queue.firstOf(topic)?.record.timestamp;
    return timestamp === undefined || timestamp < 0 ? null : epochMs(timestamp);
  }

  get steps(): Pick<TaskSteps, 'phase' | 'queue' | 'heads' | 'commit'> {
    const { clock, ledger, works } = this;
    const phase = phaseOf(this.state());
    return {
      phase,
      queue: queueStep(works),
      heads: headsStep(works, clock.monotonic()),
      commit: ledger.step,
    };
  }

  /** Up to where a source topic was read, what lies behind its last record and is none included. */
  readUpTo(topic: string): CommitOffset | undefined {
    return this.works.source.positions.readUpTo(topic);
  }
}

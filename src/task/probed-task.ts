/** One running task, as the circuit breaker sees it. */
import type { Pauses } from '../ports/flow-control.js';
import type { EpochMs, MonotonicMs } from '../record/units.js';
import type { Probed } from './breaker-desk.js';
import type { Holding } from './holding.js';

export class ProbedTask implements Probed {
  constructor(
    private readonly holding: Holding,
    private readonly pauses: Pauses,
  ) {}

  get waitingSince(): EpochMs | undefined {
    return this.holding.task.probes.waitingSince;
  }

  get hasFreshHead(): boolean {
    return this.holding.task.probes.hasFreshHead;
  }

  get hasAny(): boolean {
    return this.holding.task.probes.hasAny;
  }

  get probedAt(): MonotonicMs | undefined {
    return this.holding.task.probes.askedAt;
  }

  probe(at: MonotonicMs): boolean {
    return this.holding.task.probe(at);
  }

  breakerChanged(): void {
    this.holding.task.post({ kind: 'breaker' });
  }

  hold(isHeld: boolean): void {
    for (const partition of this.holding.partitions) {
      if (isHeld) this.pauses.set(partition, 'breaker');
      else this.pauses.clear(partition, 'breaker');
    }
  }
}

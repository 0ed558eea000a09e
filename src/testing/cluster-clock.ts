/**
 * The clock of a simulated cluster under a test driver: its monotonic time runs on by itself, as far as polls,
 * heartbeats and time-outs of the clients need it; its wall clock is the one that the test holds in its hand.
 */
import type { Clock } from '../ports/clock.js';
import type { EpochMs } from '../record/units.js';
import { VirtualClock } from './virtual-clock.js';

export class ClusterClock extends VirtualClock {
  constructor(private readonly wall: Clock) {
    super();
  }

  override now(): EpochMs {
    return this.wall.now();
  }
}

/** When each record of a log arrived, in virtual time that no clock's jump can shift. */
import type { SimulatedCluster } from '../../src/testing/simulated-cluster.js';

export class AppendTimes {
  readonly #times = new Map<string, number[]>();

  constructor(cluster: SimulatedCluster, isWatched: (topic: string) => boolean) {
    cluster.watchAppends(({ topic, partition }, base, count) => {
      if (!isWatched(topic)) return;
      const name = `${topic}-${partition}`;
      let times = this.#times.get(name);
      if (times === undefined) this.#times.set(name, (times = []));
      for (let at = 0; at < count; at++) times[base + at] = cluster.scheduler.clock.monotonic();
    });
  }

  of({ topic, partition, offset }: { topic: string; partition: number; offset: number }): number {
    return this.#times.get(`${topic}-${partition}`)?.[offset] ?? 0;
  }
}

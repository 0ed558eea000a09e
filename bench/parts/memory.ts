/**
 * Memory under full load: the service has more records to read than it can take, all the time, and its resident
 * memory is looked at every second.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { SteadyLoad } from '../cluster/steady-load.js';
import { benchEvents } from '../events.js';
import { flatnessOf, type Flatness, type MemorySample } from '../measure/flatness.js';
import { usageOf } from '../measure/process-usage.js';
import { withCleanup } from '../measure/with-cleanup.js';
import type { Session } from '../session.js';
import type { Subject } from '../subjects/subject.js';

export interface MemoryFigures extends Flatness {
  readonly subject: string;
  readonly recordsPerSecond: number;
  readonly samples: readonly MemorySample[];
}

const SAMPLE_MS = 1_000;
/** Records that wait in the source: it never runs dry, and the disk does not fill up. */
const BACKLOG = 200_000;
/** With fewer of them the load is what limits the service. */
const ENOUGH = 20_000;
/** Between two of them the event loop has its turn. */
const AT_ONCE = 2_000;
const AS_MANY_AS_POSSIBLE = 10_000_000;

export interface MemoryOptions {
  readonly partitions: number;
  readonly keys: number;
  readonly forMs: number;
}

export const measureMemory = (
  session: Session,
  subject: Subject,
  { partitions, keys, forMs }: MemoryOptions,
): Promise<MemoryFigures> =>
  withCleanup(async (defer) => {
    const place = await session.newPlace(partitions);
    defer(() => session.clear(place));
    const progress = await session.kafka.progress(place.group, place.source, partitions);
    defer(() => progress.close());
    let committed = 0;
    const load: SteadyLoad = new SteadyLoad(
      place.bootstrapServers,
      place.source,
      benchEvents({ keys }),
      AS_MANY_AS_POSSIBLE,
      () => Math.min(AT_ONCE, committed + BACKLOG - load.written),
    );
    defer(() => load.stop());
    const running = await session.start(subject, place);
    defer(() => running.stop());
    const samples: MemorySample[] = [];
    const beganMs = performance.now();
    let firstMs = beganMs;
    let idle = 0;
    for (let atMs = beganMs; atMs - beganMs < forMs; atMs = performance.now()) {
      const ended = running.ended();
      if (ended !== undefined) throw new Error(ended);
      if (committed === 0) firstMs = atMs;
      committed = await progress.read();
      if (committed > 0 && load.written - committed < ENOUGH) idle += 1;
      samples.push({ atMs: atMs - beganMs, rssBytes: usageOf(running.pid).rssBytes });
      await sleep(SAMPLE_MS);
    }
    if (committed === 0) throw new Error(`nothing was committed within ${forMs / 1000} s`);
    await load.stop();
    if (idle * 2 > samples.length)
      throw new Error(`${subject.name} had too little to read most of the time: this was no full load`);
    const recordsPerSecond = (committed / (performance.now() - firstMs)) * 1000;
    return { subject: subject.name, recordsPerSecond, samples, ...flatnessOf(samples) };
  });

/**
 * Memory under full load: the service has more records to read than it can take, all the time, and its resident
 * memory is looked at every second.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { SteadyLoad } from '../cluster/steady-load.js';
import { benchEvents } from '../events.js';
import { flatnessOf, type Flatness, type MemorySample } from '../measure/flatness.js';
import { usageOf } from '../measure/process-usage.js';
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
const AS_MANY_AS_POSSIBLE = 10_000_000;

export const measureMemory = async (
  session: Session,
  subject: Subject,
  { partitions, keys, forMs }: { readonly partitions: number; readonly keys: number; readonly forMs: number },
): Promise<MemoryFigures> => {
  const { kafka } = session;
  const place = await session.newPlace(partitions);
  const progress = await kafka.progress(place.group, place.source, partitions);
  let committed = 0;
  const load: SteadyLoad = new SteadyLoad(
    place.bootstrapServers,
    place.source,
    benchEvents({ keys }),
    AS_MANY_AS_POSSIBLE,
    () => Math.min(2_000, committed + BACKLOG - load.written),
  );
  const running = await session.start(subject, place);
  const samples: MemorySample[] = [];
  try {
    const beganMs = performance.now();
    let firstMs = beganMs;
    for (let atMs = beganMs; atMs - beganMs < forMs; atMs = performance.now()) {
      const ended = running.ended();
      if (ended !== undefined) throw new Error(ended);
      if (committed === 0) firstMs = atMs;
      committed = await progress.read();
      samples.push({ atMs: atMs - beganMs, rssBytes: usageOf(running.pid).rssBytes });
      await sleep(SAMPLE_MS);
    }
    const recordsPerSecond = (committed / (performance.now() - firstMs)) * 1000;
    return { subject: subject.name, recordsPerSecond, samples, ...flatnessOf(samples) };
  } finally {
    await load.stop();
    await running.stop();
    await progress.close();
    await session.clear(place);
  }
};

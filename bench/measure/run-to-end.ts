/**
 * Runs a subject over a topic that is full already, until it has committed everything, and looks at it five times a
 * second from outside. Then counts what it has written: fewer or more committed records than there were to read,
 * and there is no figure but an error.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Session, Source } from '../session.js';
import type { Running, Subject } from '../subjects/subject.js';
import { withCleanup } from './with-cleanup.js';
import { usageOf } from './process-usage.js';
import type { Sample } from './window.js';

const SAMPLE_MS = 200;
/** It counts as stuck when it has committed nothing for so long. */
const STUCK_MS = 90_000;

export interface Watched {
  readonly samples: readonly Sample[];
  /** From the start of the process to the first committed record that was seen. */
  readonly firstCommitMs: number;
}

const watch = async (
  brokerPid: number,
  running: Running,
  read: () => Promise<number>,
  total: number,
): Promise<Watched> => {
  const samples: Sample[] = [];
  const beganMs = performance.now();
  let firstCommitMs: number | undefined;
  let lastRecords = 0;
  let lastChangeMs = beganMs;
  for (;;) {
    const ended = running.ended();
    if (ended !== undefined) throw new Error(ended);
    const records = await read();
    const atMs = performance.now();
    samples.push({ atMs, records, ...usageOf(running.pid), brokerCpuMs: usageOf(brokerPid).cpuMs });
    if (records > 0) firstCommitMs ??= atMs - beganMs;
    if (records >= total) return { samples, firstCommitMs: firstCommitMs ?? 0 };
    if (records > lastRecords) [lastRecords, lastChangeMs] = [records, atMs];
    else if (atMs - lastChangeMs > STUCK_MS)
      throw new Error(`stuck at ${records} of ${total} committed records for ${STUCK_MS / 1000} s`);
    await sleep(SAMPLE_MS);
  }
};

/** `expected`: how many records it must have written. */
export const runToEnd = (
  session: Session,
  subject: Subject,
  source: Source,
  expected = source.records,
): Promise<Watched> => {
  return withCleanup(async (defer) => {
    const { kafka } = session;
    const place = await session.newPlace(source.partitions, source);
    defer(() => session.clear(place));
    const progress = await kafka.progress(place.group, source.topic, source.partitions);
    defer(() => progress.close());
    const running = await session.start(subject, place);
    defer(() => running.stop());
    const seen = await watch(kafka.pid, running, progress.read, source.records);
    await running.stop();
    const { committed, aborted, open } = kafka.count(place.audit);
    if (committed !== expected)
      throw new Error(
        `wrote ${committed} committed records where there must be ${expected} (${aborted} aborted, ${open} open)`,
      );
    return seen;
  });
};

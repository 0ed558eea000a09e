/**
 * Runs a subject over a topic that is full already, until it has committed everything, and looks at it five times a
 * second from outside. Then counts what it has written: fewer or more committed records than there were to read,
 * and there is no figure but an error.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchKafka } from '../cluster/bench-kafka.js';
import type { Place, Running, Subject } from '../subjects/subject.js';
import { usageOf } from './process-usage.js';
import type { Sample } from './window.js';

const SAMPLE_MS = 200;
/** It counts as stuck when it has committed nothing for so long. */
const STUCK_MS = 90_000;

export interface Source {
  readonly topic: string;
  readonly partitions: number;
  readonly records: number;
}

export interface Watched {
  readonly samples: readonly Sample[];
  /** From the start of the process to the first committed record that was seen. */
  readonly firstCommitMs: number;
}

/** Names of one run: of its group, and of everything that belongs to it. */
const placeOf = (kafka: BenchKafka, source: string, run: string): Place => ({
  bootstrapServers: kafka.bootstrapServers,
  group: run,
  source,
  audit: `${run}.audit`,
});

const watch = async (
  kafka: BenchKafka,
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
    const { cpuMs, rssBytes } = usageOf(running.pid);
    samples.push({ atMs, records, cpuMs, rssBytes, brokerCpuMs: usageOf(kafka.pid).cpuMs });
    if (records > 0) firstCommitMs ??= atMs - beganMs;
    if (records >= total) return { samples, firstCommitMs: firstCommitMs ?? 0 };
    if (records > lastRecords) [lastRecords, lastChangeMs] = [records, atMs];
    else if (atMs - lastChangeMs > STUCK_MS)
      throw new Error(`stuck at ${records} of ${total} committed records for ${STUCK_MS / 1000} s`);
    await sleep(SAMPLE_MS);
  }
};

/** `run` is a name that was never used; `expected`: how many records it must have written. */
export const runToEnd = async (
  kafka: BenchKafka,
  subject: Subject,
  source: Source,
  run: string,
  expected = source.records,
): Promise<Watched> => {
  const place = placeOf(kafka, source.topic, run);
  await kafka.createTopic(place.audit, source.partitions);
  const progress = await kafka.progress(place.group, source.topic, source.partitions);
  try {
    const running = await subject.start(place);
    let watched: Watched;
    try {
      watched = await watch(kafka, running, progress.read, source.records);
    } finally {
      await running.stop();
    }
    const { committed, aborted, open } = kafka.count(place.audit);
    if (committed !== expected)
      throw new Error(
        `wrote ${committed} committed records where there must be ${expected} (${aborted} aborted, ${open} open)`,
      );
    return watched;
  } finally {
    await progress.close();
    await kafka.deleteTopics(place.group);
  }
};

/**
 * How long a subject takes to begin: from the start of its process until it says that it is ready, and until a
 * reader has its first audit event. Then how long from a `kill -9` under load until its successor has written the
 * first audit event of a record that came after the kill.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { readAudits } from '../cluster/audit-reader.js';
import { SteadyLoad } from '../cluster/steady-load.js';
import { benchEvents } from '../events.js';
import type { Session } from '../session.js';
import type { Running, Subject } from '../subjects/subject.js';

export interface StartUpFigures {
  readonly subject: string;
  /** Undefined for a subject that does not say it. */
  readonly readyMs: number | undefined;
  readonly firstEventMs: number;
}

export interface RecoveryFigures {
  readonly subject: string;
  readonly instanceId: boolean;
  readonly recoveredMs: number;
}

const LOOK_MS = 20;
const START_LIMIT_MS = 120_000;
/** A transaction and a session that nobody takes over end after their time-outs. */
const RECOVERY_LIMIT_MS = 240_000;
const LOAD_PER_SECOND = 1_000;
const UNDER_LOAD_MS = 5_000;

/** When it held first, by this process's clock. */
const when = async (
  what: string,
  holds: () => boolean | Promise<boolean>,
  running: () => Running,
  limitMs: number,
): Promise<number> => {
  const endMs = performance.now() + limitMs;
  for (;;) {
    if (await Promise.resolve(holds()).catch(() => false)) return performance.now();
    const ended = running().ended();
    if (ended !== undefined) throw new Error(ended);
    if (performance.now() > endMs) throw new Error(`not within ${limitMs / 1000} s: ${what}`);
    await sleep(LOOK_MS);
  }
};

export const measureStartUp = async (
  session: Session,
  subject: Subject,
  partitions: number,
): Promise<StartUpFigures> => {
  const place = await session.newPlace(partitions);
  const eventOf = benchEvents({ keys: 100 });
  let firstEventAtMs: number | undefined;
  const reader = await readAudits(place.bootstrapServers, place.audit, partitions, () => {
    firstEventAtMs ??= performance.now();
  });
  const load = new SteadyLoad(place.bootstrapServers, place.source, eventOf, LOAD_PER_SECOND);
  const beganMs = performance.now();
  const running = await session.start(subject, place);
  try {
    const isReady = running.isReady?.bind(running);
    const ready =
      isReady === undefined
        ? undefined
        : when(`${subject.name} is ready`, isReady, () => running, START_LIMIT_MS);
    await when(
      'an audit event',
      () => firstEventAtMs !== undefined,
      () => running,
      START_LIMIT_MS,
    );
    return {
      subject: subject.name,
      readyMs: ready === undefined ? undefined : (await ready) - beganMs,
      firstEventMs: (firstEventAtMs ?? 0) - beganMs,
    };
  } finally {
    await load.stop();
    await running.stop();
    await reader.close();
    await session.clear(place);
  }
};

export const measureRecovery = async (
  session: Session,
  subject: Subject,
  instanceId: boolean,
  partitions: number,
): Promise<RecoveryFigures> => {
  const place = await session.newPlace(partitions);
  let seen = 0;
  let killedAtMs = Infinity;
  let recovered = false;
  const reader = await readAudits(place.bootstrapServers, place.audit, partitions, (recordMs) => {
    seen += 1;
    if (recordMs > killedAtMs) recovered = true;
  });
  const load = new SteadyLoad(
    place.bootstrapServers,
    place.source,
    benchEvents({ keys: 100 }),
    LOAD_PER_SECOND,
  );
  let running = await session.start(subject, place);
  try {
    await when(
      'audit events',
      () => seen > 0,
      () => running,
      START_LIMIT_MS,
    );
    await sleep(UNDER_LOAD_MS);
    await running.kill();
    killedAtMs = Date.now();
    const beganMs = performance.now();
    running = await session.start(subject, place);
    const endMs = await when(
      'a new audit event',
      () => recovered,
      () => running,
      RECOVERY_LIMIT_MS,
    );
    return { subject: subject.name, instanceId, recoveredMs: endMs - beganMs };
  } finally {
    await load.stop();
    await running.stop();
    await reader.close();
    await session.clear(place);
  }
};

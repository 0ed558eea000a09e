/**
 * How long a subject takes to begin: from the start of its process until it says that it is ready, and until a
 * reader has its first audit event. Then how long from a `kill -9` under load until its successor has written the
 * first audit event of a record that came after the kill.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { readAudits, readBy } from '../cluster/audit-reader.js';
import { loadEvents } from '../cluster/load-events.js';
import { SteadyLoad } from '../cluster/steady-load.js';
import { benchEvents } from '../events.js';
import { whenOf } from '../measure/when.js';
import { withCleanup } from '../measure/with-cleanup.js';
import type { Session } from '../session.js';
import type { Subject } from '../subjects/subject.js';

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

const START_LIMIT_MS = 120_000;
/** A transaction and a session that nobody takes over end after their time-outs. */
const RECOVERY_LIMIT_MS = 240_000;
/** They are there when it starts. */
const WAITING_EVENTS = 1_000;
const LOAD_PER_SECOND = 1_000;
const UNDER_LOAD_MS = 5_000;

export const measureStartUp = (
  session: Session,
  subject: Subject,
  partitions: number,
): Promise<StartUpFigures> =>
  withCleanup(async (defer) => {
    const place = await session.newPlace(partitions);
    defer(() => session.clear(place));
    const { bootstrapServers, source, audit } = place;
    let firstEventAtMs: number | undefined;
    const reader = await readAudits(bootstrapServers, audit, partitions, () => {
      firstEventAtMs ??= performance.now();
    });
    defer(() => reader.close());
    await loadEvents(bootstrapServers, source, WAITING_EVENTS, benchEvents({ keys: 100 }));
    const beganMs = performance.now();
    const running = readBy(await session.start(subject, place), reader);
    defer(() => running.stop());
    const isReady = running.isReady?.bind(running);
    const [readyAtMs] = await Promise.all([
      isReady && whenOf(running, `${subject.name} is ready`, isReady, START_LIMIT_MS),
      whenOf(running, 'an audit event', () => firstEventAtMs !== undefined, START_LIMIT_MS),
    ]);
    return {
      subject: subject.name,
      readyMs: readyAtMs === undefined ? undefined : readyAtMs - beganMs,
      firstEventMs: (firstEventAtMs ?? NaN) - beganMs,
    };
  });

export const measureRecovery = (
  session: Session,
  subject: Subject,
  instanceId: boolean,
  partitions: number,
): Promise<RecoveryFigures> =>
  withCleanup(async (defer) => {
    const place = await session.newPlace(partitions);
    defer(() => session.clear(place));
    const { bootstrapServers, source, audit } = place;
    let seen = 0;
    let killedAtMs = Infinity;
    let recovered = false;
    const reader = await readAudits(bootstrapServers, audit, partitions, (recordMs) => {
      seen += 1;
      if (recordMs > killedAtMs) recovered = true;
    });
    defer(() => reader.close());
    const load = new SteadyLoad(bootstrapServers, source, benchEvents({ keys: 100 }), LOAD_PER_SECOND);
    defer(() => load.stop());
    const first = readBy(await session.start(subject, place), reader);
    defer(() => first.stop());
    await whenOf(first, 'audit events', () => seen > 0, START_LIMIT_MS);
    await sleep(UNDER_LOAD_MS);
    await first.kill();
    killedAtMs = Date.now();
    const beganMs = performance.now();
    const second = readBy(await session.start(subject, place), reader);
    defer(() => second.stop());
    const endMs = await whenOf(second, 'a new audit event', () => recovered, RECOVERY_LIMIT_MS);
    return { subject: subject.name, instanceId, recoveredMs: endMs - beganMs };
  });

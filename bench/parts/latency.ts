/**
 * End-to-end latency at a steady rate: from the time that the producer gave the source record to the moment at which a
 * read_committed consumer has its audit event. Every subject keeps the time of the source record, so the audit event
 * says it. Producer, reader and bench are one process: one clock.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { readAudits, readBy } from '../cluster/audit-reader.js';
import { loadEvents } from '../cluster/load-events.js';
import { SteadyLoad } from '../cluster/steady-load.js';
import { benchEvents } from '../events.js';
import { quantile } from '../measure/statistics.js';
import { whenOf } from '../measure/when.js';
import { withCleanup } from '../measure/with-cleanup.js';
import type { Session } from '../session.js';
import type { Subject } from '../subjects/subject.js';
import { messageOf } from './throughput.js';

export interface LatencyFigures {
  readonly subject: string;
  readonly recordsPerSecond: number;
  /** Audit events that were received in the measured time. */
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export type LatencyResult = LatencyFigures | { readonly subject: string; readonly error: string };

export interface LatencyOptions {
  readonly partitions: number;
  readonly keys: number;
  readonly rates: readonly number[];
  readonly warmUpMs: number;
  readonly measuredMs: number;
}

const FIRST_EVENTS = 100;
const START_LIMIT_MS = 120_000;
/** With fewer it, or the machine, does not keep up, and latency is only a question of how long one waits. */
const KEPT_UP = 0.9;

/** Of the latencies of one rate, in milliseconds. */
export const latencyFigures = (
  subject: string,
  recordsPerSecond: number,
  latencies: readonly number[],
): LatencyFigures => ({
  subject,
  recordsPerSecond,
  count: latencies.length,
  p50Ms: quantile(latencies, 0.5),
  p99Ms: quantile(latencies, 0.99),
  maxMs: quantile(latencies, 1),
});

const measureOne = (
  session: Session,
  subject: Subject,
  rate: number,
  { partitions, keys, warmUpMs, measuredMs }: LatencyOptions,
): Promise<LatencyFigures> =>
  withCleanup(async (defer) => {
    const place = await session.newPlace(partitions);
    defer(() => session.clear(place));
    const { bootstrapServers, source, audit } = place;
    const eventOf = benchEvents({ keys });
    const latencies: number[] = [];
    let [seen, measuring] = [false, false];
    const reader = await readAudits(bootstrapServers, audit, partitions, (recordMs, receivedMs) => {
      seen = true;
      if (measuring) latencies.push(receivedMs - recordMs);
    });
    defer(() => reader.close());
    // It has started before the load begins: what waits meanwhile would be measured as well.
    await loadEvents(bootstrapServers, source, FIRST_EVENTS, eventOf);
    const running = readBy(await session.start(subject, place), reader);
    defer(() => running.stop());
    await whenOf(running, `the first audit event of ${subject.name}`, () => seen, START_LIMIT_MS);
    const load = new SteadyLoad(bootstrapServers, source, eventOf, rate);
    defer(() => load.stop());
    await sleep(warmUpMs);
    measuring = true;
    await sleep(measuredMs);
    measuring = false;
    const ended = running.ended();
    if (ended !== undefined) throw new Error(ended);
    const offered = (rate * measuredMs) / 1000;
    if (latencies.length < offered * KEPT_UP)
      throw new Error(`${latencies.length} of ${offered} audit events came in the measured time: overloaded`);
    return latencyFigures(subject.name, rate, latencies);
  });

export const measureLatency = async (
  session: Session,
  subjects: readonly Subject[],
  options: LatencyOptions,
): Promise<readonly LatencyResult[]> => {
  const results: LatencyResult[] = [];
  for (const rate of options.rates) {
    for (const subject of subjects) {
      try {
        const figures = await measureOne(session, subject, rate, options);
        results.push(figures);
        session.say(
          `latency  ${subject.name} at ${rate}/s: p50 ${figures.p50Ms} ms, p99 ${figures.p99Ms} ms`,
        );
      } catch (error) {
        results.push({ subject: subject.name, error: messageOf(error) });
        session.say(`latency  ${subject.name} at ${rate}/s: ERROR: ${messageOf(error)}`);
      }
    }
  }
  return results;
};

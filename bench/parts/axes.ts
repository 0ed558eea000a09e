/**
 * One axis at a time, everything else as in the comparison: how many keys fail, how many there are, how large values
 * are, how many partitions, and how many records wait for a directory at once. Interleaved like the comparison.
 */
import { fileURLToPath } from 'node:url';
import { userIdOf, userOf } from '../events.js';
import { runToEnd } from '../measure/run-to-end.js';
import { median } from '../measure/statistics.js';
import { figuresOf } from '../measure/window.js';
import type { AxisName } from '../options.js';
import type { Session, Source, SourceOptions } from '../session.js';
import { isFailing } from '../subjects/failing-keys.js';
import { serviceSubject } from '../subjects/service.js';
import type { Subject } from '../subjects/subject.js';
import { messageOf, orderOf } from './throughput.js';

export interface Point {
  readonly axis: AxisName;
  readonly at: string;
  readonly subject: string;
  /** Of a run's rate, which part counts: healthy keys only, where some fail. */
  readonly counted: number;
  readonly recordsPerSecond: readonly number[];
  readonly errors: readonly string[];
}

interface Plan {
  readonly axis: AxisName;
  readonly at: string;
  readonly subject: Subject;
  readonly source: SourceOptions;
  /** Records that it must have written, of all. */
  readonly expected?: number;
}

export interface AxesOptions {
  readonly axes: readonly AxisName[];
  readonly records: number;
  readonly partitions: number;
  readonly keys: number;
  readonly rounds: number;
}

const PROGRAM = fileURLToPath(new URL('../subjects/audit-program.js', import.meta.url));

const auditProgram = (name: string, env: Readonly<Record<string, string>>): Subject =>
  serviceSubject({ processes: 1, name, env, args: ['--topology', 'bench-audit'], program: PROGRAM });

/** Lanes are kept in memory: half of all records waiting in them must find room, or they would be waited for. */
const ROOM_FOR_LANES = {
  RETRY_TIERS: '1s,5s',
  TASK_MAX_BUFFER_MB: '1024',
  LANE_MAX_FOLLOWERS: '1000000',
};

const FAILING_SHARES = [0, 0.01, 0.1, 0.5];
const KEYS = [1, 100, 1_000_000];
const VALUE_BYTES = [200, 2_000, 20_000];
const PARTITIONS = [3, 30, 300];
const IN_FLIGHT = [1, 8, 64, 256];
/** A topic of large values stays below about so many bytes. */
const MOST_BYTES = 1_000_000_000;
const DIRECTORY_MS = 5;
/** One at a time a record takes a little more than the directory does: this is a run of about ten seconds. */
const ONE_AT_A_TIME_RECORDS = 2_000;

const healthyRecords = (records: number, keys: number, share: number): number => {
  let healthy = 0;
  for (let index = 0; index < records; index += 1)
    if (!isFailing(userIdOf(userOf(index, keys)), share)) healthy += 1;
  return healthy;
};

/** `peers`: Kafka Streams, for axes on which the job stays the same. */
export const plansOf = (
  axis: AxisName,
  { records, partitions, keys }: AxesOptions,
  peers: readonly Subject[],
): readonly Plan[] => {
  const service = serviceSubject({ processes: 1 });
  const sameJob = (at: string, source: SourceOptions): readonly Plan[] =>
    [service, ...peers].map((subject) => ({ axis, at, subject, source }));
  switch (axis) {
    case 'failing':
      return FAILING_SHARES.map((share) => ({
        axis,
        at: `${share * 100} % of keys fail`,
        subject: auditProgram('service-1', { ...ROOM_FOR_LANES, BENCH_FAILING_SHARE: String(share) }),
        source: { records, partitions, keys },
        expected: healthyRecords(records, keys, share),
      }));
    case 'keys':
      return KEYS.flatMap((many) => sameJob(`${many} keys`, { records, partitions, keys: many }));
    case 'value-size':
      return VALUE_BYTES.flatMap((valueBytes) =>
        sameJob(`${valueBytes} bytes`, {
          records: Math.min(records, Math.ceil(MOST_BYTES / valueBytes)),
          partitions,
          keys,
          valueBytes,
        }),
      );
    case 'partitions':
      return PARTITIONS.flatMap((many) => sameJob(`${many} partitions`, { records, partitions: many, keys }));
    case 'directory':
      return IN_FLIGHT.map((inFlight) => ({
        axis,
        at: `${DIRECTORY_MS} ms directory, ${inFlight} in flight`,
        subject: auditProgram('service-1', {
          BENCH_DIRECTORY_MS: String(DIRECTORY_MS),
          MAX_IN_FLIGHT: String(inFlight),
        }),
        source: {
          records: Math.min(records, ONE_AT_A_TIME_RECORDS * Math.min(inFlight, 40)),
          // One, so that as many are under way as the setting says.
          partitions: 1,
          keys,
        },
      }));
  }
};

const runPlan = async (session: Session, { subject, expected }: Plan, source: Source): Promise<number> => {
  const { samples } = await runToEnd(session, subject, source, expected);
  return figuresOf(samples, source.records).recordsPerSecond;
};

const measureAxis = async (
  session: Session,
  plans: readonly Plan[],
  rounds: number,
  stop: AbortSignal,
): Promise<readonly Point[]> => {
  const points = plans.map(({ axis, at, subject, source, expected }) => ({
    axis,
    at,
    subject: subject.name,
    counted: (expected ?? source.records) / source.records,
    recordsPerSecond: [] as number[],
    errors: [] as string[],
  }));
  for (let round = 1; round <= rounds; round += 1) {
    for (const [index, plan] of orderOf([...plans.entries()], round - 1)) {
      const point = points[index];
      stop.throwIfAborted();
      if (point === undefined) continue;
      const told = `axis  ${plan.at.padEnd(32)} ${plan.subject.name}`;
      try {
        const rate = (await runPlan(session, plan, await session.source(plan.source))) * point.counted;
        point.recordsPerSecond.push(rate);
        session.say(`${told} ${Math.round(rate)} records/s`);
      } catch (error) {
        point.errors.push(`round ${round}: ${messageOf(error)}`);
        session.say(`${told} ERROR: ${messageOf(error)}`);
      }
    }
  }
  return points;
};

export const measureAxes = async (
  session: Session,
  options: AxesOptions,
  peers: readonly Subject[],
  stop: AbortSignal,
): Promise<readonly Point[]> => {
  const points: Point[] = [];
  for (const axis of options.axes) {
    const plans = plansOf(axis, options, peers);
    points.push(...(await measureAxis(session, plans, options.rounds, stop)));
    await session.dropSources();
  }
  return points;
};

/** The median at a point of the service; undefined when it was not measured. */
export const medianAt = (points: readonly Point[], at: string): number | undefined => {
  const point = points.find((one) => one.at === at && one.subject.startsWith('service'));
  return point === undefined || point.recordsPerSecond.length === 0
    ? undefined
    : median(point.recordsPerSecond);
};

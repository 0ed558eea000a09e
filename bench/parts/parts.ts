/** Runs the parts that were asked for. One that fails is told, and the others go on. */
import type { BenchOptions, PartName } from '../options.js';
import type { Failure, Results } from '../report/results.js';
import type { Session } from '../session.js';
import { serviceSubject } from '../subjects/service.js';
import type { Subject } from '../subjects/subject.js';
import { measureAxes } from './axes.js';
import { measureLatency } from './latency.js';
import { measureMemory } from './memory.js';
import { measureRestore } from './restore.js';
import { measureRecovery, measureStartUp } from './startup.js';
import { measureThroughput, messageOf } from './throughput.js';

const LATENCY_RATES = [1_000, 10_000];
const WARM_UP_MS = 10_000;
const RESTORED_LANES = [0, 1_000, 100_000];
/** Each takes seconds to minutes, and their spread is small. */
const MOST_ROUNDS = 3;

export interface Asked {
  /** All subjects of this machine. */
  readonly all: readonly Subject[];
  /** Those of the comparison. */
  readonly subjects: readonly Subject[];
  readonly stop: AbortSignal;
}

const ONE_PROCESS = serviceSubject({ processes: 1 });

const withInstanceId = (): Subject =>
  serviceSubject({ processes: 1, name: 'service-1-instance', env: { INSTANCE_ID: 'bench-0' } });

const recoverable = (): readonly (readonly [Subject, boolean])[] => [
  [withInstanceId(), true],
  [ONE_PROCESS, false],
];

export const measureParts = async (
  session: Session,
  options: BenchOptions,
  { all, subjects, stop }: Asked,
): Promise<Results> => {
  const { partitions, keys } = options;
  const rounds = Math.min(MOST_ROUNDS, options.rounds);
  const failures: Failure[] = [];
  const peers = all.filter(({ kind, parallel }) => kind === 'kafka-streams' && parallel === 1);

  /** One after the other; what fails is told and left out. */
  const each = async <T, R>(
    what: string,
    list: readonly T[],
    measure: (one: T) => Promise<R>,
  ): Promise<readonly R[]> => {
    const results: R[] = [];
    for (const one of list) {
      stop.throwIfAborted();
      try {
        results.push(await measure(one));
      } catch (error) {
        stop.throwIfAborted();
        failures.push({ what, error: messageOf(error) });
        session.say(`${what}: ERROR: ${messageOf(error)}`);
      }
    }
    return results;
  };
  const repeated = <T>(list: readonly T[]): readonly T[] => Array.from({ length: rounds }, () => list).flat();

  const measures: Readonly<Record<PartName, () => Promise<Omit<Results, 'failures'>>>> = {
    throughput: async () => {
      const source = await session.source({ records: options.records, partitions, keys });
      return { throughput: await measureThroughput(session, subjects, source, options.rounds, stop) };
    },
    latency: async () => ({
      latency: await measureLatency(session, [ONE_PROCESS, ...peers], {
        partitions,
        keys,
        rates: LATENCY_RATES,
        warmUpMs: Math.min(WARM_UP_MS, options.latencyMs),
        measuredMs: options.latencyMs,
      }),
    }),
    startup: async () => ({
      startup: await each('startup', repeated([ONE_PROCESS, ...peers]), async (subject) => {
        const figures = await measureStartUp(session, subject, partitions);
        session.say(
          `startup  ${subject.name}: first audit event after ${Math.round(figures.firstEventMs)} ms`,
        );
        return figures;
      }),
    }),
    recovery: async () => ({
      recovery: await each('recovery', repeated(recoverable()), async ([subject, instanceId]) => {
        const figures = await measureRecovery(session, subject, instanceId, partitions);
        session.say(`recovery  ${subject.name}: ${Math.round(figures.recoveredMs)} ms`);
        return figures;
      }),
    }),
    restore: async () => ({
      restore: await each('restore', repeated(RESTORED_LANES), async (lanes) => {
        const figures = await measureRestore(session, lanes);
        session.say(`restore  ${lanes} lanes: ${Math.round(figures.restoredMs)} ms`);
        return figures;
      }),
    }),
    axes: async () => ({
      axes: await measureAxes(
        session,
        { axes: options.axes, records: options.axisRecords, partitions, keys, rounds },
        peers,
        stop,
      ),
    }),
    memory: async () => ({
      memory: await each('memory', [ONE_PROCESS], (subject) =>
        measureMemory(session, subject, { partitions, keys, forMs: options.memoryMs }),
      ),
    }),
  };

  let results: Results = { failures };
  for (const part of options.parts) {
    stop.throwIfAborted();
    const [measured] = await each(part, [measures[part]], (measure) => measure());
    results = { ...results, ...measured };
  }
  return results;
};

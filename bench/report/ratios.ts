/** Ratios of medians, and what the issue asks of them. Pure. */
import { median } from '../measure/statistics.js';
import type { Measured } from '../parts/throughput.js';
import { STREAMS_KINDS, type StreamsKind } from '../subjects/subject.js';

export type Verdict = 'ok' | 'below goal' | 'below floor' | 'not measured';

/** `atLeast`: more is better; else less is. */
export interface Aim {
  readonly what: string;
  readonly atLeast: boolean;
  readonly goal: number;
  /** Below which the work is not done; the goal itself where there is no other. */
  readonly floor: number;
}

export interface Judged extends Aim {
  readonly value: number | undefined;
  readonly verdict: Verdict;
}

export const judge = (aim: Aim, value: number | undefined): Judged => {
  const reaches = (bound: number): boolean =>
    value !== undefined && (aim.atLeast ? value >= bound : value <= bound);
  if (value === undefined || Number.isNaN(value))
    return { ...aim, value: undefined, verdict: 'not measured' };
  if (reaches(aim.goal)) return { ...aim, value, verdict: 'ok' };
  return { ...aim, value, verdict: reaches(aim.floor) ? 'below goal' : 'below floor' };
};

const medianOf = (
  measured: Measured | undefined,
  of: 'recordsPerSecond' | 'cpuMicrosPerRecord',
): number | undefined =>
  measured === undefined || measured.rounds.length === 0
    ? undefined
    : median(measured.rounds.map((round) => round[of]));

const ratio = (
  measured: Measured | undefined,
  to: Measured | undefined,
  of: 'recordsPerSecond' | 'cpuMicrosPerRecord',
): number | undefined => {
  const [above, below] = [medianOf(measured, of), medianOf(to, of)];
  return above === undefined || below === undefined || below === 0 ? undefined : above / below;
};

type Of = readonly Measured[];

/** Kafka Streams with as many threads. */
const streamsLike = (all: Of, { subject }: Measured, streams: StreamsKind): Measured | undefined =>
  all.find(({ subject: { kind, parallel } }) => kind === streams && parallel === subject.parallel);

/** The bare loop with the same binding and overlapped commits. */
const loopLike = (all: Of, { subject }: Measured): Measured | undefined =>
  all.find(
    ({ subject: { kind, overlapped, binding } }) =>
      kind === 'bare-loop' && overlapped && binding === (subject.binding ?? 'published'),
  );

export interface Ratios {
  readonly toStreams: number | undefined;
  readonly cpuToStreams: number | undefined;
  readonly toLoop: number | undefined;
}

export const ratiosOf = (all: Of, measured: Measured, streams: StreamsKind = 'kafka-streams'): Ratios => {
  const peer = streamsLike(all, measured, streams);
  return {
    toStreams: ratio(measured, peer, 'recordsPerSecond'),
    cpuToStreams: ratio(measured, peer, 'cpuMicrosPerRecord'),
    toLoop: ratio(measured, loopLike(all, measured), 'recordsPerSecond'),
  };
};

interface Row {
  readonly binding: 'packed' | 'published';
  readonly one: readonly [goal: number, floor: number];
  readonly all: readonly [goal: number, floor: number];
  readonly cpu: readonly [goal: number, floor: number];
}

/** On the published binding one bound is asked for, and no other. */
const ROWS: readonly Row[] = [
  { binding: 'packed', one: [1.25, 1.05], all: [1.3, 1.15], cpu: [0.65, 0.75] },
  { binding: 'published', one: [0.7, 0.7], all: [0.85, 0.85], cpu: [1.05, 1.05] },
];

/** The issue's own job first; the same bounds against the other one tell what the code by hand makes of it. */
const STREAMS = {
  'kafka-streams': 'Kafka Streams',
  'kafka-streams-databind': 'Kafka Streams with data binding',
} as const satisfies Readonly<Record<StreamsKind, string>>;

/** Every aim of throughput and CPU, measured or not. */
export const judgeThroughput = (all: Of): readonly Judged[] => {
  const services = all.filter(({ subject }) => subject.kind === 'service');
  return ROWS.flatMap(({ binding, one, all: every, cpu }) => {
    const own = services.filter(({ subject }) => subject.binding === binding);
    const single = own.find(({ subject }) => subject.parallel === 1);
    const most = own.find(({ subject }) => subject.parallel > 1);
    const of = (measured: Measured | undefined, streams?: StreamsKind): Ratios | undefined =>
      measured === undefined ? undefined : ratiosOf(all, measured, streams);
    const toEach = (judged: (streams: StreamsKind, called: string) => Judged): readonly Judged[] =>
      STREAMS_KINDS.map((kind) => judged(kind, STREAMS[kind]));
    const aim = (what: string, atLeast: boolean, [goal, floor]: readonly [number, number]): Aim => ({
      what: `${what} (${binding} binding)`,
      atLeast,
      goal,
      floor,
    });
    return [
      ...toEach((kind, streams) =>
        judge(aim(`one process to ${streams}, one thread`, true, one), of(single, kind)?.toStreams),
      ),
      ...toEach((kind, streams) =>
        judge(aim(`all cores to ${streams}, as many threads`, true, every), of(most, kind)?.toStreams),
      ),
      ...toEach((kind, streams) =>
        judge(aim(`CPU a record to ${streams}, one process`, false, cpu), of(single, kind)?.cpuToStreams),
      ),
      judge(aim('one process to the bare loop, overlapped', true, [0.9, 0.9]), of(single)?.toLoop),
    ];
  });
};

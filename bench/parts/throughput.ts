/** Throughput and CPU of every subject on the same records, interleaved: each round runs each subject once. */
import type { BenchKafka } from '../cluster/bench-kafka.js';
import { runToEnd, type Source } from '../measure/run-to-end.js';
import { figuresOf, type WindowFigures } from '../measure/window.js';
import type { Subject } from '../subjects/subject.js';

export interface RoundFigures extends WindowFigures {
  readonly round: number;
  readonly firstCommitMs: number;
}

export interface Measured {
  readonly subject: Omit<Subject, 'start'>;
  readonly rounds: readonly RoundFigures[];
  /** One for each round that has no figures. */
  readonly errors: readonly string[];
}

export interface Rounds {
  readonly rounds: number;
  readonly say: (line: string) => void;
  /** A name for a run that was never used. */
  readonly newRun: () => string;
}

const described = ({ start: _, ...subject }: Subject): Omit<Subject, 'start'> => subject;

/** Every round begins with another subject, so that none always comes after the same one. */
export const rotated = <T>(list: readonly T[], by: number): readonly T[] => {
  const at = list.length === 0 ? 0 : by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
};

export const measureThroughput = async (
  kafka: BenchKafka,
  subjects: readonly Subject[],
  source: Source,
  { rounds, say, newRun }: Rounds,
): Promise<readonly Measured[]> => {
  const figures = new Map(subjects.map(({ name }) => [name, [] as RoundFigures[]]));
  const errors = new Map(subjects.map(({ name }) => [name, [] as string[]]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const subject of rotated(subjects, round - 1)) {
      try {
        const { samples, firstCommitMs } = await runToEnd(kafka, subject, source, newRun());
        const of = { round, firstCommitMs, ...figuresOf(samples, source.records) };
        figures.get(subject.name)?.push(of);
        say(
          `round ${round}  ${subject.name.padEnd(24)} ${Math.round(of.recordsPerSecond)} records/s, ${of.cpuMicrosPerRecord.toFixed(1)} µs CPU a record`,
        );
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        errors.get(subject.name)?.push(`round ${round}: ${why}`);
        say(`round ${round}  ${subject.name.padEnd(24)} ERROR: ${why}`);
      }
    }
  }
  return subjects.map((subject) => ({
    subject: described(subject),
    rounds: figures.get(subject.name) ?? [],
    errors: errors.get(subject.name) ?? [],
  }));
};

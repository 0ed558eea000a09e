/**
 * Throughput and CPU of every subject on the same records, interleaved: each round runs each subject once. A run that
 * is not counted comes before: the compiler of a broker that has just begun takes a quarter of two cores for a while.
 */
import { runToEnd } from '../measure/run-to-end.js';
import { figuresOf, type WindowFigures } from '../measure/window.js';
import type { Session, Source } from '../session.js';
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

export const described = ({ start: _, ...subject }: Subject): Omit<Subject, 'start'> => subject;

/**
 * The order of a round, of which the first is 0: every other one goes backwards, and those between begin further on. So none
 * always comes after the same one, with what that has left to the broker: methods to be compiled, files to be deleted.
 */
export const orderOf = <T>(list: readonly T[], round: number): readonly T[] => {
  const at = list.length === 0 ? 0 : Math.floor(round / 2) % list.length;
  const rotated = [...list.slice(at), ...list.slice(0, at)];
  return round % 2 === 0 ? rotated : rotated.reverse();
};

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const warmUp = async (session: Session, [subject]: readonly Subject[], source: Source): Promise<void> => {
  if (subject === undefined) return;
  session.say(`warming up the broker with ${subject.name}, not counted`);
  try {
    await runToEnd(session, subject, source);
  } catch (error) {
    // It is told again by its rounds.
    session.say(`ERROR: ${messageOf(error)}`);
  }
};

export const measureThroughput = async (
  session: Session,
  subjects: readonly Subject[],
  source: Source,
  rounds: number,
  stop: AbortSignal,
): Promise<readonly Measured[]> => {
  const figures = new Map(subjects.map(({ name }) => [name, [] as RoundFigures[]]));
  const errors = new Map(subjects.map(({ name }) => [name, [] as string[]]));
  await warmUp(session, subjects, source);
  for (let round = 1; round <= rounds; round += 1) {
    for (const subject of orderOf(subjects, round - 1)) {
      stop.throwIfAborted();
      const told = `round ${round}  ${subject.name.padEnd(24)}`;
      try {
        const { samples, firstCommitMs } = await runToEnd(session, subject, source);
        const of = { round, firstCommitMs, ...figuresOf(samples, source.records) };
        figures.get(subject.name)?.push(of);
        const rate = Math.round(of.recordsPerSecond);
        session.say(`${told} ${rate} records/s, ${of.cpuMicrosPerRecord.toFixed(1)} µs CPU a record`);
      } catch (error) {
        errors.get(subject.name)?.push(`round ${round}: ${messageOf(error)}`);
        session.say(`${told} ERROR: ${messageOf(error)}`);
      }
    }
  }
  return subjects.map((subject) => ({
    subject: described(subject),
    rounds: figures.get(subject.name) ?? [],
    errors: errors.get(subject.name) ?? [],
  }));
};

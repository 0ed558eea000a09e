/**
 * Where records must end that a scripted directory is asked about, and how long its failures keep them.
 * Known from the script alone. Pure.
 */
import type { Input } from './checker.js';
import type { DirectoryScript, Fate } from './directory-script.js';
import type { ExpectedDeadLetter, HostileRecord } from './hostile-records.js';

export const eventIdOf = (topic: string, { place }: Input): string =>
  `${topic}-${place.partition}-${place.offset}`;

/** The user whom the directory is asked about; undefined for a record that fails before. */
export const askedUserOf = ({ expected, value }: HostileRecord): string | undefined => {
  if (expected.to === 'audit') return expected.userId;
  // A valid event of nearly the greatest size: it fails after the directory has answered.
  if (expected.reason !== 'output-too-large') return undefined;
  return /"userId":"([^"]+)"/.exec(value?.toString('utf8') ?? '')?.[1];
};

export interface Attempts {
  readonly immediate: number;
  readonly tierDelaysMs: readonly number[];
}

const endOf = (fate: Fate, { immediate, tierDelaysMs }: Attempts): ExpectedDeadLetter | undefined => {
  if (fate.kind === 'poison') return { to: 'dlq', reason: 'directory-refused' };
  if (fate.kind !== 'fails') return undefined;
  const [least, most] = [1 + tierDelaysMs.length, 1 + immediate + tierDelaysMs.length];
  if (fate.calls >= most) return { to: 'dlq', reason: 'retries-exhausted' };
  // A record that waited in a lane has no attempts in memory: nobody can say beforehand which way it ends.
  if (fate.calls >= least) throw new RangeError(`${fate.calls} failing calls end one way or the other`);
  return undefined;
};

/** The inputs with the ends that the script gives them. */
export const withFates = (
  topic: string,
  inputs: readonly Input[],
  script: DirectoryScript,
  attempts: Attempts,
): readonly Input[] =>
  inputs.map((input) => {
    const userId = askedUserOf(input.record);
    if (userId === undefined) return input;
    const expected = endOf(script.fateOf(eventIdOf(topic, input), userId), attempts);
    return expected === undefined ? input : { ...input, record: { ...input.record, expected } };
  });

/** Dead letters counted by one of their properties. Pure. */
import type { EpochMs } from '../../record/units.js';
import type { LetterFates } from './letter-fate.js';
import type { Letter } from './letter.js';
import type { Grouping } from './dlq-request.js';
import { letterIdText } from './dlq-request.js';
import { printable, shown } from '../terminal/printable.js';
import type { Column } from '../terminal/text-table.js';
import { ageText, isoOrNull } from '../terminal/time-text.js';

export interface LetterGroup {
  /** The value that its members share. */
  readonly of: string;
  readonly count: number;
  readonly oldest: EpochMs;
  readonly newest: Letter;
}

const HOUR_MS = 3_600_000;
const AGES = [
  ['<1h', HOUR_MS],
  ['<1d', 24 * HOUR_MS],
  ['<7d', 168 * HOUR_MS],
  ['older', Infinity],
] as const;

const ageOf = ({ at }: Letter, nowMs: EpochMs): string =>
  AGES.find(([, below]) => nowMs - at < below)?.[0] ?? 'older';

const VALUE = {
  reason: ({ reason }) => reason,
  class: ({ failureClass }) => failureClass,
  state: (letter, fates) => fates.wordFor(letter),
  topic: ({ origin }) => origin?.topic ?? null,
  exception: ({ exception }) => exception,
  type: ({ type }) => type,
  age: (letter, _fates, nowMs) => ageOf(letter, nowMs),
} as const satisfies Record<Grouping, (letter: Letter, fates: LetterFates, nowMs: EpochMs) => string | null>;

/** The largest first. */
export const groupLetters = (
  letters: readonly Letter[],
  by: Grouping,
  fates: LetterFates,
  nowMs: EpochMs,
): readonly LetterGroup[] => {
  const groups = new Map<string, LetterGroup>();
  for (const letter of letters) {
    const of = VALUE[by](letter, fates, nowMs) ?? '-';
    const known = groups.get(of);
    groups.set(of, {
      of,
      count: (known?.count ?? 0) + 1,
      oldest: known !== undefined && known.oldest < letter.at ? known.oldest : letter.at,
      newest: known !== undefined && known.newest.at > letter.at ? known.newest : letter,
    });
  }
  return [...groups.values()].sort((a, b) => b.count - a.count || (a.of < b.of ? -1 : 1));
};

export const groupObject = ({ of, count, oldest, newest }: LetterGroup, by: Grouping): object => ({
  [by]: of,
  count,
  oldest: isoOrNull(oldest),
  newest: isoOrNull(newest.at),
  newestId: letterIdText(newest.id),
});

export const groupColumns = (by: Grouping, nowMs: EpochMs): readonly Column<LetterGroup>[] => [
  { title: by, cell: ({ of }) => printable(of, 60) },
  { title: 'count', align: 'right', cell: ({ count }) => shown`${count}` },
  { title: 'oldest', align: 'right', cell: ({ oldest }) => ageText(oldest, nowMs) },
  { title: 'newest', align: 'right', cell: ({ newest }) => ageText(newest.at, nowMs) },
  { title: 'its id', cell: ({ newest }) => printable(letterIdText(newest.id)) },
];

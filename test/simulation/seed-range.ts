/**
 * A long range of seeds cut into pieces, each run in a process of its own, several at a time. What fails is
 * told as it comes; a piece whose process dies has failed, too.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Outcome } from './simulate.js';

const COMMAND = fileURLToPath(new URL('./command.js', import.meta.url));
/** Seeds of one process at most: it takes hundreds until all of its code is compiled well, and none grows old. */
const MOST = 1000;
/** What a step makes lives for that step: with so many MB for new objects few of them are ever moved. */
const FLAGS = ['--max-semi-space-size=64'];

export interface SeedRange {
  /** Ascending. */
  readonly seeds: readonly number[];
  readonly jobs: number;
  /** Of the command line: what is wished for. */
  readonly wishes: readonly string[];
  readonly keepGoing: boolean;
  readonly ran: (outcome: Outcome) => void;
  readonly died: (from: number, why: string) => void;
}

/** Resolves when all pieces have ended, or at the first failure unless it is to go on. */
export const runRange = async (range: SeedRange): Promise<void> => {
  const most = Math.max(1, Math.min(MOST, Math.ceil(range.seeds.length / range.jobs)));
  const left = piecesOf(range.seeds, most);
  let isOver = false;
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined && !isOver; next = left.shift()) {
      const { isFine, rest } = await runPiece(range, next);
      if (rest !== null) left.unshift(rest);
      if (!isFine && !range.keepGoing) isOver = true;
    }
  };
  await Promise.all(Array.from({ length: range.jobs }, work));
};

interface Piece {
  readonly from: number;
  count: number;
}

/** Seeds that follow each other, at most so many in one piece. */
const piecesOf = (seeds: readonly number[], most: number): Piece[] => {
  const pieces: Piece[] = [];
  for (const seed of seeds) {
    const last = pieces.at(-1);
    if (last !== undefined && last.from + last.count === seed && last.count < most) last.count += 1;
    else pieces.push({ from: seed, count: 1 });
  }
  return pieces;
};

interface PieceEnd {
  readonly isFine: boolean;
  /** What its process did not come to, because it died before. */
  readonly rest: Piece | null;
}

const runPiece = ({ died, keepGoing, ran, wishes }: SeedRange, { from, count }: Piece): Promise<PieceEnd> =>
  new Promise((resolve) => {
    const going = keepGoing ? ['--keep-going'] : [];
    const args = ['--json', ...going, '--seeds', `${count}`, '--from', `${from}`, ...wishes];
    const child = spawn(process.execPath, [...FLAGS, COMMAND, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let left = count;
    let isFine = true;
    createInterface({ input: child.stdout }).on('line', (line) => {
      const outcome = JSON.parse(line) as Outcome;
      left -= 1;
      if (outcome.broken.length > 0) isFine = false;
      ran(outcome);
    });
    child.once('close', (code, signal) => {
      const hasDied = left > 0 && (isFine || keepGoing);
      if (hasDied) died(from + count - left, `exit ${code ?? 'none'}, signal ${signal ?? 'none'}`);
      const rest = hasDied && left > 1 ? { from: from + count - left + 1, count: left - 1 } : null;
      resolve({ isFine: isFine && !hasDied, rest });
    });
  });

/**
 * A long range of seeds cut into pieces, each run in a process of its own, several at a time. What fails is
 * told as it comes; a piece whose process dies has failed, too.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Outcome } from './simulate.js';

const COMMAND = fileURLToPath(new URL('./command.js', import.meta.url));
/** Seeds of one process at most: none grows old. */
const MOST = 100;

export interface SeedRange {
  readonly from: number;
  readonly seeds: number;
  readonly jobs: number;
  /** Of the command line: what is wished for. */
  readonly wishes: readonly string[];
  readonly keepGoing: boolean;
  readonly ran: (outcome: Outcome) => void;
  readonly died: (from: number, why: string) => void;
}

/** Resolves when all pieces have ended, or at the first failure unless it is to go on. */
export const runRange = async (range: SeedRange): Promise<void> => {
  let next = range.from;
  const end = range.from + range.seeds;
  const piece = Math.max(1, Math.min(MOST, Math.ceil(range.seeds / range.jobs)));
  let isOver = false;
  const work = async (): Promise<void> => {
    while (next < end && !isOver) {
      const from = next;
      next += piece;
      const isFine = await runPiece(range, from, Math.min(piece, end - from));
      if (!isFine && !range.keepGoing) isOver = true;
    }
  };
  await Promise.all(Array.from({ length: range.jobs }, work));
};

const runPiece = ({ died, ran, wishes }: SeedRange, from: number, seeds: number): Promise<boolean> =>
  new Promise((resolve) => {
    const args = ['--json', '--keep-going', '--seeds', `${seeds}`, '--from', `${from}`, ...wishes];
    const child = spawn(process.execPath, [COMMAND, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    let left = seeds;
    let isFine = true;
    createInterface({ input: child.stdout }).on('line', (line) => {
      const outcome = JSON.parse(line) as Outcome;
      left -= 1;
      if (outcome.broken.length > 0) isFine = false;
      ran(outcome);
    });
    child.once('close', (code, signal) => {
      if (left > 0) died(from + seeds - left, `exit ${code ?? 'none'}, signal ${signal ?? 'none'}`);
      resolve(isFine && left === 0);
    });
  });

/**
 * What became of the seeds of a long run, a line each in a file, so that the run can be interrupted and taken up
 * again. The first line says which build ran them and with what wishes: another one does not add to it.
 */
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMPILED, PARTS } from './compiled.js';
import type { Outcome } from './simulate.js';

export type LoggedSeed = Pick<Outcome, 'seed' | 'guarantee' | 'broken' | 'steps' | 'records'>;

export class SeedLog {
  readonly #done = new Map<number, LoggedSeed>();

  /** Throws when the file is of another build, or of other wishes. */
  constructor(
    readonly file: string,
    wishes: readonly string[],
  ) {
    const head = JSON.stringify({ build: fingerprint(), wishes });
    if (!existsSync(file)) writeFileSync(file, `${head}\n`);
    const [first, ...lines] = readFileSync(file, 'utf8').split('\n');
    if (first !== head)
      throw new Error(`${file} is the log of another build or of other wishes: name a new one`);
    for (const line of lines) {
      // One that was cut off by the end of the process is run again.
      if (!line.endsWith('}')) continue;
      const seed = JSON.parse(line) as LoggedSeed;
      this.#done.set(seed.seed, seed);
    }
  }

  get all(): Iterable<LoggedSeed> {
    return this.#done.values();
  }

  has(seed: number): boolean {
    return this.#done.has(seed);
  }

  add({ seed, guarantee, broken, steps, records }: Outcome): void {
    const line: LoggedSeed = { seed, guarantee, broken, steps, records };
    this.#done.set(seed, line);
    appendFileSync(this.file, `${JSON.stringify(line)}\n`);
  }
}

/** Of everything that a seed runs. */
const fingerprint = (): string => {
  const hash = createHash('sha256');
  for (const part of PARTS) {
    const names = readdirSync(join(COMPILED, part), { recursive: true, encoding: 'utf8' });
    for (const name of names.filter((one) => one.endsWith('.js')).sort())
      hash.update(name).update(readFileSync(join(COMPILED, part, name)));
  }
  return hash.digest('hex').slice(0, 16);
};

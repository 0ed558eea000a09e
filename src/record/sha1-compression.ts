/**
 * SHA-1's compression of one block (RFC 3174 §6.1, FIPS 180-4 §6.1.2), with the 80 rounds written out one after the
 * other by this file when it is loaded, as ajv does it with schemas: the words and the five variables stay in registers
 * then, and nothing is moved from one to the next. In a loop it takes twice the time, and it runs for every record.
 */

import { generatedFunction } from './generated-code.js';

/** `state`: five words of 32 bits, changed in place. `message`: its block begins at `from`. */
export type Compress = (message: Int32Array, from: number, state: Int32Array) => void;

const BLOCK_WORDS = 16;
const ROUNDS = 80;

interface Stage {
  readonly constant: number;
  readonly mix: (b: string, c: string, d: string) => string;
}

/** Of twenty rounds each. */
const STAGES: readonly Stage[] = [
  { constant: 0x5a827999, mix: (b, c, d) => `(${d} ^ (${b} & (${c} ^ ${d})))` },
  { constant: 0x6ed9eba1, mix: (b, c, d) => `(${b} ^ ${c} ^ ${d})` },
  { constant: 0x8f1bbcdc, mix: (b, c, d) => `((${b} & ${c}) | (${d} & (${b} | ${c})))` },
  { constant: 0xca62c1d6, mix: (b, c, d) => `(${b} ^ ${c} ^ ${d})` },
];

const rotated = (of: string, by: number): string => `((${of} << ${by}) | (${of} >>> ${32 - by}))`;

/** Sixteen words are enough: each later one takes the place of the one that is needed no more. */
const wordOf = (round: number): string => `w${round % BLOCK_WORDS}`;

const scheduled = (round: number): string => {
  const mixed = [3, 8, 14, 16].map((before) => wordOf(round - before)).join(' ^ ');
  return `t = ${mixed}; ${wordOf(round)} = ${rotated('t', 1)};`;
};

const source = (): string => {
  const lines = ['let t = 0;'];
  const names = ['a', 'b', 'c', 'd', 'e'] as const;
  for (const [at, name] of names.entries()) lines.push(`let ${name} = state[${at}];`);
  for (let at = 0; at < BLOCK_WORDS; at += 1) lines.push(`let w${at} = message[from + ${at}];`);
  for (let round = 0; round < ROUNDS; round += 1) {
    if (round >= BLOCK_WORDS) lines.push(scheduled(round));
    // Instead of moving each to the next one, the next round calls them otherwise.
    const [a, b, c, d, e] = names.map((_, at) => names[(at + ROUNDS - round) % names.length]);
    const stage = STAGES[Math.floor(round / (ROUNDS / STAGES.length))];
    if (a === undefined || b === undefined || c === undefined || d === undefined || stage === undefined)
      throw new RangeError('a round without its variables');
    lines.push(
      `${e} = (${rotated(a, 5)} + ${stage.mix(b, c, d)} + ${stage.constant | 0} + ${e} + ${wordOf(round)}) | 0;`,
    );
    lines.push(`${b} = ${rotated(b, 30)};`);
  }
  for (const [at, name] of names.entries()) lines.push(`state[${at}] = (state[${at}] + ${name}) | 0;`);
  return lines.join('\n');
};

/** Undefined where Node.js was started with `--disallow-code-generation-from-strings`. */
export const compress = generatedFunction<Compress>(['message', 'from', 'state'], source());

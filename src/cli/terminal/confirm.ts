/** Asks for a count to be typed before many things are changed: a habit of pressing "y" does not pass. */
import { createInterface } from 'node:readline/promises';
import type { Printable } from './printable.js';
import { shown } from './printable.js';

export interface ConfirmIo {
  /** Where the answer is typed. */
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  /** Where the question is shown: not stdout, which is for results. */
  readonly output: NodeJS.WritableStream;
  /** Ctrl-C. */
  readonly stop: AbortSignal;
}

/** Somebody is there to ask. */
export const canConfirm = ({ input }: ConfirmIo): boolean => input.isTTY === true;

/** Whether `count` was typed, and nothing else. The end of the input, and Ctrl-C, are a no. */
export const confirmCount = async (io: ConfirmIo, question: Printable, count: number): Promise<boolean> => {
  const lines = createInterface({ input: io.input, output: io.output, terminal: false });
  try {
    const closed = new Promise<null>((resolve) => lines.once('close', () => resolve(null)));
    const asked = lines.question(shown`${question} Type ${count} to go on: `, { signal: io.stop });
    const typed = await Promise.race([asked, closed]);
    return typed?.trim() === String(count);
  } catch (error) {
    if (io.stop.aborted) return false;
    throw error;
  } finally {
    lines.close();
  }
};

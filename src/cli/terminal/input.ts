/** What a command reads that is no topic: a file, or stdin. Ends without an error when the command is stopped. */
import { createReadStream } from 'node:fs';
import { addAbortSignal } from 'node:stream';
import { UsageError } from '../exit-code.js';
import { printable } from './printable.js';

/** `-`: stdin. Throws UsageError when it cannot be read. */
export type Input = (name: string, stop: AbortSignal) => AsyncIterable<Buffer>;

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);

export const openInput: Input = async function* (name, stop) {
  const stream = name === '-' ? process.stdin : createReadStream(name);
  addAbortSignal(stop, stream);
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (error) {
    if (stop.aborted) return;
    throw new UsageError(
      `${name === '-' ? 'stdin' : printable(name)} cannot be read (${codeOf(error)}). Is the path right, and may it be read?`,
    );
  }
};

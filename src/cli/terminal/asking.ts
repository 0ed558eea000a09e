/** A question to whoever sits at the terminal; its text goes to stderr, so that a pipe gets results only. */
import { createInterface } from 'node:readline/promises';
import type { Printable } from './printable.js';

interface Terminal {
  readonly stdin: NodeJS.ReadStream;
  readonly stderr: NodeJS.WriteStream;
}

export type Ask = (question: Printable) => Promise<string>;

/** Null: nobody sits there. The answer rejects when `stop` is aborted; at the end of input it is empty. */
export const askingAt = ({ stdin, stderr }: Terminal, stop: AbortSignal): Ask | null =>
  stdin.isTTY && stderr.isTTY
    ? async (question) => {
        const lines = createInterface({ input: stdin, output: stderr });
        const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
        // In raw mode Ctrl-C is no signal: readline tells of it, and the process has to hear of it.
        lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
        try {
          return (await Promise.race([lines.question(question, { signal: stop }), ended])).trim();
        } finally {
          lines.close();
        }
      }
    : null;

/** What the process keeps in memory, after everything that nobody holds is gone. */
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const collect = (): (() => void) => {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
};

export interface Memory {
  /** Of the whole process, native memory too. */
  readonly residentBytes: number;
  /** Behind buffers. */
  readonly bufferBytes: number;
}

export const memoryInUse = async (): Promise<Memory> => {
  const gc = collect();
  // What is freed by a finalizer is freed a turn later.
  for (let i = 0; i < 3; i += 1) {
    gc();
    await sleep(20);
  }
  const { rss, arrayBuffers } = process.memoryUsage();
  return { residentBytes: rss, bufferBytes: arrayBuffers };
};

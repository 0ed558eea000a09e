/** Where a seed's code lies once it is compiled. */
import { join, resolve } from 'node:path';

/** Of the compiled project: this file lies in test/simulation below it. */
export const COMPILED = resolve(import.meta.dirname, '..', '..');
/** Folders below it that hold everything that a seed runs. */
export const PARTS: readonly string[] = ['src', join('test', 'simulation')];

/** Where things are in this checkout. Every tool asks here; none of them trusts the working directory. */
import { fileURLToPath } from 'node:url';
import { dirname, join } from 'node:path';

export const PROJECT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** @param {string[]} parts */
export const inProject = (...parts) => join(PROJECT, ...parts);

/** Ignored by git; may be deleted at any time, the tools make it again. */
export const CACHE = inProject('.cache');

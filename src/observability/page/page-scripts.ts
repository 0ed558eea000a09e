/**
 * The scripts of the status page: the modules of `browser/` as the compiler has written them, which are part of
 * the service like any other file of it. Read once, when the service starts.
 */
import { readdirSync, readFileSync } from 'node:fs';

const FOLDER = new URL('./browser/', import.meta.url);

/** By file name. */
export const readScripts = (): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(FOLDER)
      .filter((name) => name.endsWith('.js'))
      .sort()
      // The maps are not served.
      .map((name) => [
        name,
        readFileSync(new URL(name, FOLDER), 'utf8').replace(/^\/\/# sourceMappingURL=.*$/m, ''),
      ]),
  );

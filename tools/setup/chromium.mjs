/** Where the machine's Chromium is: the tests of the status page look at it in a real browser. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const USUAL = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The one that CHROMIUM names, or the first in PATH or a usual place; null: there is none. */
export const chromiumPath = () => {
  const given = process.env.CHROMIUM;
  if (given) return existsSync(given) ? given : null;
  const folders = (process.env.PATH ?? '').split(delimiter);
  const all = [...folders.flatMap((folder) => NAMES.map((name) => join(folder, name))), ...USUAL];
  return all.find((path) => existsSync(path)) ?? null;
};

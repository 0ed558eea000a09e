/**
 * A headless Chromium for the tests of the status page: the one of CHROMIUM, or of the system. It may reach nothing
 * but the page's own origin, and everything that it complains of is kept.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'puppeteer-core';
import { launch } from 'puppeteer-core';
import { projectRoot } from './broker.js';

const chromiumPath = async (): Promise<string> => {
  const module = pathToFileURL(join(projectRoot(), 'tools', 'setup', 'chromium.mjs')).href;
  const { chromiumPath: find } = (await import(module)) as { chromiumPath(): string | null };
  const found = find();
  if (found !== null) return found;
  throw new Error(
    'no Chromium was found: install it (apt-get install chromium), or say in CHROMIUM where it is',
  );
};

export const startChromium = async (): Promise<Browser> =>
  launch({
    executablePath: await chromiumPath(),
    args: [
      // A sandbox cannot be made by root.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-dev-shm-usage',
      '--disable-background-networking',
      '--disable-component-update',
      '--no-default-browser-check',
      // No name but this machine's has an address.
      '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
    ],
  });

/** Of a page, from before it was opened. */
export interface Watched {
  readonly page: Page;
  /** Errors and warnings of its console, scripts that failed, dialogs, violations of its policy. */
  readonly complaints: readonly string[];
  /** What it asked for elsewhere. */
  readonly foreign: readonly string[];
  /** The paths that it asked for. */
  readonly asked: readonly string[];
}

export interface Seen {
  readonly width: number;
  readonly height?: number;
  readonly dark?: boolean;
  readonly javaScript?: boolean;
}

export const openPage = async (browser: Browser, origin: string, seen: Seen): Promise<Watched> => {
  const page = await browser.newPage();
  const [complaints, foreign, asked]: [string[], string[], string[]] = [[], [], []];
  page.on('console', (message) => {
    if (['error', 'warn'].includes(message.type())) complaints.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`script: ${String(error)}`));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol === 'data:') return;
    if (url.origin === origin) asked.push(url.pathname);
    else foreign.push(request.url());
  });
  await page.setViewport({ width: seen.width, height: seen.height ?? 900, deviceScaleFactor: 1 });
  await page.emulateMediaFeatures([
    { name: 'prefers-color-scheme', value: seen.dark === true ? 'dark' : 'light' },
    { name: 'prefers-reduced-motion', value: 'reduce' },
  ]);
  await page.setJavaScriptEnabled(seen.javaScript ?? true);
  await page.evaluateOnNewDocument(
    'addEventListener("securitypolicyviolation", (e) => console.error("policy: " + e.violatedDirective + " " + e.blockedURI))',
  );
  await page.goto(`${origin}/`, { waitUntil: 'load' });
  return { page, complaints, foreign, asked };
};

/** How much wider than its window the page is, in pixels. */
export const overflowOf = async (page: Page): Promise<number> =>
  Number(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'));

/** The texts of a table's rows, cell by cell. */
export const rowsOf = async (page: Page, body: string): Promise<readonly (readonly string[])[]> =>
  (await page.evaluate(
    `[...document.querySelectorAll('#${body} tr')].map((tr) => [...tr.children].map((td) => td.textContent))`,
  )) as string[][];

export const textOf = async (page: Page, selector: string): Promise<string> =>
  String(await page.evaluate(`document.querySelector(${JSON.stringify(selector)})?.textContent ?? ''`));

export const isShown = async (page: Page, selector: string): Promise<boolean> =>
  Boolean(
    await page.evaluate(`document.querySelector(${JSON.stringify(selector)})?.checkVisibility() ?? false`),
  );

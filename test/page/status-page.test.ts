/**
 * The status page of a real service on a real Kafka, in a browser: what waits, what failed and how far it is,
 * at two widths, until the service ends.
 */
import { expect } from 'chai';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'puppeteer-core';
import { startBroker, type LocalKafka } from '../support/broker.js';
import { isShown, openPage, overflowOf, rowsOf, startChromium, textOf } from '../support/chromium.js';
import { HostileRecords, type HostileRecord } from '../support/hostile-records.js';
import { answers, DirectoryServer, knows } from '../support/directory-server.js';
import { produceAll } from '../support/load.js';
import { ServiceBench } from '../support/service-bench.js';
import { until } from '../support/wait.js';

const WIDTHS = [1280, 375];

/** Of one user each, in this order. */
const recordsOf = (seed: number, count: number): { user: string; records: HostileRecord[] } => {
  const records = new HostileRecords({ seed, users: 1, bad: 0, huge: 0 });
  const all = Array.from({ length: count }, () => records.next());
  const [first] = all;
  if (first?.expected.to !== 'audit') throw new Error('a dead letter has no user');
  const user = first.expected.userId;
  return { user, records: all.map((record) => ({ ...record, key: Buffer.from(user) })) };
};

const spoiled = (): HostileRecord[] => {
  const [record] = recordsOf(9, 1).records;
  if (record === undefined) throw new Error('no record');
  const value = Buffer.from('{"eventType": "<script>alert(1)</script>", \u202e');
  return [0, 1].map(() => ({ ...record, value, headers: [] }));
};

describe('the status page of a service', function () {
  this.timeout(240_000);
  let kafka: LocalKafka;
  let browser: Browser;
  let folder: string;

  before(async function () {
    kafka = await startBroker(this);
    browser = await startChromium();
    folder = process.env['SCREENSHOTS'] ?? mkdtempSync(join(tmpdir(), 'audit-lanes-page-'));
  });
  after(async () => {
    await browser.close();
    if (process.env['SCREENSHOTS'] === undefined) rmSync(folder, { recursive: true });
  });

  it('shows topology, partitions, lanes and dead letters, counts down, and says when it is stale', async () => {
    const directory = await DirectoryServer.start();
    const bench = await ServiceBench.on(kafka, {
      env: {
        RETRY_TIERS: '10m,1h',
        RETRY_IMMEDIATE: '0',
        DLQ_POLICY: 'park',
        DIRECTORY_URL: directory.url,
      },
    });
    const [waiting, parked, fine] = [recordsOf(1, 3), recordsOf(2, 2), recordsOf(3, 4)];
    directory.forUser(waiting.user, answers(503, ''));
    directory.forUser(parked.user, answers(418, ''));
    directory.forUser(fine.user, knows({ id: 'somebody' }));
    const service = await bench.startReady('one');
    const origin = `http://127.0.0.1:${service.port}`;

    const views = await Promise.all(WIDTHS.map((width) => openPage(browser, origin, { width })));
    const [wide] = views;
    if (wide === undefined) throw new Error('no page');
    // An open page that nobody looks at is throttled; each is looked at in its turn.
    await wide.page.bringToFront();
    await wide.page.waitForSelector('#partitions tr:nth-child(3)');
    expect(await textOf(wide.page, '#lanes-empty')).to.equal('No lane: every key is healthy.');
    expect(await isShown(wide.page, '#lanes-table')).to.equal(false);
    expect(await textOf(wide.page, '#letters-empty')).to.match(/^None since this process began at 20/);

    await produceAll(bench.tool, bench.source, fine.records, 0);
    await produceAll(bench.tool, bench.source, waiting.records, 1);
    await produceAll(bench.tool, bench.source, parked.records, 2);
    await produceAll(bench.tool, bench.source, spoiled(), 2);
    await until('every record is somewhere', async () => (await rowsOf(wide.page, 'lanes')).length >= 2);
    await bench.untilAllCommitted();

    for (const [nth, { complaints, foreign, page }] of views.entries()) {
      await page.bringToFront();
      await page.waitForFunction(`document.querySelectorAll('#letters tr').length >= 1`);
      await until('the lanes have their followers', async () => {
        const rows = await rowsOf(page, 'lanes');
        return rows.some((row) => row[4] === '2') && rows.some(([, status]) => status === 'parked');
      });
      const lanes = await rowsOf(page, 'lanes');
      const retrying = lanes.find(([head]) => head === `${bench.source}-1-0`);
      expect(retrying?.slice(0, 5)).to.deep.equal([
        `${bench.source}-1-0`,
        'waiting',
        retrying?.[2],
        '1',
        '2',
      ]);
      expect(retrying?.[2]).to.match(/^in \d+ min \d\d s$/);
      expect(retrying?.[6]).to.match(/^directory-.*\(retryable\)$/);
      const stuck = lanes.find(([head]) => head === `${bench.source}-2-0`);
      expect(stuck?.slice(1, 4)).to.deep.equal(['parked', 'when released', '1']);
      expect(stuck?.[6]).to.equal('directory-refused (final)');

      const letters = await rowsOf(page, 'letters');
      const notice = letters.find(([, id]) => id === `${bench.source}-2-0`);
      expect(notice?.slice(2)).to.deep.equal([
        '1',
        'directory-refused (final)',
        'notice: parked, waits for a command',
      ]);

      const partitions = await rowsOf(page, 'partitions');
      expect(partitions.map(([task, state]) => [task, state])).to.deep.equal(
        [0, 1, 2].map((partition) => [`0_${partition}`, 'running']),
      );
      expect(partitions[1]?.slice(5)).to.deep.equal(['1', '2', '']);
      expect(await textOf(page, '#standing')).to.equal('running and ready');
      expect(await textOf(page, '#application')).to.equal(bench.group);
      const drawn = await textOf(page, '#topology svg');
      expect(drawn).to.include(bench.source.slice(0, 20)).and.to.include('writes topic');
      expect(await overflowOf(page)).to.equal(0);

      const file = join(folder, `status-page-${WIDTHS[nth]}.png`);
      await page.screenshot({ path: file, fullPage: true });
      expect(statSync(file).size).to.be.above(10_000);

      const before = retrying?.[2] ?? '';
      await until('the countdown goes on', async () => {
        const row = (await rowsOf(page, 'lanes')).find(([head]) => head === `${bench.source}-1-0`);
        return row?.[2] !== before;
      });
      expect([complaints, foreign]).to.deep.equal([[], []]);
    }

    // Neither keys nor values are anywhere in what the page is given.
    const { body } = await service.get('/status');
    for (const { user } of [waiting, parked, fine]) expect(body).not.to.include(user);
    expect(body).not.to.include('<script>');

    await service.stop();
    for (const { page } of views) {
      await page.bringToFront();
      await page.waitForFunction(`!document.getElementById('stale').hidden`);
      expect(await textOf(page, '#stale')).to.match(
        /^Stale since \d\d:\d\d:\d\d UTC: the service does not answer/,
      );
      // What was known stays.
      expect((await rowsOf(page, 'lanes')).length).to.be.at.least(2);
      const age = await textOf(page, '#stale-age');
      await until('its age is told', async () => (await textOf(page, '#stale-age')) !== age);
      expect(await overflowOf(page)).to.equal(0);
      await page.close();
    }
  });

  it('asks for nothing while nobody sees it, and at once when somebody does', async () => {
    const bench = await ServiceBench.on(kafka, { partitions: 1 });
    const service = await bench.startReady('one');
    const view = await openPage(browser, `http://127.0.0.1:${service.port}`, { width: 800 });
    await view.page.waitForSelector('#partitions tr');
    const polls = (): number => view.asked.filter((path) => path === '/status').length;
    await until('it asks again and again', () => Promise.resolve(polls() >= 3));
    const setVisibility = (state: 'hidden' | 'visible'): Promise<unknown> =>
      view.page.evaluate(
        `Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true });
         document.dispatchEvent(new Event('visibilitychange'))`,
      );
    await setVisibility('hidden');
    // One may have been under way. Three of its intervals by the browser's own clock.
    await view.page.evaluate(`new Promise((resolve) => setTimeout(resolve, 6000))`);
    const hidden = polls();
    await view.page.evaluate(`new Promise((resolve) => setTimeout(resolve, 6000))`);
    expect(polls()).to.equal(hidden);
    await setVisibility('visible');
    await until('it asks again', () => Promise.resolve(polls() > hidden));
    expect(view.complaints).to.deep.equal([]);
    await view.page.close();
  });
});

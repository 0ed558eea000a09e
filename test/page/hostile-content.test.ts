/**
 * The status page in a browser, with whatever a record could smuggle into the data that it shows: it stays text.
 * The server is the service's own; its answers are made here, worse than the engine would let them become.
 */
import { expect } from 'chai';
import type { Browser } from 'puppeteer-core';
import { isShown, openPage, overflowOf, rowsOf, startChromium, textOf } from '../support/chromium.js';
import { CHAIN, lane, pageStatus, serveMade, task, type MadeService } from '../support/page-status.js';

const EVIL = [
  '<script>document.title="owned"</script>',
  '"><img src=x onerror=alert(1)>',
  '</td></tr></table><iframe src="https://example.org/"></iframe>',
  '<svg onload=alert(2)><style>*{display:none}</style>',
  'javascript:alert(3)',
  "');alert(4);//",
  '<link rel=stylesheet href=//example.org/x.css>',
  '\u202egnp.exe\u202c \u200b\u0000\u001b[31m\u2028',
  `Z${'\u0301'.repeat(500)}`,
  'x'.repeat(10_000),
  '漢'.repeat(10_000),
  '__proto__',
];

const hostileStatus = () =>
  pageStatus({
    application: EVIL.join(' '),
    version: EVIL[0] ?? '',
    startedAt: EVIL[1] ?? '',
    state: EVIL[3] ?? '',
    ready: { ok: false, reasons: EVIL },
    tasks: EVIL.map((evil, nth) =>
      task(nth, {
        id: `${nth}_${evil}`,
        state: evil,
        paused: [evil],
        ...(nth % 2 === 0 ? { refused: { reason: evil, message: evil.repeat(3) } } : {}),
      }),
    ),
    laneHeads: [
      {
        task: '0_0',
        heads: EVIL.map((evil) => lane({ head: evil, lastFailure: { reason: evil, retryable: true } })),
      },
    ],
    deadLetters: EVIL.map((evil) => ({
      at: evil,
      id: evil,
      reason: evil,
      retryable: false,
      attempts: 1,
      isNotice: false,
    })),
  });

const hostileTopology = () =>
  EVIL.map((evil, id) => ({
    id,
    nodes: (CHAIN[0]?.nodes ?? []).map((node) => ({
      ...node,
      topics: node.topics.length === 0 ? [] : [evil],
      stores: node.kind === 'processor' ? [evil] : [],
    })),
  }));

describe('the status page with hostile content', function () {
  this.timeout(120_000);
  let browser: Browser;
  let made: MadeService | undefined;

  before(async () => {
    browser = await startChromium();
  });
  after(() => browser.close());
  afterEach(() => made?.server.close());

  for (const width of [375, 1280]) {
    it(`shows it as text at ${width} px: nothing runs, nothing is asked for elsewhere, the layout holds`, async () => {
      made = await serveMade(hostileStatus(), hostileTopology());
      const { complaints, foreign, page } = await openPage(browser, made.origin, { width });
      await page.waitForSelector('#letters tr:nth-child(12)');
      expect(await rowsOf(page, 'partitions')).to.have.length(EVIL.length);
      expect(await rowsOf(page, 'lanes')).to.have.length(EVIL.length);
      const heads = (await rowsOf(page, 'lanes')).map(([head]) => head ?? '');
      expect(heads[0]).to.equal(EVIL[0]);
      expect(heads[7]).to.equal('\\u{202e}gnp.exe\\u{202c} \\u{200b}\\u{0000}\\u{001b}[31m\\u{2028}');
      for (const head of heads) expect(head.length).to.be.below(250);

      expect(await page.title())
        .to.include('<script>')
        .and.not.to.equal('owned');
      // What the document has by itself, and nothing that the data would have added.
      const added = await page.evaluate(
        `document.querySelectorAll('iframe, img, object, form, body script, body style, link:not([rel=icon]), [onerror], [onload]').length`,
      );
      expect(added).to.equal(0);

      expect(String(await page.evaluate('document.body.innerText'))).not.to.match(
        /[\u0000-\u0008\u000b-\u001f\u202a-\u202e\u2066-\u2069\u200b]/,
      );
      expect(await overflowOf(page)).to.equal(0);
      expect(complaints).to.deep.equal([]);
      expect(foreign).to.deep.equal([]);
      await page.close();
    });
  }

  it('would be stopped by its policy if text ever became markup', async () => {
    made = await serveMade(pageStatus());
    const { complaints, foreign, page } = await openPage(browser, made.origin, { width: 800 });
    await page.waitForSelector('#partitions tr');
    const thrown = await page.evaluate(
      `try { document.body.innerHTML = '<img src=x onerror="document.title=1">'; 'taken' } catch (error) { error.name }`,
    );
    expect(thrown).to.equal('TypeError');
    await page.evaluate(
      `{ const image = document.createElement('img'); image.src = 'http://127.0.0.1:1/x'; document.body.append(image);
         const script = document.createElement('style'); script.textContent = 'body{display:none}'; document.head.append(script); }`,
    );
    expect(await isShown(page, '#application')).to.equal(true);
    const policies = complaints.filter((text) => text.startsWith('console: policy: '));
    expect(policies.join('\n')).to.include('img-src').and.to.include('style-src');
    expect(foreign.length).to.be.at.most(1);
    await page.close();
  });

  it('says what it needs without JavaScript, and where the data is', async () => {
    made = await serveMade(pageStatus());
    const { asked, page } = await openPage(browser, made.origin, { width: 375, javaScript: false });
    expect(await textOf(page, 'noscript'))
      .to.include('needs JavaScript')
      .and.to.include('/status');
    expect(asked).to.deep.equal(['/']);
    await page.close();
  });

  it('survives answers that are none, and says so', async () => {
    made = await serveMade({ state: 'RUNNING' });
    const { foreign, page } = await openPage(browser, made.origin, { width: 800 });
    await page.waitForFunction(`!document.getElementById('stale').hidden`);
    expect(await textOf(page, '#stale')).to.include('has not answered yet');
    made.status = pageStatus();
    await page.waitForFunction(`document.getElementById('stale').hidden`);
    expect(await rowsOf(page, 'partitions')).to.have.length(2);
    expect(foreign).to.deep.equal([]);
    await page.close();
  });
});

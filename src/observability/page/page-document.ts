/**
 * The document of the status page, the same for every service: it holds no data, so nothing has to be escaped.
 * Without JavaScript it says where the data is. Its headers allow its own scripts, its one style by its hash,
 * answers of the same origin, and nothing else.
 */
import { createHash } from 'node:crypto';
import { LANE_COLUMNS, LETTER_COLUMNS, PARTITION_COLUMNS } from './browser/rows.js';
import type { Column } from './browser/table.js';
import { STYLE } from './page-style.js';

/** Where the page's scripts are served. */
export const SCRIPT_FOLDER = '/status-page/';

const head = (columns: readonly Column[]): string =>
  columns
    .map(({ heading, kind }) => `<th scope="col" role="columnheader" class="${kind}">${heading}</th>`)
    .join('');

const table = (id: string, caption: string, columns: readonly Column[]): string =>
  `<p class="empty" id="${id}-empty">Not known yet.</p>
<table id="${id}-table" role="table" hidden>
<caption>${caption}</caption>
<thead role="rowgroup"><tr role="row">${head(columns)}</tr></thead>
<tbody id="${id}" role="rowgroup"></tbody>
</table>`;

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cg fill='none' stroke='%232f4fa8' stroke-width='2' stroke-linecap='round'%3E%3Cpath d='M2 4h12M2 8h7M2 12h10'/%3E%3C/g%3E%3C/svg%3E";

export const DOCUMENT = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>audit-lanes</title>
<link rel="icon" href="${ICON}">
<style>${STYLE}</style>
<script type="module" src="${SCRIPT_FOLDER}main.js"></script>
</head>
<body>
<div class="page">
<header>
<h1 id="application">audit-lanes</h1>
<p class="standing" id="standing" role="status">asking…</p>
<span class="hint" id="stale-age"></span>
</header>
<noscript><p class="banner">This page needs JavaScript. What it shows is in <a href="/status">/status</a>, as JSON; the topology is in <a href="/topology">/topology</a>, as text.</p></noscript>
<p class="banner" id="stale" role="status" hidden></p>
<main>
<ul id="details"></ul>
<dl id="figures"></dl>
<section aria-labelledby="topology-heading">
<h2 id="topology-heading">Topology</h2>
<div id="topology"></div>
</section>
<section aria-labelledby="partitions-heading">
<h2 id="partitions-heading">Partitions</h2>
${table('partitions', 'One task each: sub-topology and partition. Only those of this process.', PARTITION_COLUMNS)}
</section>
<section aria-labelledby="lanes-heading">
<h2 id="lanes-heading">Lanes</h2>
${table('lanes', 'Keys whose record has failed: it is tried again, and later records of its key wait behind it.', LANE_COLUMNS)}
<p class="more" id="lanes-more"></p>
</section>
<section aria-labelledby="letters-heading">
<h2 id="letters-heading">Recent dead letters</h2>
${table('letters', 'The last 50 of this process, the newest first. All of them: audit-lanes dlq list.', LETTER_COLUMNS)}
</section>
</main>
<footer>
<span>audit-lanes <span id="version"></span></span>
<span>running since <span id="started">–</span></span>
<span>asked every 2 s</span>
<span>as data: <a href="/status">/status</a>, <a href="/topology">/topology</a>, <a href="/metrics">/metrics</a></span>
</footer>
</div>
</body>
</html>
`;

const styleHash = createHash('sha256').update(STYLE).digest('base64');

export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'sha256-${styleHash}'`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
};

/** The status page's style: one text, allowed by its hash. Light or dark as the reader's system says; no font, no image. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f7f7f5; --sheet: #ffffff; --ink: #1c1d1f; --soft: #5b5f66; --line: #dfe0dc; --faint: #efefec;
  --good: #17663b; --good-ground: #e2f3e8; --wait: #7a4d00; --wait-ground: #fdf0d5;
  --bad: #a3201c; --bad-ground: #fde5e3; --accent: #2f4fa8; --accent-ground: #eaf0fd;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #131416; --sheet: #1b1c1f; --ink: #e9eaec; --soft: #a3a8b0; --line: #313338; --faint: #232529;
    --good: #86d6a5; --good-ground: #14301f; --wait: #f0bf6a; --wait-ground: #38290d;
    --bad: #ff9f98; --bad-ground: #43191a; --accent: #a3bbff; --accent-ground: #1d2640;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
}
.page { max-width: 1200px; margin: 0 auto; padding: 28px 24px 40px; }
[hidden] { display: none !important; }
a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 6px 16px; }
h1 { margin: 0; font-size: 24px; line-height: 1.25; font-weight: 650; letter-spacing: -0.01em; overflow-wrap: anywhere; min-width: 0; }
h2 { margin: 0; font-size: 16px; font-weight: 650; }
.standing, td.state span {
  display: inline-block; padding: 0 10px; vertical-align: top; border-radius: 999px; font-weight: 550;
  background: var(--faint); color: var(--soft); white-space: nowrap; max-width: 100%; overflow: hidden; text-overflow: ellipsis;
}
.standing { font-size: 14px; padding: 3px 12px; }
.standing.good, td.state.good span { background: var(--good-ground); color: var(--good); }
.standing.wait, td.state.wait span { background: var(--wait-ground); color: var(--wait); }
.standing.bad, td.state.bad span { background: var(--bad-ground); color: var(--bad); }
#details { margin: 10px 0 0; padding: 0 0 0 18px; color: var(--soft); overflow-wrap: anywhere; }
#details:empty { display: none; }
.banner { margin: 16px 0 0; padding: 10px 14px; border-radius: 8px; background: var(--bad-ground); color: var(--bad); font-weight: 550; }
#figures { display: grid; grid-template-columns: repeat(6, 1fr); gap: 1px; margin: 22px 0 0; background: var(--line); border: 1px solid var(--line); border-radius: 10px; overflow: hidden; }
.figure { background: var(--sheet); padding: 12px 16px 13px; min-width: 0; }
.figure dt { color: var(--soft); font-size: 13px; }
.figure dd { margin: 0; font-size: 13px; color: var(--soft); overflow: hidden; text-overflow: ellipsis; }
.figure dd:nth-of-type(1) { font-size: 23px; line-height: 1.3; font-weight: 600; color: var(--ink); font-variant-numeric: tabular-nums; }
.figure.wait dd:nth-of-type(1) { color: var(--wait); }
.figure.bad dd:nth-of-type(1) { color: var(--bad); }
section { margin: 18px 0 0; background: var(--sheet); border: 1px solid var(--line); border-radius: 10px; padding: 15px 18px 17px; }
.hint, caption, .empty { color: var(--soft); font-size: 13px; }
caption { text-align: left; padding: 1px 0 9px; }
.empty { margin: 4px 0 0; font-size: 14px; }
.more { margin: 10px 0 0; color: var(--soft); font-size: 13px; }
.more:empty { display: none; }
figure { margin: 12px 0 0; }
figcaption { color: var(--soft); font-size: 13px; margin: 0 0 6px; }
.scroll { overflow-x: auto; padding: 2px 0 4px; }
svg { display: block; margin: 0 auto 0 0; }
.node rect { fill: var(--faint); stroke: var(--line); }
.node.source rect, .node.sink rect { fill: var(--accent-ground); stroke: var(--accent); stroke-opacity: 0.45; }
.node text { font-size: 12px; fill: var(--soft); }
.node .label { font-size: 13px; font-weight: 550; fill: var(--ink); }
.edge { fill: none; stroke: var(--soft); stroke-opacity: 0.7; stroke-width: 1.5; stroke-linecap: round; stroke-linejoin: round; }
table { width: 100%; border-collapse: collapse; font-size: 14px; }
th { text-align: left; font-weight: 550; font-size: 13px; color: var(--soft); border-bottom: 1px solid var(--line); padding: 0 14px 6px 0; white-space: nowrap; }
th.number { text-align: right; }
td.time { font-variant-numeric: tabular-nums; white-space: nowrap; }
td { padding: 7px 14px 7px 0; border-bottom: 1px solid var(--faint); vertical-align: top; overflow-wrap: anywhere; }
tbody tr:last-child td { border-bottom: 0; padding-bottom: 0; }
th:last-child, td:last-child { padding-right: 0; }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.name { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; font-size: 13px; line-height: 1.62; min-width: 5em; }
td.text.bad { color: var(--bad); }
td.text.wait { color: var(--wait); }
footer { margin: 20px 2px 0; color: var(--soft); font-size: 13px; display: flex; flex-wrap: wrap; gap: 4px 18px; overflow-wrap: anywhere; }
@media (max-width: 900px) { #figures { grid-template-columns: repeat(3, 1fr); } }
@media (max-width: 640px) {
  .page { padding: 18px 14px 28px; }
  h1 { font-size: 20px; }
  #figures { grid-template-columns: repeat(2, 1fr); margin-top: 16px; }
  .figure { padding: 9px 13px 10px; }
  section { padding: 13px 14px 14px; margin-top: 12px; }
  table, caption, tbody { display: block; width: 100%; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { display: grid; grid-template-columns: repeat(6, minmax(0, 1fr)); gap: 5px 10px; padding: 11px 0 12px; border-top: 1px solid var(--line); align-items: start; }
  tbody tr:last-child { padding-bottom: 0; }
  td, td.number { display: block; grid-column: span 6; padding: 0; border: 0; text-align: left; white-space: normal; min-width: 0; }
  td.name, td.state, td.time { grid-column: span 3; }
  td.time { white-space: normal; }
  td.number { grid-column: span 2; }
  td.state { text-align: right; }
  td.text:empty { display: none; }
  td.number::before, td.text::before { content: attr(data-label); display: block; color: var(--soft); font-size: 12px; line-height: 1.35; }
}
@media (prefers-reduced-motion: no-preference) { .standing { transition: background-color 0.2s; } }
`;

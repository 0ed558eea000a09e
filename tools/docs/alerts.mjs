/** Recording rules and alerts as tables. Pure. */
import { code, table } from './markdown.mjs';

/** @typedef {import('./sources.mjs').RecordingRule} RecordingRule */
/** @typedef {import('./sources.mjs').AlertRule} AlertRule */

/** @param {readonly RecordingRule[]} rules */
export const ruleTable = (rules) =>
  table(
    ['name', 'what'],
    rules.map(({ record, labels = {}, help }) => {
      const shown = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
      return [code(shown.length === 0 ? record : `${record}{${shown.join(', ')}}`), help];
    }),
  );

/** Which part of the runbook each alert leads to. @param {Readonly<Record<string, AlertRule>>} alerts @param {(heading: string) => string} anchorOf */
export const alertParts = (alerts, anchorOf) =>
  table(
    ['alert', 'severity', 'go to'],
    Object.entries(alerts).map(([name, { severity, runbook }]) => [
      code(name),
      severity,
      `[${runbook}](#${anchorOf(runbook)})`,
    ]),
  );

/** Templates as a reader has them: `{{ $labels.job }}` is what stands there. @param {string} text */
const spoken = (text) =>
  text.replace(/\{\{ \$labels\.(\w+) \}\}/g, '<$1>').replace(/\{\{ \$value[^}]*\}\}/g, '<value>');

/** @param {Readonly<Record<string, AlertRule>>} alerts */
export const alertTable = (alerts) =>
  table(
    ['alert', 'after', 'says', 'means'],
    Object.entries(alerts).map(([name, alert]) => [
      code(name),
      alert.for === '0m' ? 'at once' : alert.for,
      code(spoken(alert.summary)),
      spoken(alert.description).replaceAll('<', '&lt;'),
    ]),
  );

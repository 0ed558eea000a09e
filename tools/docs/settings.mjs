/** The settings as tables and as `.env.example`. Pure. */
import { code, table } from './markdown.mjs';

/** @typedef {import('./sources.mjs').SettingRow} SettingRow */

const GROUPS = {
  kafka: 'Kafka',
  topics: 'Topics',
  processing: 'Processing',
  retry: 'Retries',
  deadLetters: 'Dead letters',
  breaker: 'Circuit breaker',
  directory: 'User directory',
  publisher: 'Publisher',
  service: 'The process',
  http: 'HTTP',
  log: 'Log',
  metrics: 'Metrics',
};

/** @param {SettingRow} row */
const meaning = ({ doc, required, secret, file, variable }) =>
  [
    doc,
    ...(required ? ['**Required.**'] : []),
    ...(secret ? ['Secret.'] : []),
    ...(file ? [`Also as a file: \`${variable}_FILE\`.`] : []),
  ].join(' ');

/** @param {readonly SettingRow[]} rows */
export const settingsShort = (rows) =>
  table(
    ['variable', 'default', 'what'],
    rows.map((row) => [code(row.variable), row.default === null ? '' : code(row.default), meaning(row)]),
  );

/** @param {readonly SettingRow[]} rows @returns {[string, SettingRow[]][]} */
const byGroup = (rows) =>
  [...new Set(rows.map(({ path }) => path.split('.', 1)[0] ?? ''))].map((group) => [
    /** @type {Record<string, string>} */ (GROUPS)[group] ?? group,
    rows.filter(({ path }) => path.startsWith(`${group}.`)),
  ]);

/** @param {readonly SettingRow[]} rows */
export const settingsFull = (rows) =>
  byGroup(rows)
    .map(([title, group]) => {
      const cells = group.map((row) => [
        code(row.variable),
        code(row.path),
        code(row.default),
        row.allowed,
        meaning(row),
      ]);
      return `## ${title}\n\n${table(['variable', 'in a file', 'default', 'allowed', 'what'], cells)}`;
    })
    .join('\n\n');

/** @param {readonly SettingRow[]} rows */
export const envExample = (rows) => {
  const groups = byGroup(rows).map(([title, group]) => {
    const settings = group.map(({ variable, default: value, allowed, doc, required }) =>
      [
        `# ${doc}`,
        `# Allowed: ${allowed}`,
        required ? `${variable}=localhost:9092` : `#${variable}=${value ?? ''}`,
      ].join('\n'),
    );
    return `# ---- ${title} ----\n\n${settings.join('\n\n')}`;
  });
  return `# Every setting with its default, made from config/schema*.ts by \`npm run docs\`: do not edit.
# Nothing reads this file by itself. Copy it, change the copy, and hand it over, for example with
#   docker run --env-file my.env …        or        set -a; . ./my.env; npm run service
# A blank value is the same as none, but for RETRY_TIERS, where it means "no tiers".

${groups.join('\n\n')}
`;
};

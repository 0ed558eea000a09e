/**
 * The tables of the code as they are in the sources, so that the documents need no build. What is read here must
 * import nothing but its neighbours.
 */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { filesIn } from './file-map.mjs';

/** @typedef {{ variable: string, path: string, default: string | null, required: boolean, secret: boolean, file: boolean, allowed: string, doc: string }} SettingRow */
/** @typedef {{ type: string, help: string, labels: readonly string[] }} Metric */
/** @typedef {{ name: string, partitions: number, replicationFactor: number, config: Readonly<Record<string, string>> }} PlannedTopic */
/** @typedef {{ rows: readonly SettingRow[], metrics: Readonly<Record<string, Metric>>, topics: readonly PlannedTopic[] }} Tables */

const NEEDED = ['config', 'src/observability/metric-table.ts', 'src/topics/topic-plan.ts', 'src/record'];

/**
 * The topics that the service creates for user-audit with default settings, as its own plan has them.
 * @param {any} code @param {readonly SettingRow[]} rows @returns {readonly PlannedTopic[]}
 */
const plannedTopics = ({ planTopics, parseDuration, durationName }, rows) => {
  /** @param {string} variable */
  const text = (variable) => rows.find((row) => row.variable === variable)?.default ?? '';
  /** @param {string} variable */
  const ms = (variable) => parseDuration(text(variable));
  const source = text('SOURCE_TOPICS');
  const needs = {
    source,
    sourceTopics: [source],
    outputTopics: [text('AUDIT_TOPIC')],
    ownTopics: [],
    ownSources: new Set(),
  };
  const rules = {
    autoCreate: true,
    partitions: Number(text('TOPICS_PARTITIONS')),
    replicationFactor: Number(text('TOPICS_REPLICATION_FACTOR')),
    retentionSourceMs: ms('RETENTION_SOURCE'),
    retentionOutputMs: ms('RETENTION_AUDIT'),
    retentionRetryMs: ms('RETENTION_RETRY'),
    retentionDeadLettersMs: ms('RETENTION_DLQ'),
    maxMessageBytes: Number(text('MAX_MESSAGE_BYTES')),
    retryTiers: text('RETRY_TIERS')
      .split(',')
      .map((tier) => ({ name: durationName(parseDuration(tier)), delayMs: parseDuration(tier) })),
  };
  const { steps, problems } = planTopics(text('KAFKA_GROUP_ID'), needs, new Map(), rules);
  if (problems.length > 0)
    throw new Error(`the default settings plan no topics: ${JSON.stringify(problems)}`);
  return steps.map((/** @type {{ topic: PlannedTopic }} */ { topic }) => topic);
};

/**
 * Compiled file by file into a folder that is then deleted.
 * @param {string} root @returns {Promise<Tables>}
 */
export const readTables = async (root) => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'audit-lanes-docs-')));
  try {
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    const sources = NEEDED.flatMap((name) => (name.endsWith('.ts') ? [name] : filesIn(name, root)));
    for (const source of sources.filter((name) => name.endsWith('.ts'))) {
      const { outputText } = ts.transpileModule(readFileSync(join(root, source), 'utf8'), {
        compilerOptions: {
          target: ts.ScriptTarget.ES2022,
          module: ts.ModuleKind.ESNext,
          verbatimModuleSyntax: true,
        },
      });
      const target = join(folder, source.replace(/\.ts$/, '.js'));
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, outputText);
    }
    /** @param {string} name */
    const load = (name) => import(pathToFileURL(join(folder, name)).href);
    const { settingRows } = await load('config/describe.js');
    const { METRICS } = await load('src/observability/metric-table.js');
    const code = { ...(await load('src/topics/topic-plan.js')), ...(await load('config/duration.js')) };
    const rows = settingRows();
    return { rows, metrics: METRICS, topics: plannedTopics(code, rows) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

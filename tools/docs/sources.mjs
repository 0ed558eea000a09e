/** The tables of the code, and the command line, as they are in the sources, so that the documents need no build. */
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path/posix';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { PROJECT } from '../lib/project.mjs';

/** @typedef {{ variable: string, path: string, default: string | null, required: boolean, secret: boolean, file: boolean, allowed: string, doc: string }} SettingRow */
/** @typedef {{ type: string, help: string, labels: readonly string[], combined?: string, by?: string }} Metric */
/** @typedef {{ name: string, partitions: number, replicationFactor: number, config: Readonly<Record<string, string>> }} PlannedTopic */
/** @typedef {{ rows: readonly SettingRow[], metrics: Readonly<Record<string, Metric>>, program: import('commander').Command, topics: readonly PlannedTopic[] }} Tables */

const TABLES = [
  'config/describe.ts',
  'config/duration.ts',
  'src/observability/metric-table.ts',
  'src/cli/program.ts',
  'src/topics/topic-plan.ts',
];

/** What an entry imports, and so on, from the root. @param {string} root */
const neededFrom = (root) => {
  /** @type {Map<string, string>} compiled code by source */
  const found = new Map();
  /** @param {string} source */
  const visit = (source) => {
    if (found.has(source)) return;
    const { outputText } = ts.transpileModule(readFileSync(join(root, source), 'utf8'), {
      compilerOptions: {
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.ESNext,
        verbatimModuleSyntax: true,
      },
    });
    found.set(source, outputText);
    for (const [, from = ''] of outputText.matchAll(/(?:\bfrom|^import) '(\.[^']+)\.js'/gm))
      visit(join(dirname(source), `${from}.ts`));
  };
  for (const table of TABLES) visit(table);
  return found;
};

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
    symlinkSync(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
    for (const [source, code] of neededFrom(root)) {
      const target = join(folder, source.replace(/\.ts$/, '.js'));
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, code);
    }
    /** @param {string} name */
    const load = (name) => import(pathToFileURL(join(folder, name)).href);
    const { settingRows } = await load('config/describe.js');
    const { METRICS } = await load('src/observability/metric-table.js');
    const { createProgram } = await load('src/cli/program.js');
    const code = { ...(await load('src/topics/topic-plan.js')), ...(await load('config/duration.js')) };
    const rows = settingRows();
    return {
      rows,
      metrics: METRICS,
      program: createProgram('', 0, () => undefined),
      topics: plannedTopics(code, rows),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

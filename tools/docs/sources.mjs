/** The tables of the code, and the command line, as they are in the sources, so that the documents need no build. */
import { withSources } from '../lib/sources.mjs';

/** @typedef {{ variable: string, path: string, default: string | null, required: boolean, secret: boolean, file: boolean, allowed: string, doc: string }} SettingRow */
/** @typedef {{ record: string, expr: string, labels?: Readonly<Record<string, string>>, help: string }} RecordingRule */
/** @typedef {{ for: string, severity: string, summary: string, description: string, runbook: string }} AlertRule */
/** @typedef {{ type: string, help: string, labels: readonly string[], combined?: string, by?: string }} Metric */
/** @typedef {{ name: string, partitions: number, replicationFactor: number, config: Readonly<Record<string, string>> }} PlannedTopic */
/** @typedef {{ rows: readonly SettingRow[], metrics: Readonly<Record<string, Metric>>, rules: readonly RecordingRule[], alerts: Readonly<Record<string, AlertRule>>, anchorOf: (heading: string) => string, program: import('commander').Command, topics: readonly PlannedTopic[] }} Tables */

const TABLES = [
  'config/describe.ts',
  'config/duration.ts',
  'src/observability/metric-table.ts',
  'src/cli/program.ts',
  'src/topics/topic-plan.ts',
  'deploy/monitoring/recording-rules.ts',
  'deploy/monitoring/alert-rules.ts',
];

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

/** @param {string} root @returns {Promise<Tables>} */
export const readTables = (root) =>
  withSources(root, TABLES, async (load) => {
    const { settingRows } = await load('config/describe.ts');
    const { METRICS } = await load('src/observability/metric-table.ts');
    const { createProgram } = await load('src/cli/program.ts');
    const { RECORDING_RULES } = await load('deploy/monitoring/recording-rules.ts');
    const { ALERT_RULES, anchorOf } = await load('deploy/monitoring/alert-rules.ts');
    const code = { ...(await load('src/topics/topic-plan.ts')), ...(await load('config/duration.ts')) };
    const rows = settingRows();
    return {
      rows,
      metrics: METRICS,
      rules: RECORDING_RULES,
      alerts: ALERT_RULES,
      anchorOf,
      program: createProgram('', 0, () => undefined),
      topics: plannedTopics(code, rows),
    };
  });

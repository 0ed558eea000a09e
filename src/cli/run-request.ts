/**
 * Runs one request with what it needs, and ends the process with its exit code. What one kind of request needs is
 * loaded for that kind only.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import type { SettingSources } from '../../config/load.js';
import type { Settings } from '../../config/schema.js';
import { loadSettings } from '../../config/load.js';
import { HEADER_BUDGET_BYTES } from '../record/record-size.js';
import { systemClock } from '../service/system-clock.js';
import type { Inspection } from './cluster/inspection.js';
import type { Operator } from './cluster/operator.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { performanceOf } from './perform.js';
import type { Request } from './request.js';
import { askingAt } from './terminal/asking.js';
import { openInput } from './terminal/input.js';
import { runToEnd } from './run-to-end.js';
import { terminalOutput } from './terminal/output.js';

export interface RunOptions {
  readonly isJson: boolean;
  /** Arguments that are settings. */
  readonly settings: readonly string[];
}

const NAME = 'audit-lanes';
/** Somebody looks on: nobody waits a minute for brokers. */
const START_TIMEOUT_MS = 10_000;

const whoAsks = (): string => {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    // A container's user may have no name.
    return `${process.getuid?.() ?? 'somebody'}@${hostname()}`;
  }
};

const sourcesOf = (argv: readonly string[]): SettingSources => ({
  env: process.env,
  argv,
  readFile: (path) => readFileSync(path, 'utf8'),
});

/** What commands with clients begin with; `INSTANCE_ID` is the service's own. */
const clusterSettings = (argv: readonly string[]): { settings: Settings; startTimeoutMs: number } => {
  const sources = sourcesOf(argv);
  const { settings, origins } = loadSettings({ ...sources, env: { ...sources.env, INSTANCE_ID: undefined } });
  const isDefault = origins.get('START_TIMEOUT_MS') === 'default';
  return { settings, startTimeoutMs: isDefault ? START_TIMEOUT_MS : settings.service.startTimeoutMs };
};

const clientId = (): string => `${NAME}-${process.pid}`;

const runOperator = (
  run: (operator: Operator) => Promise<ExitCode>,
  { isJson, settings: argv }: RunOptions,
  isPublisher: boolean,
): Promise<never> =>
  runToEnd(
    NAME,
    async (stop) => {
      const { createCommandClients } = await import('./cluster/command-clients.js');
      const { Operator } = await import('./cluster/operator.js');
      const { sitesOf } = await import('./cluster/site.js');
      const { topologyOf } = await import('./cluster/application.js');
      const { valueSchemaOf } = await import('./cluster/value-schema.js');
      const { settings, startTimeoutMs } = clusterSettings(argv);
      const operator = new Operator({
        clients: createCommandClients(settings, {
          id: clientId(),
          startTimeoutMs,
          isPublisher,
          // A redrive holds a whole record as base64: as much as the commands topic takes.
          maxMessageBytes: 2 * settings.kafka.maxMessageBytes + HEADER_BUDGET_BYTES,
        }),
        clock: systemClock,
        stop,
        sites: sitesOf(settings.kafka.groupId, topologyOf(settings).subtopologies),
        settings,
        output: terminalOutput(process, isJson, process.env),
        input: openInput,
        user: whoAsks(),
        unique: randomUUID,
        schema: valueSchemaOf(settings.topology, settings.processing.schemasStrict),
        ask: askingAt(process, stop),
        env: process.env,
      });
      try {
        return await run(operator);
      } finally {
        await operator.close();
      }
    },
    'stopped. What was written before is carried out all the same.',
  );

const runInspection = (
  run: (inspection: Inspection) => Promise<ExitCode>,
  { isJson, settings: argv }: RunOptions,
): Promise<never> =>
  runToEnd(NAME, async (stop) => {
    const { applicationOf } = await import('./cluster/application.js');
    const { Inspection } = await import('./cluster/inspection.js');
    const { inspectorOptions } = await import('./cluster/inspector-options.js');
    const { settings, startTimeoutMs } = clusterSettings(argv);
    const inspection = new Inspection({
      settings,
      application: applicationOf(settings),
      clock: systemClock,
      stop,
      output: terminalOutput(process, isJson, process.env),
      user: whoAsks(),
      unique: randomUUID,
      ask: askingAt(process, stop),
      connectInspector: async () => {
        const { KafkaInspector } = await import('./cluster/kafka-inspector.js');
        return KafkaInspector.connect(inspectorOptions(settings, clientId(), startTimeoutMs));
      },
      createClients: async () => {
        const { createCommandClients } = await import('./cluster/command-clients.js');
        return createCommandClients(settings, { id: clientId(), startTimeoutMs });
      },
    });
    try {
      return await run(inspection);
    } finally {
      await inspection.close();
    }
  });

export const runRequest = async (request: Request, options: RunOptions): Promise<never> => {
  const loading = performanceOf(request);
  // A module of the operator's own that cannot be loaded, for example: told and ended as any other failure.
  const performance = await loading.catch(() => null);
  if (performance === null)
    return runToEnd(NAME, async () => {
      await loading;
      return EXIT.failed;
    });
  switch (performance.needs) {
    case 'operator':
      return runOperator(performance.run, options, request.kind === 'publish');
    case 'inspection':
      return runInspection(performance.run, options);
    case 'nothing':
      return runToEnd(NAME, async (stop) =>
        performance.run({
          output: terminalOutput(process, options.isJson, process.env),
          sources: sourcesOf(options.settings),
          stop,
        }),
      );
  }
};

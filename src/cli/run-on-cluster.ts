/** Runs what needs the cluster that the settings name, and ends the process with its exit code. */
import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { ConfigError } from '../../config/config-error.js';
import type { Settings } from '../../config/schema.js';
import { HEADER_BUDGET_BYTES } from '../record/record-size.js';
import { systemClock } from '../service/system-clock.js';
import { TOPOLOGIES } from '../service/topologies.js';
import { runCommand } from './cluster/command-clients.js';
import { Operator } from './cluster/operator.js';
import type { ExitCode } from './exit-code.js';
import { terminalOutput } from './terminal/output.js';
import type { Site } from './cluster/site.js';
import { sitesOf } from './cluster/site.js';

export interface RunOptions {
  readonly isJson: boolean;
  /** Arguments that are settings. */
  readonly settings: readonly string[];
}

/** Somebody looks on: nobody waits a minute for brokers. */
const START_TIMEOUT_MS = 10_000;

const sitesFor = (settings: Settings): readonly Site[] => {
  const build = TOPOLOGIES[settings.topology];
  if (build === undefined) {
    throw new ConfigError([
      {
        setting: '--topology',
        value: settings.topology,
        origin: 'command line',
        problem: 'there is no such topology',
        allowed: Object.keys(TOPOLOGIES).join(', '),
      },
    ]);
  }
  const { groupId } = settings.kafka;
  return sitesOf(groupId, build(settings).forApplication(groupId).subtopologies);
};

const whoAsks = (): string => {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    // A container's user may have no name.
    return `${process.getuid?.() ?? 'somebody'}@${hostname()}`;
  }
};

export const runOnCluster = (
  run: (operator: Operator) => Promise<ExitCode>,
  { isJson, settings: argv }: RunOptions,
): Promise<never> =>
  runCommand(
    'audit-lanes',
    async ({ settings, clients, stop }) => {
      const output = terminalOutput(process, isJson, process.env);
      const operator = new Operator({
        clients,
        clock: systemClock,
        stop,
        sites: sitesFor(settings),
        output,
        user: whoAsks(),
        unique: randomUUID,
      });
      try {
        return await run(operator);
      } finally {
        await operator.close();
      }
    },
    {
      argv,
      startTimeoutMs: START_TIMEOUT_MS,
      // A redrive holds a whole record as base64: as much as the commands topic takes.
      maxMessageBytes: (maxMessageBytes) => 2 * maxMessageBytes + HEADER_BUDGET_BYTES,
    },
  );

/** Where and with what the figures were made. */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../test/support/broker.js';
import { CLIENT_VERSION } from '../../src/kafka/clients.js';

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
  readonly node: string;
  readonly librdkafka: string;
  readonly auditLanes: string;
}

export const thisMachine = (): Machine => {
  const text = readFileSync(join(projectRoot(), 'package.json'), 'utf8');
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    system: `${type()} ${release()}`,
    node: process.version,
    librdkafka: CLIENT_VERSION,
    auditLanes: (JSON.parse(text) as { version: string }).version,
  };
};

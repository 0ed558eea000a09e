/** The command about the topology, as a command line has it. */
import type { Command } from 'commander';
import type { SharedOptions } from '../cluster/command-shape.js';
import { leaf } from '../cluster/command-shape.js';
import type { TopologyRequest } from './topology-request.js';

interface Options extends SharedOptions {
  readonly topics?: boolean;
}

export const declareTopology = (
  program: Command,
  ask: (options: SharedOptions, request: TopologyRequest) => void,
): void => {
  leaf(program, 'topology', 'the topology of --topology, as Kafka Streams describes one', [
    'topology',
    'topology --topology user-activity --topics',
  ])
    .option('--topics', 'the topics that it needs, too')
    .action((options: Options) => ask(options, { kind: 'topology', withTopics: options.topics === true }));
};

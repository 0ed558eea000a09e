/** The commands about topics, as a command line has them. */
import type { Command } from 'commander';
import type { SharedOptions } from '../cluster/command-shape.js';
import { asking, family, leaf } from '../cluster/command-shape.js';
import { limitNumber } from '../terminal/argument.js';
import type { TopicsRequest } from './topics-request.js';

interface ApplyOptions extends SharedOptions {
  readonly configs?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: number;
  readonly operatorId?: string;
}

export const declareTopics = (
  program: Command,
  ask: (options: SharedOptions, request: TopicsRequest) => void,
): void => {
  const topics = family(
    program,
    'topics',
    'the topics that the topology needs: as they are, and as they should be',
    ['topics check', 'topics apply --dry-run', 'topics describe'],
  );
  leaf(topics, 'check', 'compares them with what they should be', [
    'topics check',
    'topics check --json',
  ]).action((options: SharedOptions) => ask(options, { kind: 'topics check' }));
  const apply = leaf(
    topics,
    'apply',
    'creates what is missing, and gives internal topics as many partitions as their source',
    ['topics apply --dry-run', 'topics apply --configs --yes 3'],
  );
  asking(apply)
    .option('--configs', 'change settings of topics that exist, too; never those of source topics')
    .option('--dry-run', 'say what would be changed, and change nothing')
    .option('--yes <count>', 'agree to so many changes beforehand; otherwise it is asked', limitNumber)
    .action((options: ApplyOptions) =>
      ask(options, {
        kind: 'topics apply',
        withConfigs: options.configs === true,
        isDryRun: options.dryRun === true,
        agreed: options.yes ?? null,
        operatorId: options.operatorId ?? null,
      }),
    );
  leaf(topics, 'describe', 'partitions with leader, replicas, offsets and size, and what was configured', [
    'topics describe',
    'topics describe user.events system.audit',
  ])
    .argument('[topics...]', 'these; those that the topology needs if not given')
    .action((names: readonly string[], options: SharedOptions) =>
      ask(options, { kind: 'topics describe', topics: names }),
    );
};

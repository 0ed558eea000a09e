/** The commands about schemas, as a command line has them. */
import type { Command } from 'commander';
import type { SharedOptions } from '../cluster/command-shape.js';
import { family, leaf } from '../cluster/command-shape.js';
import { wrong } from '../terminal/argument.js';
import type { CompatibilityLevel, SchemasRequest } from './schemas-request.js';

interface Options extends SharedOptions {
  readonly against: string;
  readonly level?: CompatibilityLevel;
  readonly strict?: boolean;
}

const LEVELS = ['backward', 'forward', 'full', 'none'] as const satisfies readonly CompatibilityLevel[];

const level = (text: string): CompatibilityLevel => {
  const known = LEVELS.find((each) => each === text);
  if (known === undefined) throw wrong(LEVELS.join(', '));
  return known;
};

export const declareSchemas = (
  program: Command,
  ask: (options: SharedOptions, request: SchemasRequest) => void,
): void => {
  const schemas = family(program, 'schemas', 'the schemas of events, in a clone', [
    'schemas check --against main',
  ]);
  leaf(schemas, 'check', 'tells compatible changes of the schemas from breaking ones', [
    'schemas check --against main',
    'schemas check --against test/schemas/released/1.0 --level backward',
    'schemas check --against HEAD~1 --strict --json',
  ])
    .requiredOption('--against <revision|folder>', 'a revision of git, or a folder with schemas')
    .option(
      '--level <level>',
      'what every change must be: backward, forward, full or none; full if not given',
      level,
    )
    .option('--strict', 'for readers with SCHEMAS_STRICT=true, who refuse unknown fields')
    .action((options: Options) => {
      ask(options, {
        kind: 'schemas check',
        against: options.against,
        level: options.level ?? 'full',
        isStrict: options.strict === true,
      });
    });
};

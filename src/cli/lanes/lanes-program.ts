/** The commands about lanes, as a command line has them. */
import type { Command } from 'commander';
import type { ChangingOptions, SharedOptions } from '../cluster/command-shape.js';
import { carryingOf, changing, family, leaf, ofPartition, ofTopic } from '../cluster/command-shape.js';
import { limitNumber } from '../terminal/argument.js';
import { base64Key, headId, laneStatus, partitionOfHead } from './lanes-arguments.js';
import type { LaneChoice, LanesRequest } from './lanes-request.js';

interface Options extends SharedOptions, ChangingOptions {
  readonly topic?: string;
  readonly partition?: number;
  readonly status?: 'retrying' | 'parked';
  readonly limit?: number;
  readonly keyBase64?: Buffer;
  readonly head?: string;
  readonly values?: boolean;
}

const lane = (command: Command): Command =>
  ofPartition(ofTopic(command))
    .argument('[key]', 'the key of the lane')
    .option('--key-base64 <bytes>', 'the key of the lane, for one that is no text', base64Key)
    .option(
      '--head <id>',
      'id of the record at its head; for a record without key it is all there is',
      headId,
    );

const laneChoice = (command: Command, key: string | undefined, options: Options): LaneChoice => {
  const { head, keyBase64, partition, topic } = options;
  if (key !== undefined && keyBase64 !== undefined)
    command.error('error: give the key as text or as --key-base64, not both');
  if (key === undefined && keyBase64 === undefined && head === undefined)
    command.error('error: which lane? Give its key, --key-base64 or --head.');
  return {
    key: keyBase64 ?? (key === undefined ? null : Buffer.from(key)),
    head: head ?? null,
    partition: partition ?? (head === undefined ? null : partitionOfHead(head)),
    topic: topic ?? null,
  };
};

export const declareLanes = (
  program: Command,
  ask: (options: SharedOptions, request: LanesRequest) => void,
): void => {
  const lanes = family(program, 'lanes', 'keys that have a failed record before them', [
    'lanes list',
    'lanes show user-17',
    'lanes release user-17',
  ]);
  ofPartition(
    ofTopic(
      leaf(lanes, 'list', 'lists them, the oldest first', [
        'lanes list',
        'lanes list --status parked --json',
      ]),
    ),
  )
    .option('--status <status>', 'retrying or parked', laneStatus)
    .option('--limit <number>', 'the oldest so many', limitNumber)
    .action((options: Options) => {
      ask(options, {
        kind: 'lanes list',
        status: options.status ?? null,
        topic: options.topic ?? null,
        partition: options.partition ?? null,
        limit: options.limit ?? null,
      });
    });
  lane(
    leaf(lanes, 'show', 'everything about one', ['lanes show user-17', 'lanes show --head user.events-0-42']),
  )
    .option('--values', 'the values of its records, which may be personal data')
    .option('--limit <number>', 'so many followers', limitNumber)
    .action((key: string | undefined, options: Options, command: Command) => {
      const choice = laneChoice(command, key, options);
      const withValues = options.values === true;
      ask(options, { kind: 'lanes show', lane: choice, withValues, limit: options.limit ?? null });
    });
  for (const [name, what] of [
    ['release', 'runs the head of a lane now, a parked one again'],
    ['skip', 'sends the head of a lane to the dead letters; its followers go on'],
  ] as const) {
    const how = [`lanes ${name} user-17`, `lanes ${name} --head user.events-0-42`];
    changing(lane(leaf(lanes, name, what, how))).action(
      (key: string | undefined, options: Options, command: Command) => {
        const choice = laneChoice(command, key, options);
        ask(options, { kind: `lanes ${name}`, lane: choice, carrying: carryingOf(options) });
      },
    );
  }
};

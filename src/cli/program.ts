/**
 * The command line: from its arguments to a request, or to what is said instead. It does nothing else, so
 * that help and mistakes are answered at once. Each family of commands declares its own (`*-program.ts`).
 */
import { Command, CommanderError } from 'commander';
import type { EpochMs } from '../record/units.js';
import { examples, type SharedOptions } from './cluster/command-shape.js';
import { declareCompletion } from './completion/completion-program.js';
import { declareConfig } from './config/config-program.js';
import { declareDlq } from './dlq/dlq-program.js';
import { declareEvents } from './events/events-program.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { declareGroup } from './group/group-program.js';
import { declareLanes } from './lanes/lanes-program.js';
import type { Request } from './request.js';
import { declareSchemas } from './schemas/schemas-program.js';
import { declareStatus } from './status/status-program.js';
import { declareTopics } from './topics/topics-program.js';
import { declareTopology } from './topology/topology-program.js';

export type Understood =
  | { readonly kind: 'request'; readonly request: Request; readonly isJson: boolean }
  | { readonly kind: 'said'; readonly exitCode: ExitCode; readonly stdout: string; readonly stderr: string };

const EPILOGUE = `
Settings are those of the service: environment, CONFIG_FILE, and every one as an option (--kafka-brokers
HOST:PORT, --kafka-group-id ID, --source-topics NAME, ...).
Exit codes: 0 done; 1 ignored, refused, not found, not in time, not as it should be, stopped; 2 command line or
settings; 3 brokers, topics or the service cannot be reached or used.`;

type Ask = (options: SharedOptions, request: Request) => void;

/** All commands. `nowMs`: what durations in options count back from. */
export const createProgram = (version: string, nowMs: EpochMs, ask: Ask): Command => {
  const program = new Command('audit-lanes')
    .description(
      'What the people around the service audit-lanes need: to see how it is, to decide about records that failed, and to set up topics and settings.',
    )
    .version(version)
    .addHelpText(
      'before',
      examples([
        'status',
        'group --interval 10s',
        'lanes list --status parked',
        'lanes release user-17',
        'dlq list --by reason',
        'dlq show 0-42',
        'dlq replay 0-42 0-43',
        'topics check',
        'config check',
        'schemas check --against main',
        'publish --random --rate 50 --bad 1%',
        'tail --follow --status failure',
      ]),
    )
    .addHelpText('after', EPILOGUE);
  declareLanes(program, ask);
  declareDlq(program, ask, nowMs);
  declareEvents(program, ask, nowMs);
  declareTopics(program, ask);
  declareGroup(program, ask);
  declareStatus(program, ask);
  declareTopology(program, ask);
  declareConfig(program, ask);
  declareSchemas(program, ask);
  declareCompletion(program, ask);
  return program;
};

/** The command and everything below it. */
export const withDescendants = (command: Command): readonly Command[] => [
  command,
  ...command.commands.flatMap((each) => withDescendants(each)),
];

export const understand = (argv: readonly string[], version: string, nowMs: EpochMs): Understood => {
  const heard: { request?: Request; isJson?: boolean } = {};
  const said = { stdout: '', stderr: '' };
  const program = createProgram(version, nowMs, (options, request) => {
    heard.request = request;
    heard.isJson = options.json === true;
  });
  for (const each of withDescendants(program))
    each.exitOverride().configureOutput({
      writeOut: (text) => (said.stdout += text),
      writeErr: (text) => (said.stderr += text),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { kind: 'said', exitCode: error.exitCode === 0 ? EXIT.done : EXIT.usage, ...said };
  }
  return heard.request === undefined
    ? { kind: 'said', exitCode: EXIT.usage, ...said }
    : { kind: 'request', request: heard.request, isJson: heard.isJson === true };
};

/** The operator's command line as the operator has it: the built program in a process of its own. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../src/cli/audit-lanes.js', import.meta.url));
const LIMIT_MS = 60_000;

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Of lines of JSON. */
  readonly objects: () => readonly Readonly<Record<string, unknown>>[];
}

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Where it runs; where the test runs if not given. */
  readonly cwd?: string;
  /** What is done to it while it runs. */
  readonly during?: (process: ReturnType<typeof spawn>) => void;
  /** It is killed after this. */
  readonly limitMs?: number;
}

export const operatorCli = async (
  args: readonly string[],
  { env = {}, cwd, during = () => undefined, limitMs = LIMIT_MS }: CliOptions = {},
): Promise<CliResult> => {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    cwd,
    timeout: limitMs,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  during(child);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return {
    code,
    stdout,
    stderr,
    objects: () =>
      stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>),
  };
};

/** `operatorCli` beside the service of a bench: its cluster, group and topics; a line is split at its spaces. */
export const operatorCliOf =
  (
    { bootstrapServers }: { readonly bootstrapServers: string },
    { group, source, audit }: { readonly group: string; readonly source: string; readonly audit: string },
    of: CliOptions = {},
  ) =>
  (line: string | readonly string[], options: CliOptions = {}): Promise<CliResult> =>
    operatorCli(typeof line === 'string' ? line.split(' ') : line, {
      ...of,
      ...options,
      env: {
        KAFKA_BROKERS: bootstrapServers,
        KAFKA_GROUP_ID: group,
        SOURCE_TOPICS: source,
        AUDIT_TOPIC: audit,
        ...of.env,
        ...options.env,
      },
    });

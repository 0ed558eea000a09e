/**
 * Runs the Kafka Streams job of this folder, compiled when its sources or its jars have changed (`.cache/`).
 * Needs Java and, the first time, Maven: `missingForKafkaStreamsJob` of tools/kafka/jars.mjs tells what is not there.
 * The topics must be there. The job ends with the process that started it.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../../test/support/broker.js';

/** How the job reads and writes JSON: code of its own on Jackson's parser, or Jackson's ObjectMapper. */
export type KafkaStreamsJson = 'by-hand' | 'databind';

export interface KafkaStreamsOptions {
  readonly bootstrapServers: string;
  readonly applicationId: string;
  readonly sourceTopic: string;
  readonly auditTopic: string;
  /** Where invalid events go. */
  readonly deadLetterTopic: string;
  readonly threads: number;
  readonly json: KafkaStreamsJson;
  /** In place of `JVM_FLAGS`. */
  readonly jvmFlags?: readonly string[];
  /** Over the job's own, with Kafka Streams' prefixes: for trials. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Takes lines that tell what is being done. Default: nobody. */
  readonly log?: (line: string) => void;
}

export interface KafkaStreamsJob {
  readonly pid: number;
  /** Ends it in order. Rejects with what it wrote to stderr when it does not end well. */
  stop(): Promise<void>;
}

interface Jars {
  javaCommand(): string;
  kafkaStreamsJobClassPath(say: (line: string) => void): Promise<string>;
}

/** README.md says how they were chosen. */
export const JVM_FLAGS: readonly string[] = ['-Xms1g', '-Xmx1g', '-XX:+UseParallelGC'];

const QUIET = '-Dorg.slf4j.simpleLogger.defaultLogLevel=off';

const FOLDER = join(projectRoot(), 'bench', 'kafka-streams');

const jars = async (): Promise<Jars> =>
  (await import(pathToFileURL(join(projectRoot(), 'tools', 'kafka', 'jars.mjs')).href)) as Jars;

interface Ended {
  readonly code: number | null;
  readonly errors: string;
}

const untilEnded = (child: ChildProcess): Promise<Ended> => {
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-4000)));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, errors }));
  });
};

/** A folder that exists is complete: it is filled under another name and renamed at the end. */
const compiled = async (java: string, classPath: string, say: (line: string) => void): Promise<string> => {
  const sources = readdirSync(FOLDER)
    .filter((name) => name.endsWith('.java'))
    .sort()
    .map((name) => join(FOLDER, name));
  const digest = createHash('sha256').update(classPath);
  for (const source of sources) digest.update(`${source}\n`).update(readFileSync(source));
  const cache = join(projectRoot(), '.cache', 'kafka-streams-job');
  const classes = join(cache, digest.digest('hex').slice(0, 12));
  if (existsSync(classes)) return classes;
  say('compiling the Kafka Streams job');
  mkdirSync(cache, { recursive: true });
  const part = mkdtempSync(join(cache, 'part-'));
  const jarNames = readdirSync(dirname(classPath)).map((name) => join(dirname(classPath), name));
  // The compiler is a module of the JDK, so that no javac need be on the path. Started so, it takes no wildcard.
  const compiler = [
    '-m',
    'jdk.compiler/com.sun.tools.javac.Main',
    '-cp',
    jarNames.join(':'),
    '-d',
    part,
    ...sources,
  ];
  const { code, errors } = await untilEnded(spawn(java, compiler, { stdio: ['ignore', 'ignore', 'pipe'] }));
  try {
    if (code !== 0) throw new Error(`the Kafka Streams job does not compile:\n${errors}`);
    renameSync(part, classes);
  } catch (error) {
    // Another process was faster: its folder is as good as ours.
    if (!existsSync(classes)) throw error;
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
  return classes;
};

const program = async (
  say: (line: string) => void,
): Promise<{ readonly java: string; readonly classPath: string }> => {
  const tools = await jars();
  const java = tools.javaCommand();
  const classPath = await tools.kafkaStreamsJobClassPath(say);
  return { java, classPath: `${await compiled(java, classPath, say)}:${classPath}` };
};

const tuned = (settings: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(settings).map(([name, value]) => `-Djob.${name}=${value}`);

/** Resolves when the job runs tasks. */
export const startKafkaStreams = async (options: KafkaStreamsOptions): Promise<KafkaStreamsJob> => {
  const { log = () => undefined, jvmFlags = JVM_FLAGS, settings = {} } = options;
  const { java, classPath } = await program(log);
  const stateDir = realpathSync(mkdtempSync(join(tmpdir(), 'kafka-streams-job-')));
  const removeState = (): void => rmSync(stateDir, { recursive: true, force: true });
  const child = spawn(
    java,
    [
      ...[...jvmFlags, QUIET, ...tuned(settings), '-cp', classPath, 'UserAuditJob'],
      ...[options.bootstrapServers, options.applicationId, options.sourceTopic, options.auditTopic],
      ...[options.deadLetterTopic, String(options.threads), stateDir, options.json],
    ],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  );
  const kill = (): void => {
    child.kill('SIGKILL');
    removeState();
  };
  process.once('exit', kill);
  const ended = untilEnded(child).finally(() => {
    process.off('exit', kill);
    removeState();
  });
  const failure = ({ code, errors }: Ended): Error =>
    new Error(`the Kafka Streams job ended with ${String(code)}: ${errors}`);
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line === 'READY') resolve();
    });
    ended.then((end) => reject(failure(end)), reject);
  });
  return {
    pid: child.pid ?? 0,
    stop: async () => {
      child.kill('SIGTERM');
      const end = await ended;
      if (end.code !== 0) throw failure(end);
    },
  };
};

/**
 * Runs the Java programs of this folder with Kafka Streams on the class path (pom.xml). Without Java or
 * Maven a test is skipped and says why; with CI=true that is a failure.
 */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../support/broker.js';

interface Jars {
  javaCommand(): string;
  missingForKafkaStreams(): string | null;
  kafkaStreamsClassPath(say: (line: string) => void): Promise<string>;
}

const JVM = ['-Xms64m', '-Xmx384m', '-XX:+UseSerialGC', '-Dorg.slf4j.simpleLogger.defaultLogLevel=error'];

const jars = async (): Promise<Jars> =>
  (await import(pathToFileURL(join(projectRoot(), 'tools', 'kafka', 'jars.mjs')).href)) as Jars;

const say = (line: string): void => console.log(`    ${line}`);

/** A file of test/kafka-streams. */
export const javaFile = (name: string): string => join(projectRoot(), 'test', 'kafka-streams', name);

/** For a suite's `before`: fetches the jars. */
export const requireKafkaStreams = async (context: Mocha.Context): Promise<void> => {
  context.timeout(240_000);
  const { missingForKafkaStreams, kafkaStreamsClassPath } = await jars();
  const missing = missingForKafkaStreams();
  if (missing === null) {
    await kafkaStreamsClassPath(say);
    return;
  }
  if (process.env.CI === 'true') throw new Error(missing);
  say(`skipped: ${missing}`);
  context.skip();
};

/** `program`: the name of a source file of this folder. */
export const startJava = async (
  program: string,
  args: readonly string[] = [],
): Promise<ChildProcessWithoutNullStreams> => {
  const { javaCommand, kafkaStreamsClassPath } = await jars();
  const classPath = await kafkaStreamsClassPath(say);
  return spawn(javaCommand(), [...JVM, '-cp', classPath, javaFile(program), ...args], { stdio: 'pipe' });
};

/** What a program writes that ends by itself. */
export const outputOfJava = async (program: string, args: readonly string[] = []): Promise<string> => {
  const java = await startJava(program, args);
  let output = '';
  let errors = '';
  java.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  java.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  java.stdin.end();
  const code = await new Promise((resolve) => java.once('close', resolve));
  if (code !== 0) throw new Error(`${program} ended with ${String(code)}: ${errors}`);
  return output;
};

export interface JavaStreams {
  /** Ends it in order. Rejects with what it wrote to stderr when it does not end well. */
  stop(): Promise<void>;
}

/** SideBySide.java. Resolves when every task runs. */
export const startSideBySide = async (
  bootstrapServers: string,
  applicationId: string,
  inputs: string,
  outputs: string,
): Promise<JavaStreams> => {
  const java = await startJava('SideBySide.java', [bootstrapServers, applicationId, inputs, outputs]);
  const kill = (): boolean => java.kill('SIGKILL');
  process.once('exit', kill);
  let errors = '';
  java.stderr.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-4000)));
  const ended = new Promise<number | null>((resolve) => {
    java.once('close', (code) => {
      process.off('exit', kill);
      resolve(code);
    });
  });
  const failure = (code: number | null): Error =>
    new Error(`SideBySide.java ended with ${String(code)}: ${errors}`);
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: java.stdout }).on('line', (line) => {
      if (line === 'ready') resolve();
    });
    void ended.then((code) => reject(failure(code)));
  });
  return {
    stop: async () => {
      java.stdin.end();
      const code = await ended;
      if (code !== 0) throw failure(code);
    },
  };
};

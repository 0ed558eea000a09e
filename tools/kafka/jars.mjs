/**
 * The jars of the local Kafka, copied once by Maven into a folder that is named after what pom.xml says.
 * A folder that exists is complete: it is filled under another name and renamed at the end, so that a
 * copy which was interrupted, or two at once, leave nothing half done.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, inProject } from '../lib/project.mjs';
import { outputOf, runLogged, tailOf } from '../lib/command.mjs';

const POM = inProject('tools', 'kafka', 'pom.xml');
const JARS = join(CACHE, 'kafka-jars');
const LEAST_JAVA = 17;

const folder = () => {
  const pom = readFileSync(POM, 'utf8');
  const version = /<kafka\.version>([^<]+)</.exec(pom)?.[1];
  if (version === undefined) throw new Error(`no kafka.version in ${POM}`);
  const digest = createHash('sha256').update(pom).digest('hex').slice(0, 8);
  return { version, path: join(JARS, `${version}-${digest}`) };
};

export const kafkaVersion = () => folder().version;

/** The java command: JAVA_HOME's, else the path's. */
export const javaCommand = () =>
  process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', 'java') : 'java';

/** The major version of the Java that would be used; null without one. */
export const javaVersion = () => {
  const said = outputOf(javaCommand(), ['-version']);
  const major = said && /version "(?:1\.)?(\d+)/.exec(said)?.[1];
  return major ? Number(major) : null;
};

/** Why a local Kafka cannot run here; null when it can. */
export const missingForKafka = () => {
  const java = javaVersion();
  if (java === null) return `no Java: a local Kafka needs Java ${LEAST_JAVA} or later`;
  if (java < LEAST_JAVA) return `Java ${java} is too old: a local Kafka needs Java ${LEAST_JAVA} or later`;
  if (existsSync(folder().path) || outputOf('mvn', ['-version']) !== null) return null;
  return 'no Maven (mvn): the local Kafka is fetched with it';
};

/**
 * The class path of the local Kafka; fetches the jars when they are not there yet.
 * @param {(line: string) => void} say
 * @returns {Promise<string>}
 */
export const kafkaClassPath = async (say) => {
  const { version, path } = folder();
  if (!existsSync(path)) {
    say(`fetching Apache Kafka ${version} with Maven (about 45 MB, once)`);
    await copyJars(path, say);
  }
  return join(path, '*');
};

/** @param {string} path @param {(line: string) => void} say */
const copyJars = async (path, say) => {
  const part = `${path}.part-${process.pid}`;
  const logFile = join(CACHE, 'maven.log');
  mkdirSync(JARS, { recursive: true });
  try {
    const { code } = await runLogged(
      'mvn',
      // prettier-ignore
      ['-B', '-ntp', '-f', POM, 'dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${part}`],
      { logFile, progress: (seconds) => say(`  still fetching Apache Kafka, ${seconds} s`) },
    );
    if (code !== 0)
      throw new Error(`Maven could not fetch Apache Kafka (log: ${logFile}):\n${tailOf(logFile)}`);
    if (!existsSync(path)) renameSync(part, path);
  } catch (error) {
    // Another process was faster: its folder is as good as ours.
    if (!existsSync(path)) throw error;
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
};

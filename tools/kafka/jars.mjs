/**
 * The jars of the local Kafka, those of Kafka Streams for the tests, and those of the bench's Kafka Streams job,
 * copied once by Maven into folders that are named after what the pom.xml of each says.
 * A folder that exists is complete: it is filled under another name and renamed at the end, so that a
 * copy which was interrupted, or two at once, leave nothing half done.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, inProject } from '../lib/project.mjs';
import { outputOf, runLogged, tailOf } from '../lib/command.mjs';

/** @typedef {{ readonly title: string, readonly pom: string, readonly cache: string, readonly size: string }} Jars */

/** @type {Jars} */
const KAFKA = {
  title: 'Apache Kafka',
  pom: inProject('tools', 'kafka', 'pom.xml'),
  cache: join(CACHE, 'kafka-jars'),
  size: '45 MB',
};
/** @type {Jars} */
const KAFKA_STREAMS = {
  title: 'Kafka Streams',
  pom: inProject('test', 'kafka-streams', 'pom.xml'),
  cache: join(CACHE, 'kafka-streams-jars'),
  size: '15 MB',
};
/** @type {Jars} */
const KAFKA_STREAMS_JOB = {
  title: 'Kafka Streams for the bench',
  pom: inProject('bench', 'kafka-streams', 'pom.xml'),
  cache: join(CACHE, 'kafka-streams-job-jars'),
  size: '17 MB',
};
const LEAST_JAVA = 17;

/** @param {Jars} jars */
const folder = ({ pom, cache }) => {
  const text = readFileSync(pom, 'utf8');
  const version = /<kafka\.version>([^<]+)</.exec(text)?.[1];
  if (version === undefined) throw new Error(`no kafka.version in ${pom}`);
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 8);
  return { version, path: join(cache, `${version}-${digest}`) };
};

export const kafkaVersion = () => folder(KAFKA).version;

/** The java command: JAVA_HOME's, else the path's. */
export const javaCommand = () =>
  process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', 'java') : 'java';

/** The major version of the Java that would be used; null without one. */
export const javaVersion = () => {
  const said = outputOf(javaCommand(), ['-version']);
  const major = said && /version "(?:1\.)?(\d+)/.exec(said)?.[1];
  return major ? Number(major) : null;
};

/** @param {Jars} jars @param {string} who @param {string} what */
const missing = (jars, who, what) => {
  const java = javaVersion();
  if (java === null) return `no Java: ${who} Java ${LEAST_JAVA} or later`;
  if (java < LEAST_JAVA) return `Java ${java} is too old: ${who} Java ${LEAST_JAVA} or later`;
  if (existsSync(folder(jars).path) || outputOf('mvn', ['-version']) !== null) return null;
  return `no Maven (mvn): ${what} fetched with it`;
};

/** Why a local Kafka cannot run here; null when it can. */
export const missingForKafka = () => missing(KAFKA, 'a local Kafka needs', 'the local Kafka is');

/** Why Kafka Streams cannot run here; null when it can. */
export const missingForKafkaStreams = () => missing(KAFKA_STREAMS, 'Kafka Streams needs', 'Kafka Streams is');

/** Why the bench's Kafka Streams job cannot run here; null when it can. */
export const missingForKafkaStreamsJob = () =>
  missing(KAFKA_STREAMS_JOB, "the bench's Kafka Streams job needs", 'its Kafka Streams is');

/**
 * The class path of the local Kafka; fetches the jars when they are not there yet.
 * @param {(line: string) => void} say
 * @returns {Promise<string>}
 */
export const kafkaClassPath = (say) => classPath(KAFKA, say);

/** As `kafkaClassPath`. @param {(line: string) => void} say @returns {Promise<string>} */
export const kafkaStreamsClassPath = (say) => classPath(KAFKA_STREAMS, say);

/** As `kafkaClassPath`. @param {(line: string) => void} say @returns {Promise<string>} */
export const kafkaStreamsJobClassPath = (say) => classPath(KAFKA_STREAMS_JOB, say);

/** @param {Jars} jars @param {(line: string) => void} say @returns {Promise<string>} */
const classPath = async (jars, say) => {
  const { version, path } = folder(jars);
  if (!existsSync(path)) {
    say(`fetching ${jars.title} ${version} with Maven (about ${jars.size}, once)`);
    await copyJars(jars, path, say);
  }
  return join(path, '*');
};

/** @param {Jars} jars @param {string} path @param {(line: string) => void} say */
const copyJars = async ({ title, pom, cache }, path, say) => {
  const part = `${path}.part-${process.pid}`;
  const logFile = join(CACHE, 'maven.log');
  mkdirSync(cache, { recursive: true });
  try {
    const { code } = await runLogged(
      'mvn',
      // prettier-ignore
      ['-B', '-ntp', '-f', pom, 'dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${part}`],
      { logFile, progress: (seconds) => say(`  still fetching ${title}, ${seconds} s`) },
    );
    if (code !== 0) throw new Error(`Maven could not fetch ${title} (log: ${logFile}):\n${tailOf(logFile)}`);
    if (!existsSync(path)) renameSync(part, path);
  } catch (error) {
    // Another process was faster: its folder is as good as ours.
    if (!existsSync(path)) throw error;
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
};

/** The compiled programs that npm start runs, and what they are told. */
import { inProject } from '../lib/project.mjs';

const SERVICE = inProject('dist', 'src', 'main.js');
/** As in the image. */
const FLAGS = ['--max-semi-space-size=32', '--no-allocation-site-pretenuring'];
const CLI = inProject('dist', 'src', 'cli', 'audit-lanes.js');
/** A steady trickle of a few users. `SAMPLE_RATE`: events a second. */
export const PUBLISHER = [
  CLI,
  'publish',
  '--random',
  '--rate',
  process.env.SAMPLE_RATE ?? '2',
  '--keys',
  '12',
];
export const READER = [CLI, 'tail', '--follow'];

/** What Node.js is given. @param {readonly string[]} args @returns {readonly string[]} */
export const serviceCommand = (args) => [...FLAGS, SERVICE, ...args];

/** @param {NodeJS.ProcessEnv} [more] @returns {NodeJS.ProcessEnv} */
export const serviceEnvironment = (more = {}) => ({
  UV_THREADPOOL_SIZE: '16',
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_TRIM_THRESHOLD_: '33554432',
  GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1',
  ...process.env,
  ...more,
});

/**
 * What the environment does not say, for a first look: only this machine can reach it, and a member that was
 * killed is given up after seconds, so that the next start does not wait for it.
 * @param {{ brokers: string, httpPort: number }} at
 */
export const localEnvironment = ({ brokers, httpPort }) =>
  serviceEnvironment({
    KAFKA_BROKERS: brokers,
    HTTP_HOST: process.env.HTTP_HOST ?? '127.0.0.1',
    HTTP_PORT: String(httpPort),
    // Under KIP-848 the broker's setting rules, and the service refuses one of its own.
    ...(process.env.KAFKA_GROUP_PROTOCOL === 'consumer'
      ? {}
      : { KAFKA_SESSION_TIMEOUT_MS: process.env.KAFKA_SESSION_TIMEOUT_MS ?? '6000' }),
  });

/** Which topology the service is told to run. @param {readonly string[]} args */
export const topologyIn = (args) => {
  const at = args.indexOf('--topology');
  const given =
    at >= 0 ? args[at + 1] : args.find((arg) => arg.startsWith('--topology='))?.slice('--topology='.length);
  return given ?? 'user-audit';
};

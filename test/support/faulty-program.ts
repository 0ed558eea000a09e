/** The service with `--topology faulty`, and with a client that has the faults that the environment names. */
import { TOPOLOGIES } from '../../src/service/topologies.js';
import { faulty, hangCommitsWhile, neverResume } from './faulty-topology.js';

// The service takes its own environment for settings, and these are none.
const take = (name: string): string | undefined => {
  const value = process.env[name];
  delete process.env[name];
  return value;
};

const partition = take('FAULT_NEVER_RESUME');
if (partition !== undefined) neverResume(Number(partition));
const file = take('FAULT_HANG_COMMITS_WHILE');
if (file !== undefined) hangCommitsWhile(file);

Object.assign(TOPOLOGIES, { faulty });
await import('../../src/main.js');

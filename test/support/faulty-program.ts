/** The service with `--topology faulty`, and with a client that has the faults that the environment names. */
import { TOPOLOGIES } from '../../src/service/topologies.js';
import { faulty, hangCommitsWhile, neverResume } from './faulty-topology.js';

const { FAULT_HANG_COMMITS_WHILE: file, FAULT_NEVER_RESUME: partition } = process.env;
if (partition !== undefined) neverResume(Number(partition));
if (file !== undefined) hangCommitsWhile(file);

Object.assign(TOPOLOGIES, { faulty });
await import('../../src/main.js');

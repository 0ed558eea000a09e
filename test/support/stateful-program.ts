/** The service with the topologies of the broker tests: `--topology NAME`. */
import { TOPOLOGIES } from '../../src/service/topologies.js';
import { STATEFUL } from './stateful-topologies.js';

Object.assign(TOPOLOGIES, STATEFUL);
await import('../../src/main.js');

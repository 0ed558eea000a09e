import { Scheduler } from '../../src/testing/scheduler.js';
import { SimulatedCluster } from '../../src/testing/simulated-cluster.js';
import type { ContractHarness } from './contract-harness.js';
import { describeKafkaContract } from './kafka-contract.js';

/** A failing seed prints itself in the suite's name. `CONTRACT_SEEDS=200` looks further. */
const SEEDS = Number(process.env.CONTRACT_SEEDS ?? 5);

const simulated = (seed: number): ContractHarness => {
  const scheduler = new Scheduler(seed);
  const cluster = new SimulatedCluster(scheduler);
  let names = 0;
  return {
    clock: scheduler.clock,
    clients: (options) =>
      cluster.process(`process-${names++}`, { sessionTimeoutMs: 6000, ...options }).clients,
    uniqueName: (prefix) => `${prefix}-${names++}`,
    deleteRecords: (topic, partition, before) => {
      cluster.deleteRecords(topic, partition, before);
      return Promise.resolve();
    },
    run: (body) => scheduler.complete(body()),
  };
};

for (let seed = 1; seed <= SEEDS; seed++) {
  describeKafkaContract(`simulated, seed ${seed}`, () => simulated(seed));
}

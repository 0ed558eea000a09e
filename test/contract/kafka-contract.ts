/**
 * One suite for every Kafka behind the ports: what it says holds on the simulated cluster and on a real
 * broker alike, so that the simulation cannot lie about what the engine relies on.
 */
import { adminCases } from './admin-cases.js';
import { ContractBench } from './contract-bench.js';
import type { ContractHarness, DefineCase } from './contract-harness.js';
import { groupCases } from './group-cases.js';
import { logCases } from './log-cases.js';
import { offsetCases } from './offset-cases.js';
import { classicCases, consumerCases } from './protocol-cases.js';
import { recordCases } from './record-cases.js';
import { transactionCases } from './transaction-cases.js';

const CASE_TIMEOUT_MS = 90_000;

const PARTS = {
  transactions: transactionCases,
  offsets: offsetCases,
  groups: groupCases,
  'classic protocol': classicCases,
  'consumer protocol': consumerCases,
  logs: logCases,
  records: recordCases,
  administration: adminCases,
} satisfies Record<string, (contract: DefineCase<ContractBench>) => void>;

export type ContractPart = keyof typeof PARTS;

/** Everything but what holds for the other group protocol alone. */
export const CLASSIC_PARTS = (Object.keys(PARTS) as ContractPart[]).filter(
  (part) => part !== 'consumer protocol',
);

export const describeKafkaContract = (
  name: string,
  makeHarness: (context: Mocha.Context) => ContractHarness | Promise<ContractHarness>,
  parts: readonly ContractPart[] = CLASSIC_PARTS,
): void => {
  describe(`Kafka as the engine relies on it: ${name}`, () => {
    let harness: ContractHarness;

    before(async function () {
      harness = await makeHarness(this);
    });

    const contract: DefineCase<ContractBench> = (title, body) => {
      it(title, function () {
        this.timeout(CASE_TIMEOUT_MS);
        return harness.run(async () => {
          const bench = new ContractBench(harness);
          try {
            await body(bench);
          } finally {
            await bench.close();
          }
        });
      });
    };

    for (const part of parts) {
      describe(part, () => {
        PARTS[part](contract);
      });
    }
  });
};

import type { EpochMs } from '../../src/record/units.js';
import { monotonicMs, type MonotonicMs } from '../../src/record/units.js';
import type { Binding } from '../../src/kafka/binding.js';
import { createKafkaClients } from '../../src/kafka/clients.js';
import type { Clock } from '../../src/ports/clock.js';
import { startBroker, uniqueName } from '../support/broker.js';
import { RecordTool } from '../support/record-tool.js';
import type { ContractHarness } from './contract-harness.js';
import { describeKafkaContract } from './kafka-contract.js';

const systemClock: Clock = {
  now: () => Date.now() as EpochMs,
  monotonic: (): MonotonicMs => monotonicMs(performance.now()),
  after: (delayMs, then) => {
    const timer = setTimeout(then, delayMs);
    return () => clearTimeout(timer);
  },
};

const real =
  (groupProtocol: 'classic' | 'consumer', binding: Binding) =>
  async (context: Mocha.Context): Promise<ContractHarness> => {
    const { bootstrapServers } = await startBroker(context);
    let tool: Promise<RecordTool> | undefined;
    return {
      clock: systemClock,
      clients: (options) =>
        createKafkaClients({
          bootstrapServers,
          clientId: 'contract',
          groupProtocol,
          binding,
          sessionTimeoutMs: 6000,
          maxPollIntervalMs: 60_000,
          transactionTimeoutMs: 15_000,
          maxMessageBytes: 1_000_000,
          startTimeoutMs: 20_000,
          statisticsIntervalMs: 0,
          ...options,
        }),
      uniqueName,
      deleteRecords: async (topic, partition, before) => {
        tool ??= RecordTool.start(bootstrapServers);
        await (await tool).deleteRecords(topic, partition, before);
      },
      run: (body) => body(),
    };
  };

describeKafkaContract('a real broker, packed binding', real('classic', 'packed'));
describeKafkaContract('a real broker, published binding', real('classic', 'published'));
for (const binding of ['packed', 'published'] as const)
  describeKafkaContract(
    `a real broker, group protocol consumer, ${binding} binding`,
    real('consumer', binding),
    ['offsets', 'groups', 'consumer protocol'],
  );

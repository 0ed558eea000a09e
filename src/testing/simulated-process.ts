/**
 * One process on the simulated cluster: its clock and its clients. `crash` is kill -9: no goodbye, nothing
 * it waits for ever comes, the brokers find out by their time-outs. `freeze` and `thaw` are SIGSTOP and
 * SIGCONT. A restart is a new process, which may have the same name.
 */
import type { Clock } from '../ports/clock.js';
import type { KafkaClients } from '../ports/kafka-clients.js';
import { BrokerLink } from './broker-link.js';
import type { SimulatedClientOptions } from './client-options.js';
import type { FaultPlan } from './fault-plan.js';
import { GatedClock } from './gated-clock.js';
import { SimulatedAcknowledgedProducer } from './simulated-acknowledged-producer.js';
import type { SimulatedBroker } from './simulated-broker.js';
import { SimulatedClusterAdmin } from './simulated-cluster-admin.js';
import { SimulatedLogConsumer, SimulatedSourceConsumer } from './simulated-consumers.js';
import { SimulatedTransactionalProducer } from './simulated-transactional-producer.js';

export class SimulatedProcess {
  readonly clients: KafkaClients;
  readonly #clock: GatedClock;

  constructor(
    readonly name: string,
    readonly options: SimulatedClientOptions,
    readonly broker: SimulatedBroker,
    faults: FaultPlan,
  ) {
    this.#clock = new GatedClock(broker.scheduler.clock);
    const link = new BrokerLink(name, this.#clock, broker, faults);
    this.clients = {
      sourceConsumer: () => new SimulatedSourceConsumer(link, options),
      logConsumer: () => new SimulatedLogConsumer(link, options),
      transactionalProducer: () => new SimulatedTransactionalProducer(link, options),
      acknowledgedProducer: () => new SimulatedAcknowledgedProducer(link, options),
      clusterAdmin: () => new SimulatedClusterAdmin(link, options.callTimeoutMs),
    };
  }

  /** The clock for everything that runs in this process: it stops firing with the process. */
  get clock(): Clock {
    return this.#clock;
  }

  get isCrashed(): boolean {
    return this.#clock.isClosed;
  }

  crash(): void {
    this.broker.note(`${this.name}: crash`);
    this.#clock.close();
  }

  /** Its machine's wall clock jumps; that of the brokers and of other processes does not. */
  jumpWallClock(byMs: number): void {
    this.broker.note(`${this.name}: clock jumps by ${byMs} ms`);
    this.#clock.jumpWallClock(byMs);
  }

  freeze(): void {
    this.broker.note(`${this.name}: freeze`);
    this.#clock.shut();
  }

  thaw(): void {
    this.broker.note(`${this.name}: thaw`);
    this.#clock.open();
  }
}

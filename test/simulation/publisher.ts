/** Writes source records in transactions of its own, committed or aborted, one after the other. */
import type { TransactionalProducer } from '../../src/ports/producer.js';
import type { ProducedRecord } from '../../src/record/record.js';
import type { SimulatedCluster } from '../../src/testing/simulated-cluster.js';

const ID = 'publisher';

export class Publisher {
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(readonly cluster: SimulatedCluster) {}

  get isBusy(): boolean {
    return this.#waiting > 0 || this.cluster.isTransactionBusy(ID);
  }

  write(records: readonly ProducedRecord[], how: 'committed' | 'aborted'): void {
    this.#waiting += 1;
    this.#last = this.#last.then(() => this.#write(records, how)).finally(() => (this.#waiting -= 1));
  }

  /** A new producer each time: what became of the last one does not matter. */
  async #write(records: readonly ProducedRecord[], how: 'committed' | 'aborted'): Promise<void> {
    const { clients } = this.cluster.process(ID, { transactionalId: ID });
    const producer = clients.transactionalProducer();
    try {
      await producer.initTransactions();
      await this.#transact(producer, records, how);
    } catch {
      // Records that were not written are not expected: what counts is what is in the log.
    }
    await producer.close();
  }

  async #transact(
    producer: TransactionalProducer,
    records: readonly ProducedRecord[],
    how: 'committed' | 'aborted',
  ): Promise<void> {
    await producer.begin();
    await producer.produce(records);
    await producer.flush();
    if (how === 'committed') await producer.commit();
    else await producer.abort();
  }
}

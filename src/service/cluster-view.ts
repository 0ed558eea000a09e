/**
 * What the clients last said of the cluster, for probes and gauges: whether a broker is connected, and
 * how far each assigned partition is behind.
 */
import type { ClientEvent, ClientStatistics } from '../kafka/client-events.js';
import type { Logger } from '../ports/logger.js';

export interface PartitionLag {
  readonly topic: string;
  readonly partition: number;
  readonly records: number;
}

export class ClusterView {
  #brokersUp = false;
  #lag: readonly PartitionLag[] = [];

  constructor(private readonly logger: Logger) {}

  get brokersUp(): boolean {
    return this.#brokersUp;
  }

  get lag(): readonly PartitionLag[] {
    return this.#lag;
  }

  /** The first connection was made. */
  connected(): void {
    this.#brokersUp = true;
  }

  hear(event: ClientEvent): void {
    const { client, kind, message } = event;
    if (kind === 'brokers-down') this.#brokersUp = false;
    this.logger.warn({ client, kind }, message);
  }

  see(statistics: ClientStatistics): void {
    if (statistics.brokers.length > 0) this.#brokersUp = statistics.brokers.some(({ up }) => up);
    if (statistics.client !== 'source') return;
    this.#lag = statistics.partitions.flatMap(({ topic, partition, lag }) =>
      lag === null ? [] : [{ topic, partition, records: lag }],
    );
  }
}

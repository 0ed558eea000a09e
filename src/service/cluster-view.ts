/**
 * What the clients last said of the cluster, for probes and gauges: whether a broker is connected, and
 * how far each assigned partition is behind.
 */
import type { ClientEvent, ClientRole, ClientStatistics } from '../kafka/client-events.js';
import type { Logger } from '../ports/logger.js';

export interface PartitionLag {
  readonly topic: string;
  readonly partition: number;
  readonly records: number;
}

export class ClusterView {
  /** By client: whether it has a connection. */
  readonly #up = new Map<ClientRole, boolean>();
  #lag: readonly PartitionLag[] = [];
  #isSteadyMember = false;

  constructor(private readonly logger: Logger) {}

  /** The member of the group has a connection; the other clients' idle ones say nothing. */
  get brokersUp(): boolean {
    return this.#up.get('source') ?? false;
  }

  /** The group has answered, if only with no partition: the consumer protocol tells no idle member so. */
  get isSteadyMember(): boolean {
    return this.#isSteadyMember;
  }

  get lag(): readonly PartitionLag[] {
    return this.#lag;
  }

  /** A session is open: its first connection was made. */
  connected(): void {
    this.#up.set('source', true);
  }

  hear(event: ClientEvent): void {
    const { client, kind, message } = event;
    if (kind === 'brokers-down') this.#up.set(client, false);
    this.logger.warn({ client, kind }, message);
  }

  see(statistics: ClientStatistics): void {
    const { client, brokers, partitions, isSteadyMember } = statistics;
    if (brokers.length > 0)
      this.#up.set(
        client,
        brokers.some(({ up }) => up),
      );
    if (client !== 'source') return;
    this.#isSteadyMember = isSteadyMember;
    this.#lag = partitions.flatMap(({ topic, partition, lag }) =>
      lag === null ? [] : [{ topic, partition, records: lag }],
    );
  }
}

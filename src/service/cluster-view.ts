/**
 * What the clients last said of the cluster, for probes and gauges: whether a broker is connected, and
 * how far each assigned partition is behind.
 */
import type { ClientEvent, ClientRole, ClientStatistics } from '../kafka/client-events.js';
import type { ClusterSteps } from '../observability/progress-watch.js';
import type { Logger } from '../ports/logger.js';

export interface PartitionLag {
  readonly topic: string;
  readonly partition: number;
  readonly records: number;
}

export class ClusterView {
  /** By client: whether it has a connection. */
  readonly #up = new Map<ClientRole, boolean>();
  /**
   * By client that gives statistics: a broker that it needs is not connected. A client without them tells of a
   * connection that ends and never of one that is back: its word would hold for ever.
   */
  readonly #lost = new Map<ClientRole, boolean>();
  /** Clients with a fatal error: in which session they had it. */
  readonly #fatal = new Map<ClientRole, number>();
  #seen: ClusterSteps['seen'] = new Map();
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

  /** For whoever watches that the engine goes on. */
  steps(session: number): ClusterSteps {
    const brokersLost = !this.brokersUp || [...this.#lost.values()].some((isLost) => isLost);
    const fatalClients = [...this.#fatal].flatMap(([client, of]) => (of === session ? [client] : []));
    return { brokersLost, fatalClients, seen: this.#seen };
  }

  /** A session is open: its first connection was made. */
  connected(): void {
    this.#up.set('source', true);
  }

  /** `session`: the number of the one that is open. */
  hear(event: ClientEvent, session: number): void {
    const { client, kind, message } = event;
    if (kind === 'brokers-down') this.#up.set(client, false);
    if ((kind === 'brokers-down' || kind === 'broker-lost') && this.#lost.has(client))
      this.#lost.set(client, true);
    if (kind === 'fatal') this.#fatal.set(client, session);
    this.logger.warn({ client, kind }, message);
  }

  see(statistics: ClientStatistics): void {
    const { client, brokers, partitions, isSteadyMember } = statistics;
    if (brokers.length > 0)
      this.#up.set(
        client,
        brokers.some(({ up }) => up),
      );
    this.#lost.set(
      client,
      brokers.some(({ isLost }) => isLost),
    );
    if (client !== 'source') return;
    this.#seen = new Map(
      partitions.map(({ topic, partition, readable, end }) => [`${topic}-${partition}`, { readable, end }]),
    );
    this.#isSteadyMember = isSteadyMember;
    this.#lag = partitions.flatMap(({ topic, partition, lag }) =>
      lag === null ? [] : [{ topic, partition, records: lag }],
    );
  }
}

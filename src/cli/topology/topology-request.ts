/** What may be asked about the topology. Data only. */
export interface TopologyRequest {
  readonly kind: 'topology';
  /** The topics that it needs, too. */
  readonly withTopics: boolean;
}

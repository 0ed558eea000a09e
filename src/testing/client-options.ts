/** What the clients of one simulated process are configured with: the settings that matter of Kafka's. */
export interface SimulatedClientOptions {
  readonly groupId: string;
  /** Static membership; null: a dynamic member, which leaves when it closes. */
  readonly instanceId: string | null;
  readonly transactionalId: string;
  readonly assignor: 'cooperative' | 'range';
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  /** Also the rebalance time-out, as in librdkafka. */
  readonly maxPollIntervalMs: number;
  readonly transactionTimeoutMs: number;
  /** The producers' own limit (`message.max.bytes`): a larger record is refused by produce itself. */
  readonly maxMessageBytes: number;
  /** How many records a producer's queue holds. */
  readonly queueMaxRecords: number;
  /** After which a call that has no answer rejects as retriable. */
  readonly callTimeoutMs: number;
}

export const clientOptions = (
  process: string,
  given: Partial<SimulatedClientOptions>,
): SimulatedClientOptions => {
  const sessionTimeoutMs = given.sessionTimeoutMs ?? 45_000;
  const groupId = given.groupId ?? 'group';
  return {
    groupId,
    instanceId: null,
    transactionalId: `${groupId}-${process}`,
    assignor: 'cooperative',
    sessionTimeoutMs,
    heartbeatIntervalMs: Math.min(3000, sessionTimeoutMs / 3),
    maxPollIntervalMs: 300_000,
    transactionTimeoutMs: 15_000,
    maxMessageBytes: 1_048_588,
    queueMaxRecords: 100_000,
    callTimeoutMs: 30_000,
    ...given,
  };
};

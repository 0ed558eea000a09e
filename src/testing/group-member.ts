/**
 * The client's side of group membership, as librdkafka does it: join, heartbeats, sessions, eager and
 * cooperative rebalances, static members, loss of the assignment.
 * What it knows of itself (`metadata`) changes when an answer arrives, not when the engine has seen the
 * event: a transaction that sends its offsets later carries the newer generation.
 */
import type { RebalanceEvent } from '../ports/consumer.js';
import { partitionName, type TopicPartition } from '../ports/topic-partition.js';
import { KafkaError } from '../ports/kafka-error.js';
import { brokerError, isBrokerError } from './broker-error.js';
import type { BrokerLink } from './broker-link.js';
import type { SimulatedClientOptions } from './client-options.js';
import type { GroupMetadata, JoinAnswer } from './group-coordinator.js';
import { RebalanceQueue } from './rebalance-queue.js';
import type { RecordFetcher } from './record-fetcher.js';

const MAX_POLL_EXCEEDED = -147;

export class GroupMember {
  readonly #events: RebalanceQueue;
  #state: 'idle' | 'joining' | 'joined' | 'rejoin-on-poll' | 'closing' | 'closed' | 'fenced' = 'idle';
  #topics: readonly string[] = [];
  #memberId = '';
  #generation = -1;
  #owned: readonly TopicPartition[] = [];
  /** Answers to an older join or heartbeat than this are ignored. */
  #epoch = 0;
  #isLost = false;
  #heardAtMs = 0;
  #polledAtMs = 0;

  constructor(
    readonly link: BrokerLink,
    readonly options: SimulatedClientOptions,
    readonly fetcher: RecordFetcher,
  ) {
    this.#events = new RebalanceQueue(link, () => fetcher.isPolling || this.#state === 'closing');
  }

  get metadata(): GroupMetadata {
    const { groupId, instanceId } = this.options;
    return { groupId, memberId: this.#memberId, generation: this.#generation, instanceId };
  }

  /** It knows that its partitions belong to others, and has not been given any since. */
  get isLost(): boolean {
    return this.#isLost;
  }

  subscribe(topics: readonly string[], onRebalance: (event: RebalanceEvent) => void): void {
    this.#topics = [...topics];
    this.#events.handTo(onRebalance);
    this.#polledAtMs = this.link.clock.monotonic();
    if (this.#state !== 'idle') return;
    this.#beat();
    this.#join();
  }

  /** A poll has begun. */
  polled(): void {
    this.#polledAtMs = this.link.clock.monotonic();
    if (this.#state === 'rejoin-on-poll' && this.#events.isEmpty) this.#join();
    this.#events.next();
  }

  async close(): Promise<void> {
    if (this.#state === 'idle') return;
    const wasMember = this.#state !== 'fenced' && this.#memberId !== '';
    this.#state = 'closing';
    this.#epoch += 1;
    await new Promise<void>((resolve) => {
      this.#revoke(false, () => this.#owned, resolve);
    });
    if (wasMember && this.options.instanceId === null) {
      const { groupId } = this.options;
      const memberId = this.#memberId;
      await this.link.call('leave', () => this.link.broker.group(groupId).leave(memberId)).catch(ignore);
    }
    this.#state = 'closed';
  }

  #join(): void {
    this.#state = 'joining';
    const epoch = ++this.#epoch;
    const { groupId, instanceId, sessionTimeoutMs, maxPollIntervalMs, assignor } = this.options;
    const request = {
      memberId: this.#memberId,
      instanceId,
      topics: this.#topics,
      owned: this.#owned,
      sessionTimeoutMs,
      rebalanceTimeoutMs: maxPollIntervalMs,
      assignor,
    };
    const arrive = (): Promise<JoinAnswer> => this.link.broker.group(groupId).join(request);
    this.link.call('join', arrive, maxPollIntervalMs + 10_000).then(
      (answer) => epoch === this.#epoch && this.#joined(answer),
      (error: unknown) => epoch === this.#epoch && this.#refused(error),
    );
  }

  #joined({ memberId, generation, assigned }: JoinAnswer): void {
    this.#state = 'joined';
    this.#memberId = memberId;
    this.#generation = generation;
    this.#heardAtMs = this.link.clock.monotonic();
    const revoked = without(this.#owned, assigned);
    const added = without(assigned, this.#owned);
    const epoch = this.#epoch;
    if (revoked.length === 0) return this.#assign(added);
    this.#revoke(false, () => revoked);
    // What is given up goes to others only after this member has joined once more.
    this.#assign(added, () => epoch === this.#epoch && this.#join());
  }

  #assign(added: readonly TopicPartition[], then?: () => void): void {
    this.#events.push({
      kind: 'assign',
      isLost: false,
      partitions: () => added,
      answered: (partitions) => {
        this.#isLost = false;
        this.#owned = [...this.#owned, ...partitions];
        this.fetcher.add(partitions.map((of) => ({ of, at: 'beginning', isPaused: true })));
        then?.();
      },
    });
  }

  #revoke(isLost: boolean, which: () => readonly TopicPartition[], then?: () => void): void {
    if (isLost) this.#isLost = true;
    const answered = (partitions: readonly TopicPartition[]): void => {
      this.#owned = without(this.#owned, partitions);
      this.fetcher.remove(partitions);
      then?.();
    };
    if (this.#events.isEmpty && which().length === 0) answered([]);
    else this.#events.push({ kind: 'revoke', isLost, partitions: which, answered });
  }

  /** Heartbeats for as long as it lives; each looks first whether the session or the poll interval is over. */
  #beat(): void {
    if (this.#state === 'closed' || this.#state === 'fenced') return;
    this.link.clock.after(this.options.heartbeatIntervalMs, () => this.#beat());
    if (this.#state !== 'joined') return;
    const nowMs = this.link.clock.monotonic();
    if (this.fetcher.isPolling) this.#polledAtMs = nowMs;
    if (nowMs - this.#polledAtMs > this.options.maxPollIntervalMs) return this.#exceededMaxPoll();
    if (nowMs - this.#heardAtMs > this.options.sessionTimeoutMs) {
      this.#memberId = '';
      return this.#lose();
    }
    const epoch = this.#epoch;
    const { metadata } = this;
    const arrive = (): void => this.link.broker.group(metadata.groupId).heartbeat(metadata);
    this.link.call('heartbeat', arrive, this.options.sessionTimeoutMs).then(
      () => {
        if (epoch === this.#epoch) this.#heardAtMs = this.link.clock.monotonic();
      },
      (error: unknown) => {
        if (epoch === this.#epoch && this.#state === 'joined') this.#refused(error);
      },
    );
  }

  #refused(error: unknown): void {
    if (isBrokerError(error, 'fenced-instance')) return this.#fenced();
    if (isBrokerError(error, 'unknown-member')) {
      this.#memberId = '';
      return this.#lose();
    }
    if (isBrokerError(error, 'illegal-generation')) {
      this.#generation = -1;
      return this.#lose();
    }
    if (isBrokerError(error, 'rebalance-in-progress')) {
      this.#heardAtMs = this.link.clock.monotonic();
      // While the engine has an event to answer, the group waits for it.
      if (this.#events.isEmpty) this.#rejoin();
      return;
    }
    if (this.#state === 'joining')
      this.link.later([50, 500], () => this.#state === 'joining' && this.#join());
  }

  #rejoin(): void {
    if (this.options.assignor === 'cooperative' || this.#owned.length === 0) return this.#join();
    const epoch = ++this.#epoch;
    this.#revoke(
      false,
      () => this.#owned,
      () => epoch === this.#epoch && this.#join(),
    );
  }

  #lose(): void {
    const epoch = ++this.#epoch;
    this.#state = 'joining';
    this.#revoke(
      true,
      () => this.#owned,
      () => epoch === this.#epoch && this.#join(),
    );
  }

  #exceededMaxPoll(): void {
    const memberId = this.#memberId;
    if (this.options.instanceId === null) {
      this.link
        .call('leave', () => this.link.broker.group(this.options.groupId).leave(memberId))
        .catch(ignore);
    }
    this.#memberId = '';
    this.#epoch += 1;
    this.#state = 'rejoin-on-poll';
    this.fetcher.fail(new KafkaError('retriable', MAX_POLL_EXCEEDED, `${memberId}: poll interval exceeded`));
    this.#revoke(
      true,
      () => this.#owned,
      () => this.#state === 'rejoin-on-poll' && this.#join(),
    );
  }

  /** Another process joined with the same instance id: this consumer is of no use any more. */
  #fenced(): void {
    this.#epoch += 1;
    this.#state = 'fenced';
    this.fetcher.fail(brokerError('fenced-instance', this.#memberId));
    this.#revoke(true, () => this.#owned);
  }
}

const without = (
  all: readonly TopicPartition[],
  those: readonly TopicPartition[],
): readonly TopicPartition[] => {
  const names = new Set(those.map(partitionName));
  return all.filter((of) => !names.has(partitionName(of)));
};

const ignore = (): void => undefined;

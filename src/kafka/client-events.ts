/**
 * What a client says about itself outside any call: errors, logs, statistics. Pure: text and JSON in,
 * typed events out. Error events have code −1, so they are classed by librdkafka's text.
 * Four facts exist in librdkafka's log only, and the engine needs them: that the assignment is lost, that
 * a partition has stopped for want of a position, why a transaction failed, why a client did. Their wording
 * is that of librdkafka 2.12; the broker tests fail when it changes.
 */
import { FATAL, codeOfText } from './error-codes.js';
import { commitOffset, partition } from '../record/units.js';
import type { TopicPartition, TopicPartitionOffset } from '../ports/topic-partition.js';

export type ClientRole = 'source' | 'log' | 'admin' | 'transactional' | 'acknowledged';

export const CLIENT_EVENT_KINDS = [
  'brokers-down',
  'broker-lost',
  'name-not-resolved',
  'credentials-refused',
  'tls-refused',
  'fatal',
  'poll-too-late',
  'assignment-lost',
  'answer-refused',
  'not-closed',
  'other',
] as const;
export type ClientEventKind = (typeof CLIENT_EVENT_KINDS)[number];

export interface ClientEvent {
  readonly client: ClientRole;
  readonly kind: ClientEventKind;
  /** −1: librdkafka's text has no code. */
  readonly code: number;
  readonly message: string;
}

const KINDS: Readonly<Record<number, ClientEventKind>> = {
  [-195]: 'broker-lost',
  [-193]: 'name-not-resolved',
  [-187]: 'brokers-down',
  [-181]: 'tls-refused',
  [-169]: 'credentials-refused',
  [FATAL]: 'fatal',
  [-147]: 'poll-too-late',
  [-144]: 'fatal',
  58: 'credentials-refused',
};

export const errorEvent = (client: ClientRole, text: string): ClientEvent => {
  const code = codeOfText(text) ?? -1;
  return { client, kind: KINDS[code] ?? 'other', code, message: text };
};

/** A line of librdkafka's log, as node-rdkafka's `event.log` gives it. */
export interface LogLine {
  readonly severity: number;
  readonly fac: string;
  readonly message: string;
}

/** What a line means to the adapters; null for the many that mean nothing. */
export type LogMeaning =
  | { readonly kind: 'lost' }
  | { readonly kind: 'not-lost' }
  | { readonly kind: 'stopped'; readonly at: TopicPartitionOffset; readonly reason: string }
  | { readonly kind: 'fatal'; readonly reason: string }
  /** A delivery of the transaction failed: it can only be aborted. */
  | {
      readonly kind: 'transaction-failed';
      readonly code: number;
      readonly reason: string;
      readonly refusedRecord: boolean;
    }
  /** A connection that failed: the reason behind a time-out. */
  | { readonly kind: 'connection'; readonly reason: string }
  | null;

const FAILURE = / failed: ((?:Broker|Local): [^(]+?)(?: \(|$)/;
const THREAD = /^\[thrd:[^\]]*\]: /;
const STOPPED = /^(.+) \[(\d+)\]: offset reset \(at offset (-?\d+|[A-Z]+).*\) to offset INVALID.*?\): (.*)$/;

export const meaningOfLog = (line: LogLine): LogMeaning => {
  const text = line.message.replace(THREAD, '');
  switch (line.fac) {
    case 'LOST':
      return { kind: text.includes('no longer considered lost') ? 'not-lost' : 'lost' };
    case 'FATAL':
      return { kind: 'fatal', reason: text.replace(/^Fatal error: /, '') };
    case 'TXNERR': {
      const code = codeOfText(FAILURE.exec(text)?.[1] ?? '') ?? -1;
      const refusedRecord = text.includes('ProduceRequest');
      return { kind: 'transaction-failed', code, reason: text, refusedRecord };
    }
    case 'FAIL':
    case 'ERROR':
      return { kind: 'connection', reason: text.replace(/ \(after \d+ms in state .*\)$/, '') };
    case 'OFFSET': {
      const [, topic, number, at, reason] = STOPPED.exec(text) ?? [];
      if (topic === undefined || reason === undefined) return null;
      const position = { topic, partition: partition(Number(number)), offset: commitOffset(Number(at)) };
      return { kind: 'stopped', at: position, reason };
    }
    default:
      return null;
  }
};

/** What is worth a metric in librdkafka's statistics. */
export interface ClientStatistics {
  readonly client: ClientRole;
  /** Tells one client of a role from the one that takes its place: its sums start anew. */
  readonly instance: string;
  readonly brokers: readonly {
    readonly name: string;
    readonly up: boolean;
    /** It is needed, and there is no connection. */
    readonly isLost: boolean;
    /** Mean of the last seconds; null: no request was answered in them. */
    readonly rttMs: number | null;
  }[];
  /** Of a consumer: the partitions that are assigned to it. */
  readonly partitions: readonly (TopicPartition & {
    /** Records behind the last stable offset; null while it is not known. */
    readonly lag: number | null;
    /** Up to where there is something to hand out, as the last fetch told it; null: nothing, as far as is known. */
    readonly readable: number | null;
    /** End of the log as the last fetch told it, with what may not be read yet; null before the first. */
    readonly end: number | null;
    readonly fetchState: string;
  })[];
  /** Of the group's member: it has joined and nothing is being rebalanced, if only with no partition. */
  readonly isSteadyMember: boolean;
  /** Of a producer: records and bytes that wait or are under way; of a consumer: that were fetched and not read. */
  readonly queuedRecords: number;
  readonly queuedBytes: number;
  /** Since the client was made. */
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

interface RawBroker {
  readonly name: string;
  readonly nodeid: number;
  readonly state: string;
  readonly source: string;
  /** Microseconds, of the last interval. */
  readonly rtt?: { readonly avg: number; readonly cnt: number };
}

interface RawStatistics {
  readonly name?: string;
  readonly cgrp?: { readonly join_state: string };
  readonly type?: string;
  readonly msg_cnt?: number;
  readonly msg_size?: number;
  readonly tx_bytes?: number;
  readonly rx_bytes?: number;
  readonly brokers?: Readonly<Record<string, RawBroker>>;
  readonly topics?: Readonly<Record<string, { readonly topic: string; readonly partitions: RawPartitions }>>;
}

type RawPartitions = Readonly<Record<string, RawPartition>>;

interface RawPartition {
  readonly partition: number;
  readonly desired: boolean;
  readonly fetch_state: string;
  readonly consumer_lag_stored: number;
  readonly hi_offset?: number;
  readonly ls_offset?: number;
  /** Where the end was reached last. */
  readonly eof_offset?: number;
  /** Records that wait to be handed out, and their bytes. */
  readonly fetchq_cnt?: number;
  readonly fetchq_size?: number;
}

/** Negative numbers are librdkafka's words for "not known". */
const known = (offset: number | undefined): number | null =>
  offset === undefined || offset < 0 ? null : offset;

/** An end that was reached has only what is no record before it: such as the marks of transactions. */
const readableOf = ({ eof_offset, fetchq_cnt, ls_offset }: RawPartition): number | null => {
  const end = known(ls_offset);
  const isReached = end !== null && (known(eof_offset) ?? -1) >= end && (fetchq_cnt ?? 0) === 0;
  return isReached ? null : end;
};

/** Connected, or not needed: librdkafka connects to a broker when it has something to ask of it. */
const REACHED: readonly string[] = ['UP', 'INIT'];

const rttOf = ({ rtt }: RawBroker): number | null =>
  rtt === undefined || rtt.cnt === 0 ? null : rtt.avg / 1000;

/** Of a consumer: what was fetched and not read, all partitions together. */
const fetchedOf = (raw: RawStatistics): { readonly records: number; readonly bytes: number } => {
  let [records, bytes] = [0, 0];
  for (const { partitions } of Object.values(raw.topics ?? {})) {
    for (const { fetchq_cnt = 0, fetchq_size = 0 } of Object.values(partitions)) {
      records += fetchq_cnt;
      bytes += fetchq_size;
    }
  }
  return { records, bytes };
};

/** `consumer_lag` is −1 under transactions: `consumer_lag_stored` is the one that is kept. */
export const parseStatistics = (client: ClientRole, json: string): ClientStatistics => {
  const raw = JSON.parse(json) as RawStatistics;
  const brokers = Object.values(raw.brokers ?? {})
    .filter((broker) => broker.source !== 'logical' && broker.nodeid >= 0)
    .map((broker) => ({
      name: broker.name,
      up: broker.state === 'UP',
      isLost: !REACHED.includes(broker.state),
      rttMs: rttOf(broker),
    }));
  const partitions =
    raw.type !== 'consumer'
      ? []
      : Object.values(raw.topics ?? {}).flatMap(({ topic, partitions: all }) =>
          Object.values(all)
            .filter((one) => one.partition >= 0 && one.desired)
            .map((one) => ({
              topic,
              partition: partition(one.partition),
              lag: one.consumer_lag_stored < 0 ? null : one.consumer_lag_stored,
              readable: readableOf(one),
              end: known(one.hi_offset),
              fetchState: one.fetch_state,
            })),
        );
  const fetched = raw.type === 'consumer' ? fetchedOf(raw) : { records: 0, bytes: 0 };
  return {
    client,
    instance: raw.name ?? '',
    brokers,
    partitions,
    isSteadyMember: raw.cgrp?.join_state === 'steady',
    queuedRecords: (raw.msg_cnt ?? 0) + fetched.records,
    queuedBytes: (raw.msg_size ?? 0) + fetched.bytes,
    sentBytes: raw.tx_bytes ?? 0,
    receivedBytes: raw.rx_bytes ?? 0,
  };
};

/**
 * Whatever node-rdkafka throws or calls back with, as a KafkaError: the class by operation, code and
 * flags, the message with what failed, where, why and what now. A stack would show native callbacks
 * only, so there is none. Never guesses from a message what a code can tell.
 */
import { KafkaError, isKafkaError, type KafkaErrorClass } from '../ports/kafka-error.js';
import { STATE, TIMED_OUT, codeOfText, meaningOf, textOf, type CodeMeaning } from './error-codes.js';

/** What was tried, as messages say it. */
export const OPERATIONS = {
  connect: 'Connecting',
  configure: 'Configuring the client',
  poll: 'Reading',
  assign: 'Assigning partitions',
  seek: 'Setting the position',
  committed: 'Reading committed offsets',
  commitOffsets: 'Committing offsets',
  produce: 'Producing a record',
  send: 'Sending records',
  initTransactions: 'Initialising transactions',
  begin: 'Beginning a transaction',
  flush: 'Flushing a transaction',
  sendOffsets: 'Adding offsets to the transaction',
  commit: 'Committing the transaction',
  abort: 'Aborting the transaction',
  metadata: 'Reading metadata',
  watermarks: "Reading a log's ends",
  createTopic: 'Creating a topic',
  createPartitions: 'Adding partitions',
} satisfies Record<string, string>;

export type Operation = keyof typeof OPERATIONS;

const WHAT_NOW: Record<KafkaErrorClass, string> = {
  retriable: 'It may be repeated as it is.',
  abortable: 'Abort the transaction; the same effects may be sent again.',
  fenced: 'This client is over; a new one is needed.',
  fatal: 'This client is over; a new one is needed.',
  unusable: 'Repeating it will not help.',
};

/** The fence of KIP-447: the group has gone on without this member, the producer is still good. */
const FENCED_MEMBER: CodeMeaning = ['abortable', 'the group has gone on without this member'];

/** Where a code means something else than in the table. */
const BY_OPERATION: { readonly [O in Operation]?: Readonly<Record<number, CodeMeaning>> } = {
  sendOffsets: {
    22: FENCED_MEMBER,
    25: FENCED_MEMBER,
    82: FENCED_MEMBER,
    110: FENCED_MEMBER,
    113: FENCED_MEMBER,
  },
  // librdkafka refuses records in this way once a delivery of the transaction has failed.
  produce: { [STATE]: ['abortable', 'the transaction cannot take records any more'] },
  seek: { [STATE]: ['retriable', 'the partition is not assigned, or not yet'] },
  flush: { [TIMED_OUT]: ['abortable', 'records were not acknowledged in time'] },
};

/** librdkafka's error as node-rdkafka gives it: a LibrdKafkaError, a plain object, an Error. */
interface ClientError {
  readonly message?: string;
  readonly code?: number;
  readonly isFatal?: boolean;
  readonly isTxnRequiresAbort?: boolean;
  readonly isRetriable?: boolean;
}

export const toKafkaError = (operation: Operation, where: string, thrown: unknown): KafkaError => {
  if (isKafkaError(thrown)) return thrown;
  const error: ClientError =
    typeof thrown === 'object' && thrown !== null ? thrown : { message: String(thrown) };
  const code = codeOf(error);
  const [kind, reason] = classify(operation, code, error);
  const permanent = kind === 'abortable' && meaningOf(code)?.[0] === 'unusable';
  return makeKafkaError(operation, where, kind, code, `${why(code, error)}: ${reason}`, thrown, permanent);
};

/** For what the adapter finds out by itself. */
export const makeKafkaError = (
  operation: Operation,
  where: string,
  kind: KafkaErrorClass,
  code: number,
  why: string,
  cause?: unknown,
  /** A record of the transaction will be refused again. */
  permanent = false,
): KafkaError => {
  const message = `${OPERATIONS[operation]} (${where}) failed: ${why}. ${WHAT_NOW[kind]}`;
  const error = new KafkaError(kind, code, message, { permanent, ...(cause === undefined ? {} : { cause }) });
  dropStack(error);
  if (cause instanceof Error) dropStack(cause);
  return error;
};

/**
 * The operation's own table first. Then −172 ("wrong state") before any flag: node-rdkafka answers it
 * for a client that is not connected, with flags that were never set (src/errors.h, `Baton`).
 * Fencing codes come before `isFatal`, which they carry too.
 */
const classify = (operation: Operation, code: number, error: ClientError): CodeMeaning => {
  const own = BY_OPERATION[operation]?.[code];
  if (own !== undefined) return own;
  if (code === STATE) return ['fatal', 'the client is not connected, or not in a state for it'];
  const known = meaningOf(code);
  if (known?.[0] === 'fenced') return known;
  if (error.isFatal === true) return ['fatal', known?.[1] ?? 'librdkafka gave up'];
  if (error.isTxnRequiresAbort === true) return ['abortable', known?.[1] ?? 'the transaction failed'];
  if (known !== undefined) return known;
  return ['retriable', error.isRetriable === true ? 'it passes' : 'nothing more is known'];
};

const codeOf = (error: ClientError): number => {
  const code = error.code ?? -1;
  return code === -1 ? (codeOfText(error.message ?? '') ?? -1) : code;
};

const why = (code: number, error: ClientError): string => {
  const text = error.code === undefined || error.code === -1 || !error.message ? textOf(code) : error.message;
  return code === -1 ? (error.message ?? 'unknown error') : `${text} (code ${code})`;
};

const dropStack = (error: Error): void => {
  error.stack = `${error.name}: ${error.message}`;
};

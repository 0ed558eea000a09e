/**
 * The log: pino, one JSON object per line; readable text when it goes to a terminal.
 *
 * Policy (levels, messages: docs/logging.md): a log line names a record by its place (`topic-partition@offset`) and says what happened to
 * it. Keys, values and header values of records, and answers of the directory, are never logged: they
 * are personal data. Redaction by field name (below) is a belt for whoever forgets, and no licence.
 * Never called per record on the path of records that succeed.
 *
 * Writing is synchronous: the last lines before an exit are the ones that matter.
 */
import { pino } from 'pino';
import type { DestinationStream, Logger as PinoLogger, LoggerOptions } from 'pino';
import { prettyFactory } from 'pino-pretty';
import { errorFields } from './error-fields.js';

export type LogLevel = 'silent' | 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';

/** Fits the port `Logger`; `level` is there to be asked, `flush` for the end. */
export type ServiceLogger = PinoLogger;

export interface LogOptions {
  readonly level: LogLevel;
  /** Readable text in place of JSON: `process.stdout.isTTY === true`. */
  readonly pretty: boolean;
  /** In every line: the group, the instance. */
  readonly base?: Readonly<Record<string, string>>;
  /** Default: standard output. */
  readonly destination?: DestinationStream;
}

/** Field names that hold what must not be logged, at the top and one level down. */
export const PERSONAL_FIELDS = [
  'key',
  'value',
  'payload',
  'headers',
  'body',
  'email',
  'userId',
  'ipAddress',
  'userAgent',
  'actor',
  'password',
  'saslPassword',
  'sslKey',
] as const;

const REDACTED = '[redacted]';

export const createLogger = (options: LogOptions): ServiceLogger => {
  // Asked each time: the level may change (level-signal.ts).
  const serialize = (thrown: unknown): unknown => errorFields(thrown, logger.isLevelEnabled('debug'));
  const settings: LoggerOptions = {
    level: options.level,
    base: { pid: process.pid, ...options.base },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: serialize, error: serialize, cause: serialize, reason: reasonOrError(serialize) },
    redact: {
      paths: PERSONAL_FIELDS.flatMap((field) => [field, `*.${field}`]),
      censor: REDACTED,
    },
  };
  const destination = options.destination ?? pino.destination({ dest: 1, sync: true });
  const logger: ServiceLogger = pino(
    settings,
    options.pretty ? readable(destination, options.destination === undefined) : destination,
  );
  return logger;
};

/** pino-pretty as a function, not as a stream: what is logged is written before the call returns. */
const readable = (destination: DestinationStream, colorize: boolean): DestinationStream => {
  const format = prettyFactory({ ignore: 'pid', translateTime: 'SYS:HH:MM:ss.l', colorize });
  return { write: (line) => destination.write(format(line)) };
};

/** `reason` is usually a word; where it is an error (a rejected promise's), it is shown as one. */
const reasonOrError =
  (serialize: (thrown: unknown) => unknown) =>
  (value: unknown): unknown =>
    value instanceof Error ? serialize(value) : value;

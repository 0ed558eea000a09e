/** Settings of the process: its life, its HTTP server, what it tells about itself. */
import { integer, oneOf, text } from './kind.js';
import { setting } from './setting.js';

/** Of programs that publish events: `audit-lanes publish`. The service's own producers have other needs. */
export const PUBLISHER = {
  retries: setting(
    'PUBLISHER_RETRIES',
    integer(1, 1_000_000),
    '3',
    'How often `audit-lanes publish` sends a request again that failed.',
  ),
  batchSizeBytes: setting(
    'PUBLISHER_BATCH_SIZE',
    integer(1, 100_000_000, 'bytes'),
    '16384',
    'Largest batch of one partition that `audit-lanes publish` sends.',
  ),
  maxQueued: setting(
    'PUBLISHER_MAX_QUEUED',
    integer(1, 10_000_000),
    '10000',
    'Events of `audit-lanes publish` that wait for their acknowledgement; at this number it waits for room.',
  ),
} as const;

export const SERVICE = {
  processes: setting(
    'PROCESSES',
    integer(1, 64),
    '1',
    'Stream processes in this container, each with its own event loop; see docs/processes.md.',
  ),
  startTimeoutMs: setting(
    'START_TIMEOUT_MS',
    integer(1, 3_600_000, 'milliseconds'),
    '60000',
    'Brokers and topics must be usable within this time.',
  ),
  drainTimeoutMs: setting(
    'DRAIN_TIMEOUT_MS',
    integer(0, 600_000, 'milliseconds'),
    '15000',
    'How long a stop or a rebalance waits for running records.',
  ),
  stallLimitMs: setting(
    'STALL_LIMIT_MS',
    integer(10_000, 3_600_000, 'milliseconds'),
    '120000',
    'A partition that has work and makes no progress for longer makes the process not live.',
  ),
} as const;

export const HTTP = {
  host: setting(
    'HTTP_HOST',
    text('a host name or an address', /^[a-zA-Z0-9.:_%-]+$/),
    '0.0.0.0',
    'Address to listen on.',
  ),
  port: setting(
    'HTTP_PORT',
    integer(0, 65_535, '', '0: any free port'),
    '8080',
    'Port of probes and metrics.',
  ),
} as const;

export const LOG = {
  level: setting(
    'LOG_LEVEL',
    oneOf(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace']),
    'info',
    'Least severity that is logged.',
  ),
} as const;

export const METRICS = {
  prefix: setting(
    'METRICS_PREFIX',
    text('letters, digits and _, not a digit first, at most 64', /^[a-zA-Z_][a-zA-Z0-9_]{0,63}$/),
    'audit',
    'First part of the names of metrics.',
  ),
} as const;

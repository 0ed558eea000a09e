/**
 * What the supervisor and its stream processes say to each other over the channel between them. Data only; it is
 * structured-cloned on its way (`serialization: 'advanced'`). Never keys or values of records.
 */
import type { Settings } from '../../../config/schema.js';
import type { Health, StreamsState } from '../../observability/health.js';
import type { ProcessMetrics } from '../../observability/combined-metrics.js';
import type { ServiceStatus } from '../service-status.js';

export type ToChild =
  /** The first, once. One set of settings for all, also for one that is started again after a file has changed. */
  | {
      readonly kind: 'start';
      readonly process: number;
      readonly settings: Settings;
      readonly version: string;
    }
  | { readonly kind: 'stop' }
  /** Answered with the same `id`. */
  | { readonly kind: 'ask'; readonly id: number; readonly what: 'metrics' | 'status' }
  /** To be taken as if the process had been sent it. */
  | { readonly kind: 'signal'; readonly signal: NodeJS.Signals };

export interface Report {
  readonly state: StreamsState;
  readonly health: Health;
}

export interface Answers {
  readonly metrics: ProcessMetrics;
  readonly status: ServiceStatus;
}

export type FromChild =
  /** Every REPORT_EVERY_MS while the event loop turns. */
  | ({ readonly kind: 'report' } & Report)
  | { readonly kind: 'metrics'; readonly id: number; readonly answer: ProcessMetrics }
  | { readonly kind: 'status'; readonly id: number; readonly answer: ServiceStatus }
  /** The last values before it ends. */
  | { readonly kind: 'last'; readonly answer: ProcessMetrics };

export const REPORT_EVERY_MS = 250;

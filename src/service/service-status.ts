/** What `/status` answers, of one process: what the streams and the page show, and what stands. Never keys or values. */
import type { PageStatus } from '../observability/page/browser/status-data.js';
import type { Stall } from '../observability/progress-watch.js';
import type { StreamsStatus } from '../streams-status.js';

export interface ServiceStatus extends StreamsStatus, Omit<PageStatus, keyof StreamsStatus> {
  /** Those that stand for longest first. */
  readonly stalls: readonly Stall[];
}

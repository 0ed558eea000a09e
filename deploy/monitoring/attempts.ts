/**
 * Attempts and those that failed, a second, from three counters that differ in their labels, so that `or` keeps all. A dead
 * letter that nobody attempted is neither, and one that was is counted as its failure only: so their ratio is 0 to 1. Pure.
 */
import { REASONS_WITHOUT_ATTEMPT } from '../../src/observability/metric-table.js';
import { rate, type Metrics } from './promql.js';

interface OfTopic {
  readonly topic?: string;
}

export const failuresOf = (metric: Metrics, window: string, of: OfTopic = {}): string => {
  const reason = `!~${REASONS_WITHOUT_ATTEMPT.join('|')}`;
  const retries = rate(metric.of('retry_count_total', of), window);
  return `${retries} or ${rate(metric.of('dlq_count_total', { ...of, reason }), window)}`;
};

export const attemptsOf = (metric: Metrics, window: string, of: OfTopic = {}): string => {
  const succeeded = rate(metric.of('message_count_total', { ...of, outcome: '!=dead-letter' }), window);
  return `${succeeded} or ${failuresOf(metric, window, of)}`;
};

import { expect } from 'chai';
import { combineMetrics } from '../../../src/observability/combined-metrics.js';
import type { MetricValues, ProcessMetrics } from '../../../src/observability/combined-metrics.js';
import { createMetrics } from '../../../src/observability/metrics.js';
import type { Metrics } from '../../../src/observability/metrics.js';

const create = (version = '1.2.3', processMetrics = false): Metrics =>
  createMetrics({ prefix: 'audit', processMetrics, build: { version, client: '2.12.0', features: [] } });

/** As it comes from another process. */
const sent = (values: ProcessMetrics): ProcessMetrics => JSON.parse(JSON.stringify(values)) as ProcessMetrics;

const combined = async (...metrics: readonly Metrics[]): Promise<readonly string[]> => {
  const parts = await Promise.all(metrics.map((each) => each.values()));
  return (await combineMetrics(parts.map(sent))).split('\n');
};

const gauge = (aggregator: MetricValues['aggregator'], value: number, task = '0_0'): MetricValues => ({
  name: `audit_${aggregator}`,
  help: 'A gauge.',
  type: 'gauge',
  aggregator,
  values: [{ value, labels: { task } }],
});

describe('combined metrics', () => {
  it('adds counters, and the buckets, sums and counts of histograms', async () => {
    const [one, other] = [create(), create()];
    one.telemetry.messages('user.events', 'user.auth', 'processed', 5);
    other.telemetry.messages('user.events', 'user.auth', 'processed', 2);
    other.telemetry.messages('user.events', 'user.updated', 'dropped', 1);
    one.telemetry.commit('committed', 40);
    other.telemetry.commit('committed', 600);
    expect(await combined(one, other)).to.include.members([
      'audit_message_count_total{topic="user.events",type="user.auth",outcome="processed"} 7',
      'audit_message_count_total{topic="user.events",type="user.updated",outcome="dropped"} 1',
      'audit_commits_total{outcome="committed"} 2',
      'audit_commits_total{outcome="fatal"} 0',
      'audit_commit_duration_seconds_bucket{le="0.025"} 0',
      'audit_commit_duration_seconds_bucket{le="0.05"} 1',
      'audit_commit_duration_seconds_bucket{le="1"} 2',
      'audit_commit_duration_seconds_bucket{le="+Inf"} 2',
      'audit_commit_duration_seconds_sum 0.64',
      'audit_commit_duration_seconds_count 2',
    ]);
  });

  it('holds what each metric says of several: max, min, first, else the sum', async () => {
    const part = (value: number): ProcessMetrics => [
      gauge('max', value),
      gauge('min', value),
      gauge('first', value),
      gauge('sum', value),
    ];
    expect((await combineMetrics([part(3), part(1), part(7)])).split('\n')).to.include.members([
      'audit_max{task="0_0"} 7',
      'audit_min{task="0_0"} 1',
      'audit_first{task="0_0"} 3',
      'audit_sum{task="0_0"} 11',
    ]);
  });

  it('takes how from the table', async () => {
    const values = await create().values();
    const aggregatorOf = (name: string): string | undefined =>
      values.find((metric) => metric.name === `audit_${name}`)?.aggregator;
    expect(aggregatorOf('build_info')).to.equal('first');
    expect(aggregatorOf('breaker_open')).to.equal('max');
    // A partition that moves can be in two processes for a moment: it has one lag.
    expect(aggregatorOf('partition_lag')).to.equal('max');
    expect(aggregatorOf('restore_progress_ratio')).to.equal('min');
    expect(aggregatorOf('message_count_total')).to.equal('sum');
    expect(await combined(create(), create())).to.include(
      'audit_build_info{version="1.2.3",client="2.12.0",features=""} 1',
    );
  });

  it('shows the slowest event loop: the mean of quantiles is no quantile', async () => {
    const values = await create('1.2.3', true).values();
    const quantiles = values.filter(({ name }) =>
      /^nodejs_eventloop_lag_(p\d+_|mean_|stddev_)?seconds$/.test(name),
    );
    expect(quantiles.map(({ aggregator }) => aggregator)).to.deep.equal(new Array(6).fill('max'));
  });

  it('shows the series of both where each has its own', async () => {
    const text = await combineMetrics([[gauge('sum', 4, '0_0')], [gauge('sum', 5, '0_1')]]);
    expect(text.split('\n')).to.include.members(['audit_sum{task="0_0"} 4', 'audit_sum{task="0_1"} 5']);
  });

  it('is the same as the text of one process when there is one', async () => {
    const metrics = create();
    metrics.telemetry.commit('committed', 40);
    const lines = (text: string): readonly string[] => text.split('\n').sort();
    expect(lines((await combined(metrics)).join('\n'))).to.deep.equal(lines(await metrics.render()));
  });

  it("adds the memory and the time of Node's processes, and is plain data with numbers only", async () => {
    const values = await create('1', true).values();
    const memory = values.filter(({ name }) => name === 'process_resident_memory_bytes');
    expect(sent(values)).to.deep.equal(values);
    expect(structuredClone(values)).to.deep.equal(values);
    for (const { values: samples } of values)
      for (const { value } of samples) expect(value).to.satisfy(Number.isFinite);
    const text = await combineMetrics([memory, memory]);
    const one = memory[0]?.values[0]?.value ?? 0;
    expect(text.split('\n')).to.include(`process_resident_memory_bytes ${2 * one}`);
  });
});

import { expect } from 'chai';
import type { GaugeSnapshot } from '../../../src/observability/gauges.js';
import { METRICS } from '../../../src/observability/metric-table.js';
import { createMetrics } from '../../../src/observability/metrics.js';
import type { Metrics } from '../../../src/observability/metrics.js';

const create = (prefix = 'audit', processMetrics = false): Metrics =>
  createMetrics({
    prefix,
    processMetrics,
    build: { version: '1.2.3', client: '2.12.0', features: ['gzip', 'ssl'] },
  });

const SNAPSHOT: GaugeSnapshot = {
  state: 'RUNNING',
  tasks: { running: 2, restoring: 1 },
  uncommittedRecords: 7,
  pausedPartitions: 1,
  refusedPartitions: 2,
  breakerOpen: true,
  lanes: { retrying: 4, parked: 1, followers: 30, bytes: 5000, held: 3, oldestHeadAgeMs: 90_500 },
  stores: [{ store: 'counts', entries: 12, bytes: 300 }],
  restoring: [{ task: '0_2', done: 25, total: 100 }],
  lag: [
    { topic: 'user.events', partition: 0, records: 3 },
    { topic: 'user.events', partition: 1, records: 0 },
  ],
};

const lines = async (metrics: Metrics): Promise<readonly string[]> => (await metrics.render()).split('\n');

describe('metrics', () => {
  it('has every metric of the table under its prefix, with type and help', async () => {
    const metrics = create('mine');
    metrics.watch(() => SNAPSHOT);
    const text = await lines(metrics);
    for (const [name, { type, help }] of Object.entries(METRICS)) {
      expect(text).to.include(`# TYPE mine_${name} ${type}`);
      expect(text).to.include(`# HELP mine_${name} ${help}`);
    }
  });

  it('counts what it is told', async () => {
    const metrics = create();
    const { telemetry } = metrics;
    telemetry.messages('user.events', 'user.auth', 'processed', 5);
    telemetry.messages('user.events', 'user.auth', 'processed', 2);
    telemetry.messages('user.events', 'unknown', 'dead-letter', 1);
    telemetry.deadLetters('user.events', 'null-value', 1);
    telemetry.retries('user.events', 'immediate', 'attempt-timeout', 3);
    telemetry.patience('user.events', 2);
    telemetry.staleRetries('G.user.events.retry.5s', 4);
    telemetry.commands('redrive', 'refused', 1);
    telemetry.commit('committed', 40);
    telemetry.rebalance('assign', 3);
    telemetry.latency('user.events', 700);
    expect(await lines(metrics)).to.include.members([
      'audit_message_count_total{topic="user.events",type="user.auth",outcome="processed"} 7',
      'audit_message_count_total{topic="user.events",type="unknown",outcome="dead-letter"} 1',
      'audit_dlq_count_total{topic="user.events",reason="null-value"} 1',
      'audit_retry_count_total{topic="user.events",tier="immediate",reason="attempt-timeout"} 3',
      'audit_emission_patience_total{topic="user.events"} 2',
      'audit_stale_retries_total{topic="G.user.events.retry.5s"} 4',
      'audit_commands_total{command="redrive",outcome="refused"} 1',
      'audit_commits_total{outcome="committed"} 1',
      'audit_commit_duration_seconds_bucket{le="0.025"} 0',
      'audit_commit_duration_seconds_bucket{le="0.05"} 1',
      'audit_rebalances_total{kind="assign"} 1',
      'audit_rebalanced_partitions_total{kind="assign"} 3',
      'audit_latency_seconds_sum{topic="user.events",stage="read-to-commit"} 0.7',
    ]);
  });

  it('shows outcomes that have not happened yet as 0, so that the first one is a change', async () => {
    expect(await lines(create())).to.include.members([
      'audit_commits_total{outcome="aborted"} 0',
      'audit_rebalances_total{kind="lost"} 0',
      'audit_commands_total{command="release",outcome="ignored"} 0',
    ]);
  });

  it('shows lanes, breaker, refusals and restores as they are', async () => {
    const metrics = create();
    let snapshot = SNAPSHOT;
    metrics.watch(() => snapshot);
    expect(await lines(metrics)).to.include.members([
      'audit_lanes{status="retrying"} 4',
      'audit_lanes{status="parked"} 1',
      'audit_lane_followers 30',
      'audit_lane_bytes 5000',
      'audit_lane_oldest_head_age_seconds 90.5',
      'audit_held_retries 3',
      'audit_breaker_open 1',
      'audit_refused_partitions 2',
      'audit_restore_progress_ratio{task="0_2"} 0.25',
    ]);
    snapshot = { ...SNAPSHOT, breakerOpen: false, restoring: [] };
    const after = await lines(metrics);
    expect(after).to.include('audit_breaker_open 0');
    expect(after.filter((line) => line.startsWith('audit_restore_progress_ratio{'))).to.deep.equal([]);
  });

  it('counts an empty lane log as replayed, and none as more than replayed', async () => {
    const metrics = create();
    const restoring = [
      { task: '0_0', done: 0, total: 0 },
      { task: '0_1', done: 7, total: 5 },
    ];
    metrics.watch(() => ({ ...SNAPSHOT, restoring }));
    expect(await lines(metrics)).to.include.members([
      'audit_restore_progress_ratio{task="0_0"} 1',
      'audit_restore_progress_ratio{task="0_1"} 1',
    ]);
  });

  it('reads the gauges when it is scraped, and drops the series of what is gone', async () => {
    const metrics = create();
    let snapshot = SNAPSHOT;
    let reads = 0;
    metrics.watch(() => {
      reads += 1;
      return snapshot;
    });
    expect(await lines(metrics)).to.include.members([
      'audit_state{state="RUNNING"} 1',
      'audit_state{state="ERROR"} 0',
      'audit_tasks{state="running"} 2',
      'audit_uncommitted_records 7',
      'audit_paused_partitions 1',
      'audit_partition_lag{topic="user.events",partition="0"} 3',
      'audit_partition_lag{topic="user.events",partition="1"} 0',
    ]);
    snapshot = { ...SNAPSHOT, tasks: { running: 1 }, lag: SNAPSHOT.lag.slice(0, 1) };
    const after = (await lines(metrics)).join('\n');
    expect(after).to.include('audit_partition_lag{topic="user.events",partition="0"} 3');
    expect(after).not.to.include('partition="1"').and.not.to.include('restoring');
    expect(reads).to.equal(2);
  });

  it('says what it was built of', async () => {
    expect(await lines(create())).to.include(
      'audit_build_info{version="1.2.3",client="2.12.0",features="gzip,ssl"} 1',
    );
  });

  it('stays bounded when a topology makes up reasons', async () => {
    const metrics = create();
    for (let i = 0; i < 1_000; i++) metrics.telemetry.deadLetters('user.events', `reason ${i}`, 1);
    const series = (await lines(metrics)).filter((line) => line.startsWith('audit_dlq_count_total{'));
    expect(series).to.have.length(101);
    expect(series).to.include('audit_dlq_count_total{topic="user.events",reason="other"} 900');
  });

  it('has the metrics of the process under their usual names, and twice does not clash', async () => {
    const [first, second] = [create('a', true), create('b', true)];
    expect(await first.render()).to.match(/^process_resident_memory_bytes /m);
    expect(await second.render()).to.match(/^nodejs_eventloop_lag_seconds /m);
    expect(first.contentType).to.match(/^text\/plain; version=0\.0\.4/);
  });
});

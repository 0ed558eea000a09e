import { expect } from 'chai';
import fc from 'fast-check';
import type { Metric } from '../../../src/observability/metric-table.js';
import { METRICS } from '../../../src/observability/metric-table.js';
import { createMetrics } from '../../../src/observability/metrics.js';
import type { Metrics } from '../../../src/observability/metrics.js';
import { fullMetrics, fullSnapshot } from '../../support/full-metrics.js';

const create = (prefix = 'audit', processMetrics = false): Metrics =>
  createMetrics({
    prefix,
    processMetrics,
    build: { version: '1.2.3', client: '2.12.0', features: ['gzip', 'ssl'] },
  });

/** However hostile what it is told: 100 topics, 100 types, 500 combinations of a metric, ten clients, and so on. */
const MOST_SERIES = 2500;

const SNAPSHOT = fullSnapshot();

const lines = async (metrics: Metrics): Promise<readonly string[]> => (await metrics.render()).split('\n');

describe('metrics', () => {
  it('has every metric of the table under its prefix, with type and help', async () => {
    const text = await lines(fullMetrics({ prefix: 'mine' }));
    for (const [name, { by, type, help }] of Object.entries<Metric>(METRICS)) {
      // A supervisor tells its own.
      const isHere = by === undefined;
      expect(text.includes(`# TYPE mine_${name} ${type}`), name).to.equal(isHere);
      expect(text.includes(`# HELP mine_${name} ${help}`), name).to.equal(isHere);
      // None is a name alone.
      const hasSeries = text.some((line) => new RegExp(`^mine_${name}(_bucket)?[ {]`).test(line));
      expect(hasSeries, name).to.equal(isHere);
    }
  });

  it('has the labels of the table, and no others', async () => {
    for (const line of await lines(fullMetrics())) {
      const [, name = '', , labels = ''] = /^audit_(.+?)(_bucket|_sum|_count)?\{(.*)\} /.exec(line) ?? [];
      const metric = Object.entries<Metric>(METRICS).find(([known]) => known === name)?.[1];
      if (metric === undefined) continue;
      const names = [...labels.matchAll(/([a-z]+)="/g)].map(([, label]) => label);
      expect(
        names.filter((label) => label !== 'le'),
        line,
      ).to.deep.equal(metric.labels);
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
    telemetry.latency('user.events', 'read-to-commit', 700);
    telemetry.outputs('system.audit', 6);
    telemetry.session();
    telemetry.session();
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
      'audit_output_count_total{topic="system.audit"} 6',
      'audit_sessions_total 2',
    ]);
  });

  it('shows the rates of the last minute: ends of records, and failed attempts', async () => {
    let now = 0;
    const metrics = createMetrics({
      prefix: 'audit',
      processMetrics: false,
      build: { version: '1', client: '2', features: [] },
      nowMs: () => now,
    });
    const { telemetry } = metrics;
    now = 60_000;
    telemetry.messages('user.events', 'user.auth', 'processed', 540);
    telemetry.messages('user.events', 'user.auth', 'dead-letter', 60);
    telemetry.retries('user.events', '5s', 'directory-unavailable', 50);
    telemetry.deadLetters('user.events', 'processing', 10);
    // No attempt led to these.
    telemetry.deadLetters('user.events', 'lane-full', 40);
    telemetry.deadLetters('user.events', 'skipped', 10);
    now = 119_999;
    expect(await lines(metrics)).to.include.members(['audit_message_rate 10', 'audit_error_rate 1']);
    now = 120_000;
    expect(await lines(metrics)).to.include.members(['audit_message_rate 0', 'audit_error_rate 0']);
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
    snapshot = fullSnapshot({ breakerOpen: false, restoring: [] });
    const after = await lines(metrics);
    expect(after).to.include('audit_breaker_open 0');
    expect(after.filter((line) => line.startsWith('audit_restore_progress_ratio{'))).to.deep.equal([]);
  });

  it('counts an empty lane log as replayed, and none as more than replayed', async () => {
    const metrics = create();
    const restoring = [
      { task: '0_0', ageMs: 10, progress: { done: 0, total: 0 } },
      { task: '0_1', ageMs: 2000, progress: { done: 7, total: 5 } },
      { task: '0_2', ageMs: 3000, progress: null },
    ];
    metrics.watch(() => fullSnapshot({ restoring }));
    const text = await lines(metrics);
    expect(text.filter((line) => line.includes('restore_progress_ratio{task="0_2"}'))).to.deep.equal([]);
    expect(text).to.include.members([
      'audit_restore_age_seconds{task="0_1"} 2',
      'audit_restore_age_seconds{task="0_2"} 3',
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
      'audit_max_uncommitted_records 20000',
      'audit_queued_records 4',
      'audit_running_attempts 2',
      'audit_task_queued_records{task="0_0"} 3',
      'audit_task_lane_followers{task="0_1"} 10',
      'audit_oldest_unprocessed_age_seconds{topic="user.events",partition="0"} 2.5',
      'audit_held_partitions{reason="credit"} 1',
      'audit_held_partitions{reason="restoring"} 0',
      'audit_last_poll_age_seconds 0.02',
      'audit_last_commit_age_seconds 0.4',
      'audit_health{probe="live"} 1',
      'audit_health{probe="ready"} 0',
      'audit_failed_checks{probe="ready",check="group:membership"} 1',
      'audit_failed_checks{probe="ready",check="kafka:brokers"} 0',
      'audit_paused_partitions 1',
      'audit_partition_lag{topic="user.events",partition="0"} 3',
      'audit_partition_lag{topic="user.events",partition="1"} 0',
    ]);
    snapshot = fullSnapshot({
      tasks: { running: 1 },
      lag: SNAPSHOT.lag.slice(0, 1),
      oldestUnprocessed: SNAPSHOT.oldestUnprocessed.slice(0, 1),
      perTask: SNAPSHOT.perTask.slice(0, 1),
      lastPollAgeMs: null,
      lastCommitAgeMs: null,
    });
    const after = (await lines(metrics)).join('\n');
    expect(after).to.include('audit_partition_lag{topic="user.events",partition="0"} 3');
    expect(after).not.to.include('partition="1"').and.not.to.include('{state="restoring"}');
    expect(after).not.to.include('task="0_1"');
    expect(after).not.to.match(/^audit_last_(poll|commit)_age_seconds /m);
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

  it('stays bounded and readable whatever it is told', async function () {
    this.timeout(60_000);
    const hostile = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.constantFrom('"', '\\', '\n', 'a"} 1\nfake 1', '__proto__', 'other'),
    );
    const told = fc.array(fc.tuple(hostile, hostile, hostile), { minLength: 120, maxLength: 200 });
    const one = create();
    await fc.assert(
      fc.asyncProperty(told, async (all) => {
        for (const [a, b, c] of all) {
          one.telemetry.messages(a, b, 'processed', 1);
          one.telemetry.outputs(a, 1);
          one.telemetry.deadLetters(a, c, 1);
          one.telemetry.retries(a, b, c, 1);
          one.telemetry.patience(b, 1);
          one.telemetry.staleRetries(c, 1);
          one.telemetry.latency(a, 'attempt', 1);
          one.clients.event(b, c);
          const sums = { queuedRecords: 1, queuedBytes: 1, sentBytes: 1, receivedBytes: 1 };
          one.clients.figures({ client: a, instance: b, brokers: [{ up: true, rttMs: 1 }], ...sums });
        }
        const text = (await one.render()).trimEnd().split('\n');
        const readable = /^$|^# |^audit_[a-z_]+(\{([a-z]+="(\\.|[^"\\])*",?)+\})? [0-9.e+-]+$/;
        expect(text.filter((line) => !readable.test(line))).to.deep.equal([]);
        const series = text.filter((line) => line.startsWith('audit_') && !line.includes('_bucket{'));
        expect(new Set(series.map((line) => line.replace(/ \S+$/, '')))).to.have.property(
          'size',
          series.length,
        );
        expect(series.length).to.be.lessThan(MOST_SERIES);
      }),
      { numRuns: 6, endOnFailure: true },
    );
  });

  it('has the metrics of the process under their usual names, and twice does not clash', async () => {
    const [first, second] = [create('a', true), create('b', true)];
    expect(await first.render()).to.match(/^process_resident_memory_bytes /m);
    expect(await second.render()).to.match(/^nodejs_eventloop_lag_seconds /m);
    expect(first.contentType).to.match(/^text\/plain; version=0\.0\.4/);
  });
});

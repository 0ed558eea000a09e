/** Node's process as prom-client tells of it: names of its own table, which ours does not hold. */
import { shown, WINDOW, type Row } from './dashboard.js';
import { graph, type Panel } from './panel.js';
import { by, rate } from './promql.js';

const perInstance = (series: string): string => by('sum', ['instance'], series);

const nodes = (
  title: string,
  note: string,
  unit: 'short' | 's' | 'bytes' | 'percentunit',
  series: readonly (readonly [expr: string, what: string])[],
): Panel =>
  graph({
    title,
    note,
    unit,
    targets: series.map(([expr, what]) => ({ expr: perInstance(expr), legend: `{{instance}} ${what}` })),
  });

export const processRow: Row = {
  title: 'Process',
  panels: [
    nodes('CPU', 'Cores in use; one event loop uses one, the Kafka client some of another.', 'short', [
      [rate(shown.foreign('process_cpu_user_seconds_total'), WINDOW), 'user'],
      [rate(shown.foreign('process_cpu_system_seconds_total'), WINDOW), 'system'],
    ]),
    nodes('Memory', "Resident memory; V8's heap and buffers outside of it are parts of that.", 'bytes', [
      [shown.foreign('process_resident_memory_bytes'), 'resident'],
      [shown.foreign('nodejs_heap_size_used_bytes'), 'heap'],
      [shown.foreign('nodejs_external_memory_bytes'), 'external'],
    ]),
    nodes(
      'Event loop',
      'How late timers are: while it is blocked, nothing is processed and no probe answered.',
      's',
      [
        [shown.foreign('nodejs_eventloop_lag_p50_seconds'), '50 %'],
        [shown.foreign('nodejs_eventloop_lag_p99_seconds'), '99 %'],
        [shown.foreign('nodejs_eventloop_lag_max_seconds'), 'max'],
      ],
    ),
    nodes('Garbage collection', 'Part of the time that it takes.', 'percentunit', [
      [rate(shown.foreign('nodejs_gc_duration_seconds_sum'), WINDOW), ''],
    ]),
    nodes('File descriptors', 'Sockets to brokers and to what the processor calls are among them.', 'short', [
      [shown.foreign('process_open_fds'), 'open'],
      [shown.foreign('process_max_fds'), 'bound'],
    ]),
    nodes('Handles', 'What keeps the event loop alive: sockets, timers, pipes.', 'short', [
      [shown.foreign('nodejs_active_handles'), 'handles'],
      [shown.foreign('nodejs_active_resources'), 'resources'],
    ]),
  ],
};

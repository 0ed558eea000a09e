/**
 * When each alert fires, with what it then says, and when it must not. Series are written as promtool has them, a value
 * every half minute: `0+10x40` begins at 0 and rises by 10 forty times, `_` is a gap. A table, so that no alert is left out.
 */
import type { AlertName } from '../../deploy/monitoring/alert-rules.js';

export interface Fired {
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly description: string;
}

export interface AlertCase {
  readonly what: string;
  readonly series: Readonly<Record<string, string>>;
  readonly at: string;
}

export interface FiringCase extends AlertCase {
  readonly fired: Fired;
}

export interface Cases {
  readonly fires: readonly [FiringCase, ...FiringCase[]];
  readonly silent: readonly [AlertCase, ...AlertCase[]];
}

const ONE = 'job="lanes", instance="one:8080"';
const TWO = 'job="lanes", instance="two:8080"';
const TOPIC = 'topic="user.events"';

const job = { job: 'lanes' };
const instance = { ...job, instance: 'one:8080' };
const topic = { ...job, topic: 'user.events' };

export const ALERT_CASES: Readonly<Record<AlertName, Cases>> = {
  AuditLanesTargetDown: {
    fires: [
      {
        what: 'one of two processes stops answering',
        series: {
          [`up{${ONE}}`]: '1x9 0x30',
          [`up{${TWO}}`]: '1x40',
          [`audit_build_info{${ONE}}`]: '1x9 _x30',
          [`audit_build_info{${TWO}}`]: '1x40',
        },
        at: '10m',
        fired: {
          labels: instance,
          summary: 'lanes: one:8080 cannot be scraped',
          description:
            'Prometheus gets no answer from it. If the process is gone, others take its partitions over when its session has ended; what it shows is missing everywhere here.',
        },
      },
    ],
    silent: [
      {
        what: 'a target of another service is down',
        series: { 'up{job="node", instance="x"}': '0x40', [`audit_build_info{${ONE}}`]: '1x40' },
        at: '10m',
      },
      {
        what: 'one scrape is missed',
        series: { [`up{${ONE}}`]: '1x9 0 1x30', [`audit_build_info{${ONE}}`]: '1x9 _ 1x30' },
        at: '7m',
      },
    ],
  },
  AuditLanesAbsent: {
    fires: [
      {
        what: 'the last process is gone, and its target with it',
        series: { [`audit_build_info{${ONE}}`]: '1x9 _x60' },
        at: '20m',
        fired: {
          labels: job,
          summary: 'lanes: no process of it is left',
          description:
            'It was scraped within the last day, and now no process of it answers. Nothing is read; lag and ages are not known.',
        },
      },
    ],
    silent: [
      {
        what: 'another process is there',
        series: { [`audit_build_info{${ONE}}`]: '1x9 _x60', [`audit_build_info{${TWO}}`]: '_x9 1x60' },
        at: '20m',
      },
    ],
  },
  AuditLanesNotReady: {
    fires: [
      {
        what: 'a process has not been ready for a quarter of an hour',
        series: {
          [`audit_health{${ONE}, probe="ready"}`]: '1 0x40',
          [`audit_health{${TWO}, probe="ready"}`]: '1x40',
        },
        at: '15m',
        fired: {
          labels: instance,
          summary: 'lanes: one:8080 is not ready',
          description: 'It has not joined, has not restored, has no broker, or is stopping, for ten minutes.',
        },
      },
    ],
    silent: [
      {
        what: 'it restores for five minutes',
        series: { [`audit_health{${ONE}, probe="ready"}`]: '0x10 1x40' },
        at: '15m',
      },
    ],
  },
  AuditLanesNoProgress: {
    fires: [
      {
        what: 'one partition stays at its record while another moves',
        series: {
          [`audit_partition_lag{${ONE}, ${TOPIC}, partition="0"}`]: '5+1x60',
          [`audit_oldest_unprocessed_age_seconds{${ONE}, ${TOPIC}, partition="0"}`]: '0+30x60',
          [`audit_partition_lag{${ONE}, ${TOPIC}, partition="1"}`]: '5x60',
          [`audit_oldest_unprocessed_age_seconds{${ONE}, ${TOPIC}, partition="1"}`]: '3x60',
        },
        at: '20m',
        fired: {
          labels: { ...topic, partition: '0' },
          summary: 'lanes: partition 0 of user.events makes no progress',
          description:
            '25 records or more have been waiting for ten minutes, and the first of them is still the same one.',
        },
      },
    ],
    silent: [
      {
        what: 'a backlog grows, and is worked at',
        series: {
          [`audit_partition_lag{${ONE}, ${TOPIC}, partition="0"}`]: '100+50x60',
          [`audit_oldest_unprocessed_age_seconds{${ONE}, ${TOPIC}, partition="0"}`]: '100+10x60',
        },
        at: '20m',
      },
      {
        what: 'an old backlog is begun, and worked at',
        series: {
          [`audit_partition_lag{${ONE}, ${TOPIC}, partition="0"}`]: '_x19 90000-100x60',
          [`audit_oldest_unprocessed_age_seconds{${ONE}, ${TOPIC}, partition="0"}`]: '_x19 5 604800-60x60',
        },
        at: '16m',
      },
      {
        what: 'the topic is idle',
        series: {
          [`audit_partition_lag{${ONE}, ${TOPIC}, partition="0"}`]: '0x60',
          [`audit_oldest_unprocessed_age_seconds{${ONE}, ${TOPIC}, partition="0"}`]: '0x60',
        },
        at: '20m',
      },
      {
        what: 'a partition stands still for less than that',
        series: {
          [`audit_partition_lag{${ONE}, ${TOPIC}, partition="0"}`]: '0x30 5x16 0x20',
          [`audit_oldest_unprocessed_age_seconds{${ONE}, ${TOPIC}, partition="0"}`]: '0x30 0+30x16 0x20',
        },
        at: '23m',
      },
    ],
  },
  AuditLanesLagWillNotDrain: {
    fires: [
      {
        what: 'more comes than goes',
        series: {
          [`audit_partition_lag{${ONE}, ${TOPIC}, partition="0"}`]: '0+3000x100',
          [`audit_message_count_total{${ONE}, ${TOPIC}, type="a", outcome="processed"}`]: '0+300x100',
        },
        at: '40m',
        fired: {
          labels: topic,
          summary: 'lanes: the lag of user.events will not be gone in an hour',
          description:
            '240k records wait, more than are processed in five minutes, and as it has gone for a quarter of an hour some will be left in an hour.',
        },
      },
      {
        what: 'nothing of the topic was ever processed',
        series: { [`audit_partition_lag{${ONE}, ${TOPIC}, partition="0"}`]: '7x100' },
        at: '40m',
        fired: {
          labels: topic,
          summary: 'lanes: the lag of user.events will not be gone in an hour',
          description:
            '7 records wait, more than are processed in five minutes, and as it has gone for a quarter of an hour some will be left in an hour.',
        },
      },
    ],
    silent: [
      {
        what: 'the topic is idle, and nothing of it was ever processed',
        series: { [`audit_partition_lag{${ONE}, ${TOPIC}, partition="0"}`]: '0x90' },
        at: '40m',
      },
      {
        what: 'a large backlog drains within the hour',
        series: {
          [`audit_partition_lag{${ONE}, ${TOPIC}, partition="0"}`]: '600000-6000x90',
          [`audit_message_count_total{${ONE}, ${TOPIC}, type="a", outcome="processed"}`]: '0+300x90',
        },
        at: '40m',
      },
      {
        what: 'the lag is what is under way',
        series: {
          [`audit_partition_lag{${ONE}, ${TOPIC}, partition="0"}`]: '500x90',
          [`audit_message_count_total{${ONE}, ${TOPIC}, type="a", outcome="processed"}`]: '0+300x90',
        },
        at: '40m',
      },
    ],
  },
  AuditLanesErrorRatio: {
    fires: [
      {
        what: 'one attempt in ten is tried again, and one in ten is a dead letter',
        series: {
          [`audit_message_count_total{${ONE}, ${TOPIC}, type="a", outcome="processed"}`]: '0+240x60',
          [`audit_message_count_total{${ONE}, ${TOPIC}, type="a", outcome="dead-letter"}`]: '0+30x60',
          [`audit_retry_count_total{${ONE}, ${TOPIC}, tier="5s", reason="b"}`]: '0+30x60',
          [`audit_dlq_count_total{${ONE}, ${TOPIC}, reason="b"}`]: '0+30x60',
        },
        at: '20m',
        fired: {
          labels: topic,
          summary: 'lanes: 20% of the attempts on user.events fail',
          description:
            'Keys with a failed record wait for its retries, and what fails in all of them becomes a dead letter or is parked.',
        },
      },
      {
        what: 'every attempt leads to the notice of a parked head',
        series: { [`audit_dlq_count_total{${ONE}, ${TOPIC}, reason="b"}`]: '0+30x60' },
        at: '20m',
        fired: {
          labels: topic,
          summary: 'lanes: 100% of the attempts on user.events fail',
          description:
            'Keys with a failed record wait for its retries, and what fails in all of them becomes a dead letter or is parked.',
        },
      },
    ],
    silent: [
      {
        what: 'one in a hundred fails',
        series: {
          [`audit_message_count_total{${ONE}, ${TOPIC}, type="a", outcome="processed"}`]: '0+297x60',
          [`audit_retry_count_total{${ONE}, ${TOPIC}, tier="5s", reason="b"}`]: '0+3x60',
        },
        at: '20m',
      },
      {
        what: 'what waits behind a parked head is too much, and nothing of it was attempted',
        series: {
          [`audit_message_count_total{${ONE}, ${TOPIC}, type="a", outcome="processed"}`]: '0+10x60',
          [`audit_message_count_total{${ONE}, ${TOPIC}, type="a", outcome="dead-letter"}`]: '0+90x60',
          [`audit_dlq_count_total{${ONE}, ${TOPIC}, reason="lane-full"}`]: '0+90x60',
        },
        at: '20m',
      },
      {
        what: 'nothing has ever failed',
        series: {
          [`audit_message_count_total{${ONE}, ${TOPIC}, type="a", outcome="processed"}`]: '0+297x60',
        },
        at: '20m',
      },
    ],
  },
  AuditLanesBreakerOpen: {
    fires: [
      {
        what: 'it is open for eight minutes',
        series: { [`audit_breaker_open{${ONE}}`]: '0x4 1x30', [`audit_breaker_open{${TWO}}`]: '0x40' },
        at: '10m',
        fired: {
          labels: instance,
          summary: 'lanes: one:8080 does not read, because nearly everything fails',
          description:
            'The circuit breaker is open: what the processor calls is down. No attempts are used up, and lag grows until it is back.',
        },
      },
    ],
    silent: [
      {
        what: 'it closes after four minutes',
        series: { [`audit_breaker_open{${ONE}}`]: '0x4 1x8 0x30' },
        at: '10m',
      },
    ],
  },
  AuditLanesDeadLetters: {
    fires: [
      {
        what: 'the first one of a process: its series begins with it',
        series: { [`audit_dlq_count_total{${ONE}, ${TOPIC}, reason="b"}`]: '_x39 1x40' },
        at: '21m',
        fired: {
          labels: { ...topic, reason: 'b' },
          summary: 'lanes: dead letters of user.events, reason b',
          description:
            'About 1 within a quarter of an hour. They are kept for RETENTION_DLQ, and can be replayed until then.',
        },
      },
      {
        what: 'there are more than before',
        series: { [`audit_dlq_count_total{${ONE}, ${TOPIC}, reason="b"}`]: '5x39 35x40' },
        at: '21m',
        fired: {
          labels: { ...topic, reason: 'b' },
          summary: 'lanes: dead letters of user.events, reason b',
          description:
            'About 30 within a quarter of an hour. They are kept for RETENTION_DLQ, and can be replayed until then.',
        },
      },
    ],
    silent: [
      {
        what: 'there are old ones',
        series: { [`audit_dlq_count_total{${ONE}, ${TOPIC}, reason="b"}`]: '5x90' },
        at: '30m',
      },
      {
        what: 'there was one half an hour ago',
        series: { [`audit_dlq_count_total{${ONE}, ${TOPIC}, reason="b"}`]: '_x9 1x90' },
        at: '35m',
      },
      {
        what: 'none has been counted',
        series: { [`audit_dlq_count_total{${ONE}, ${TOPIC}, reason="b"}`]: '0x90' },
        at: '10m',
      },
    ],
  },
  AuditLanesParked: {
    fires: [
      {
        what: 'two processes have parked lanes',
        series: {
          [`audit_lanes{${ONE}, status="parked"}`]: '2x30',
          [`audit_lanes{${TWO}, status="parked"}`]: '1x30',
        },
        at: '10m',
        fired: {
          labels: job,
          summary: 'lanes: keys that stand still: 3',
          description:
            'A record of each cannot be processed, and with DLQ_POLICY=park everything behind it waits until somebody decides.',
        },
      },
    ],
    silent: [
      {
        what: 'lanes are retried',
        series: {
          [`audit_lanes{${ONE}, status="parked"}`]: '0x30',
          [`audit_lanes{${ONE}, status="retrying"}`]: '7x30',
        },
        at: '10m',
      },
    ],
  },
  AuditLanesOldestHead: {
    fires: [
      {
        what: 'a head fails for half an hour',
        series: { [`audit_lane_oldest_head_age_seconds{${ONE}}`]: '600+30x60' },
        at: '20m',
        fired: {
          labels: job,
          summary: 'lanes: a key has been waiting for 30m 0s',
          description:
            'The head of its lane has been failing for longer than all delays of RETRY_TIERS together should take; what follows it is as late.',
        },
      },
    ],
    silent: [
      {
        what: 'heads come and go within the delays',
        series: { [`audit_lane_oldest_head_age_seconds{${ONE}}`]: '155x60' },
        at: '20m',
      },
    ],
  },
  AuditLanesRebalanceStorm: {
    fires: [
      {
        what: 'partitions are taken away every minute',
        series: { [`audit_rebalances_total{${ONE}, kind="revoke"}`]: '0 0 1 1 2 2 3 3 4 4 5 5 6+0.5x100' },
        at: '50m',
        fired: {
          labels: job,
          summary: 'lanes: partitions are taken away again and again',
          description:
            'A process has lost partitions 15 times within a quarter of an hour, and it has been so for half an hour. Each time tasks restore before they go on.',
        },
      },
    ],
    silent: [
      {
        what: 'three processes are restarted one after the other',
        series: {
          [`audit_rebalances_total{${ONE}, kind="revoke"}`]: '0x20 1 1 2 2 3x80',
          [`audit_rebalances_total{${ONE}, kind="assign"}`]: '1x20 2 3 4 5 6x80',
        },
        at: '20m',
      },
      {
        what: 'ten processes are replaced within ten minutes, and each takes partitions away twice',
        series: { [`audit_rebalances_total{${ONE}, kind="revoke"}`]: '0x20 0+1x20 20x80' },
        at: '25m',
      },
      {
        what: 'partitions are given to it again and again',
        series: { [`audit_rebalances_total{${ONE}, kind="assign"}`]: '0+1x80' },
        at: '30m',
      },
    ],
  },
  AuditLanesPartitionRefused: {
    fires: [
      {
        what: 'one is',
        series: {
          [`audit_refused_partitions{${ONE}}`]: '0 1x20',
          [`audit_refused_partitions{${TWO}}`]: '0x20',
        },
        at: '3m',
        fired: {
          labels: job,
          summary: 'lanes: partitions refused: 1',
          description:
            'They are assigned and not processed, because their position cannot be trusted. All others go on; these wait for a decision.',
        },
      },
    ],
    silent: [
      { what: 'none is', series: { [`audit_refused_partitions{${ONE}}`]: '0x20' }, at: '3m' },
      {
        what: 'one was, and the next try went well',
        series: { [`audit_refused_partitions{${ONE}}`]: '0 1 0x20' },
        at: '3m',
      },
    ],
  },
  AuditLanesRestoreTooLong: {
    fires: [
      {
        what: 'a task restores for a quarter of an hour',
        series: { [`audit_restore_age_seconds{${ONE}, task="0_1"}`]: '570+30x20' },
        at: '5m',
        fired: {
          labels: { ...job, task: '0_1' },
          summary: 'lanes: task 0_1 has been restoring for 14m 30s',
          description: 'Its partitions are not processed before it has replayed its lane log.',
        },
      },
    ],
    silent: [
      {
        what: 'it takes five minutes',
        series: { [`audit_restore_age_seconds{${ONE}, task="0_1"}`]: '0+30x10 _x20' },
        at: '5m',
      },
    ],
  },
  AuditLanesProcessRestarts: {
    fires: [
      {
        what: 'they end every few minutes',
        series: { [`audit_process_restarts_total{${ONE}}`]: '0x9 1x9 2x9 3x9 4x40' },
        at: '30m',
        fired: {
          labels: instance,
          summary: 'lanes: processes of one:8080 end by themselves',
          description:
            'It, or its stream processes (PROCESSES), ended and were started again about 4 times within half an hour.',
        },
      },
      {
        what: 'one process alone is started again every few minutes, and is down now',
        series: {
          [`process_start_time_seconds{${ONE}}`]: '100x9 _ 400x9 _ 700x9 _ 1000x9 _x20',
          [`audit_build_info{${ONE}}`]: '1x39 _x20',
        },
        at: '21m',
        fired: {
          labels: instance,
          summary: 'lanes: processes of one:8080 end by themselves',
          description:
            'It, or its stream processes (PROCESSES), ended and were started again about 3 times within half an hour.',
        },
      },
    ],
    silent: [
      {
        what: 'a process is started again once, and those of others all the time',
        series: {
          [`process_start_time_seconds{${ONE}}`]: '100x9 _ 400x60',
          [`audit_build_info{${ONE}}`]: '1x70',
          'process_start_time_seconds{job="node", instance="x"}': '1 2 3 4 5 6 7x60',
        },
        at: '20m',
      },
      {
        what: 'one ended once',
        series: { [`audit_process_restarts_total{${ONE}}`]: '0x9 1x60' },
        at: '30m',
      },
    ],
  },
};

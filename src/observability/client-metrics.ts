/**
 * What the Kafka clients say of themselves as metrics: figures of their statistics, and what they report outside of
 * any call. Their sums begin anew with every client that is made; the counters here do not.
 * It is told every few seconds. Of a client that says nothing any more the gauges go away.
 */
import type { Counter } from 'prom-client';
import { labelBound } from './label-bound.js';
import type { LabelOf } from './metric-table.js';
import type { ScrapedGauge } from './scraped-gauge.js';

export interface ClientFigures {
  /** What it is for: source, log, … */
  readonly client: string;
  /** Tells one client from the one that takes its place. */
  readonly instance: string;
  readonly brokers: readonly { readonly up: boolean; readonly rttMs: number | null }[];
  readonly queuedRecords: number;
  readonly queuedBytes: number;
  /** Since the client was made. */
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

/** Who hears the clients. */
export interface ClientTelemetry {
  figures(figures: ClientFigures): void;
  /** One report of a client. */
  event(client: string, kind: string): void;
}

export interface ClientMetricParts {
  readonly brokers: ScrapedGauge<LabelOf<'client_brokers'>>;
  readonly rtt: ScrapedGauge<LabelOf<'client_broker_rtt_seconds'>>;
  readonly queuedRecords: ScrapedGauge<LabelOf<'client_queued_records'>>;
  readonly queuedBytes: ScrapedGauge<LabelOf<'client_queued_bytes'>>;
  readonly bytes: Counter<LabelOf<'client_bytes_total'>>;
  readonly events: Counter<LabelOf<'client_events_total'>>;
  readonly eventKinds: readonly string[];
  readonly nowMs: () => number;
}

/** Statistics come every few seconds, whatever the brokers do. */
const SILENT_AFTER_MS = 60_000;
/** Clients that were made one after the other, whose sums are remembered. */
const REMEMBERED = 50;
const MOST_CLIENTS = 10;

export class ClientMetrics implements ClientTelemetry {
  readonly #bound = labelBound(MOST_CLIENTS);
  /** By client: its newest figures. */
  readonly #newest = new Map<string, { readonly figures: ClientFigures; readonly atMs: number }>();
  /** By client and instance: the sums that are counted already. */
  readonly #counted = new Map<string, { readonly sent: number; readonly received: number }>();
  readonly #known = new Set<string>();

  constructor(private readonly parts: ClientMetricParts) {}

  figures(figures: ClientFigures): void {
    const client = this.#clientOf(figures.client);
    this.#newest.set(client, { figures, atMs: this.parts.nowMs() });
    const name = `${client} ${figures.instance}`;
    const { sent, received } = this.#counted.get(name) ?? { sent: 0, received: 0 };
    const { sentBytes, receivedBytes } = figures;
    this.parts.bytes.inc({ client, direction: 'sent' }, Math.max(0, sentBytes - sent));
    this.parts.bytes.inc({ client, direction: 'received' }, Math.max(0, receivedBytes - received));
    this.#counted.delete(name);
    this.#counted.set(name, { sent: Math.max(sent, sentBytes), received: Math.max(received, receivedBytes) });
    const [oldest] = this.#counted.keys();
    if (this.#counted.size > REMEMBERED && oldest !== undefined) this.#counted.delete(oldest);
  }

  event(of: string, kind: string): void {
    const client = this.#clientOf(of);
    this.parts.events.inc({ client, kind: this.parts.eventKinds.includes(kind) ? kind : 'other' });
  }

  /** The gauges of a scrape, which are empty. */
  show(): void {
    const { brokers, nowMs, queuedBytes, queuedRecords, rtt } = this.parts;
    for (const [client, { atMs, figures }] of this.#newest) {
      if (nowMs() - atMs > SILENT_AFTER_MS) continue;
      const up = figures.brokers.filter((broker) => broker.up);
      brokers.show(up.length, { client, state: 'up' });
      brokers.show(figures.brokers.length - up.length, { client, state: 'down' });
      const rtts = figures.brokers.flatMap(({ rttMs }) => (rttMs === null ? [] : [rttMs]));
      if (rtts.length > 0) rtt.show(Math.max(...rtts) / 1000, { client });
      queuedRecords.show(figures.queuedRecords, { client });
      queuedBytes.show(figures.queuedBytes, { client });
    }
  }

  /** A counter that appears with its first event hides that event from rate(). */
  #clientOf(name: string): string {
    const client = this.#bound(name);
    if (this.#known.has(client)) return client;
    this.#known.add(client);
    for (const kind of this.parts.eventKinds) this.parts.events.inc({ client, kind }, 0);
    return client;
  }
}

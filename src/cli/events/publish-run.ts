/**
 * One run of `publish`: events to the publisher, at most as many under way as it may hold, and the books of
 * what became of them. A stop ends the taking; what was taken is waited for, and told.
 */
import type { BadKind } from '../../../topology/user-audit/bad-events.js';
import type { EventPublisher } from '../../publisher/event-publisher.js';
import { InvalidEventError } from '../../publisher/publish-error.js';
import type { Operator } from '../cluster/operator.js';
import { joined, printable, shown } from '../terminal/printable.js';
import { spanText } from '../terminal/time-text.js';
import { unlessStopped } from '../unless-stopped.js';
import type { Outgoing } from './outgoing.js';

export type Item =
  | { readonly kind: 'send'; readonly out: Outgoing; readonly line: number | null }
  | { readonly kind: 'wrong'; readonly line: number; readonly why: string };

interface Counts {
  /** Acknowledged, bad ones included. */
  sent: number;
  /** Not acknowledged: they may have been written. */
  failed: number;
  /** Not sent: lines or events that are not what may be sent. */
  wrong: number;
}

const TELL_EVERY_MS = 500;
/** An outage is told once a second, not once for each event. */
const TROUBLE_EVERY_MS = 1000;

export class PublishRun {
  readonly counts: Readonly<Counts>;
  /** Why the last event that was refused was. */
  refusal: string | null = null;
  readonly #counts: Counts = { sent: 0, failed: 0, wrong: 0 };
  readonly #bad = new Map<BadKind, number>();
  readonly #startMs: number;
  #untold = 0;
  #toldAt = -Infinity;

  constructor(
    private readonly publisher: EventPublisher<Outgoing>,
    private readonly topic: string,
    private readonly operator: Operator,
  ) {
    this.counts = this.#counts;
    this.#startMs = operator.parts.clock.monotonic();
  }

  /** Resolves when every event has its end, and the publisher is closed. */
  async send(items: AsyncIterable<Item>): Promise<void> {
    const { output, parts } = this.operator;
    const untell = this.#tellProgress();
    try {
      for await (const item of items) {
        if (item.kind === 'wrong') {
          this.#refuse(item.line, item.why);
          continue;
        }
        // A stop is no failure of it.
        await unlessStopped(this.publisher.ready(), parts.stop).catch((error: unknown) => {
          if (!parts.stop.aborted) throw error;
        });
        if (parts.stop.aborted) break;
        this.#publish(item.out, item.line);
      }
      const { queued } = this.publisher.counts;
      if (parts.stop.aborted && queued > 0)
        output.note(shown`stopping: ${queued} events are under way; Ctrl-C again does not wait for them.`);
    } finally {
      await this.publisher.close();
      untell();
    }
  }

  /** The summary. `seed`: when it is worth telling. */
  tell(seed: number | null, nowMs: number): void {
    const { output } = this.operator;
    const { sent, failed, wrong } = this.counts;
    const bad = [...this.#bad.values()].reduce((sum, each) => sum + each, 0);
    const tookMs = Math.max(1, nowMs - this.#startMs);
    const perSecond = Math.round((sent * 10_000) / tookMs) / 10;
    if (output.isJson) {
      output.json({
        topic: this.topic,
        sent,
        bad,
        badByReason: Object.fromEntries(this.#bad),
        failed,
        wrong,
        seconds: tookMs / 1000,
        perSecond,
        seed,
      });
      return;
    }
    const kinds = joined(
      [...this.#bad].map(([kind, count]) => shown`${count} ${printable(kind)}`),
      ', ',
    );
    output.line(
      joined(
        [
          shown`${sent} ${printable(sent === 1 ? 'event' : 'events')} written to ${printable(this.topic)} in ${spanText(tookMs)}, ${perSecond} a second`,
          ...(bad === 0 ? [] : [shown`${bad} of them bad (${kinds})`]),
          ...(failed === 0 ? [] : [shown`${failed} not acknowledged, they may have been written`]),
          ...(wrong === 0 ? [] : [shown`${wrong} refused, not written`]),
          ...(seed === null ? [] : [shown`seed ${seed}`]),
        ],
        '; ',
      ),
    );
  }

  #publish(out: Outgoing, line: number | null): void {
    this.publisher.publish(out).then(
      () => {
        this.#counts.sent += 1;
        if (out.kind === 'raw') this.#bad.set(out.bad, (this.#bad.get(out.bad) ?? 0) + 1);
      },
      (error: unknown) => {
        const why = error instanceof Error ? error.message : String(error);
        if (error instanceof InvalidEventError) this.#refuse(line, why);
        else this.#fail(why);
      },
    );
  }

  #refuse(line: number | null, why: string): void {
    this.#counts.wrong += 1;
    this.refusal = why;
    if (line !== null) this.operator.output.note(shown`line ${line}: ${printable(why, 500)}`);
  }

  #fail(why: string): void {
    this.#counts.failed += 1;
    this.#untold += 1;
    const nowMs = this.operator.parts.clock.monotonic();
    if (nowMs - this.#toldAt < TROUBLE_EVERY_MS) return;
    this.#toldAt = nowMs;
    this.operator.output.note(shown`${this.#untold} not acknowledged: ${printable(why, 500)}`);
    this.#untold = 0;
  }

  #tellProgress(): () => void {
    const { output, parts } = this.operator;
    let cancel = (): void => undefined;
    const tell = (): void => {
      const seconds = (parts.clock.monotonic() - this.#startMs) / 1000;
      const { sent, failed, wrong } = this.counts;
      const troubles = failed + wrong === 0 ? shown`` : shown`, ${failed} not acknowledged, ${wrong} refused`;
      output.progress(shown`${sent} written, ${Math.round(sent / seconds)} a second${troubles}`);
      cancel = parts.clock.after(TELL_EVERY_MS, tell);
    };
    cancel = parts.clock.after(TELL_EVERY_MS, tell);
    return () => {
      cancel();
      output.progress(shown``);
    };
  }
}

/**
 * Polls the source consumer for as long as it is subscribed, one poll at a time, and never stops: a
 * consumer that is not polled is put out of the group. How much it asks for is the admission's answer; while that is
 * nothing it waits for a commit to make room, and not for long.
 * The next poll is issued before the batch of the last one is handed on, so that the client fetches
 * while the tasks work.
 */
import { Observable } from 'rxjs';
import type { Clock } from '../ports/clock.js';
import { Nap, sleep } from '../ports/nap.js';
import type { SourceConsumer } from '../ports/consumer.js';
import type { Intake } from '../ports/flow-control.js';
import type { KafkaError } from '../ports/kafka-error.js';
import { asKafkaError } from '../ports/kafka-error.js';
import type { RecordBatch } from '../ports/record-batch.js';
import type { MonotonicMs } from '../record/units.js';

export type Polled =
  | {
      readonly kind: 'batch';
      readonly batch: RecordBatch;
      /** Polls are numbered from 1. */ readonly poll: number;
    }
  | { readonly kind: 'error'; readonly error: KafkaError };

/** For an empty batch; the client's own wait per record is far shorter. */
const POLL_TIMEOUT_MS = 100;
const ERROR_PAUSE_MS = 250;
/**
 * The longest wait for room. It is the first step of back-pressure, and the cheap one: a partition that is paused throws
 * away what the client has fetched of it. Rebalances are told by polls, and heartbeats go on without.
 */
const ROOM_WAIT_MS = 500;

export class PollLoop implements Intake {
  #issued = 0;
  #turnedAt: MonotonicMs;
  #between: (() => void)[] = [];
  readonly #waiting: Nap;

  constructor(
    private readonly consumer: SourceConsumer,
    /** Records to ask for; 0: none before a commit has made room. */
    private readonly wanted: () => number,
    private readonly clock: Clock,
  ) {
    this.#turnedAt = clock.monotonic();
    this.#waiting = new Nap(clock);
  }

  /** Ends with an error only when the consumer is of no use any more. */
  readonly polled$ = new Observable<Polled>((subscriber) => {
    const stop = new AbortController();
    void this.#run(stop.signal, (polled) => subscriber.next(polled)).then(
      () => subscriber.complete(),
      (error: unknown) => subscriber.error(error),
    );
    return () => stop.abort();
  });

  msSinceTurn(): number {
    return this.clock.monotonic() - this.#turnedAt;
  }

  /**
   * Runs `then` when no poll is under way, with the number of the next poll: what is resumed in it
   * arrives in that poll at the earliest, and nothing older does (review F20).
   */
  between(then: (nextPoll: number) => void): void {
    this.#between.push(() => then(this.#issued + 1));
  }

  /** Something was committed. */
  roomMade(): void {
    if (this.wanted() > 0) this.#waiting.wake();
  }

  async #run(stop: AbortSignal, emit: (polled: Polled) => void): Promise<void> {
    this.#turnedAt = this.clock.monotonic();
    let next = this.#poll(stop);
    for (;;) {
      const polled = await next;
      this.#turnedAt = this.clock.monotonic();
      const due = this.#between;
      this.#between = [];
      for (const then of due) then();
      if (stop.aborted) return;
      if (polled.kind === 'error') {
        emit(polled);
        if (polled.error.kind === 'fatal' || polled.error.kind === 'fenced') throw polled.error;
        await sleep(this.clock, ERROR_PAUSE_MS, stop);
        if (stop.aborted) return;
        next = this.#poll(stop);
      } else {
        next = this.#poll(stop);
        if (polled.batch.length > 0 || polled.batch.ends.length > 0) emit(polled);
      }
    }
  }

  async #poll(stop: AbortSignal): Promise<Polled> {
    if (this.wanted() === 0) await this.#waiting.sleep(ROOM_WAIT_MS, stop);
    const poll = (this.#issued += 1);
    const max = Math.max(1, this.wanted());
    try {
      return { kind: 'batch', batch: await this.consumer.poll(max, POLL_TIMEOUT_MS), poll };
    } catch (error) {
      return { kind: 'error', error: asKafkaError(error) };
    }
  }
}

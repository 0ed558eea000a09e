/**
 * One process's way to the broker: every simulated call goes out, arrives, is answered, each leg with a
 * random delay of virtual time. A stopped process sends and receives nothing until it goes on; a crashed
 * one never does. Faults are applied here and nowhere else.
 */
import { brokerError } from './broker-error.js';
import { drawDelayMs, type DelayMs } from './broker-context.js';
import type { CallKind, Fault, FaultPlan } from './fault-plan.js';
import type { GatedClock } from './gated-clock.js';
import type { Random } from './random.js';
import type { SimulatedBroker } from './simulated-broker.js';

const LEG_MS: DelayMs = [0.1, 2];
export const DEFAULT_CALL_TIMEOUT_MS = 30_000;

export class BrokerLink {
  readonly random: Random;

  constructor(
    readonly process: string,
    readonly clock: GatedClock,
    readonly broker: SimulatedBroker,
    readonly faults: FaultPlan,
  ) {
    this.random = broker.random.fork();
  }

  /** Runs `arrive` at the broker and answers as it does. Rejects as timed out after `timeoutMs`. */
  call<T>(
    kind: CallKind,
    arrive: () => T | Promise<T>,
    timeoutMs: number = DEFAULT_CALL_TIMEOUT_MS,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let isOver = false;
      const over = (leave: () => void): void => {
        if (isOver) return;
        isOver = true;
        cancelTimeout();
        leave();
      };
      const cancelTimeout = this.clock.after(timeoutMs, () => {
        over(() => reject(brokerError('timed-out', `${this.process} ${kind}`)));
      });
      const answer = (leave: () => void): void => void this.later(LEG_MS, () => over(leave));
      const fault = this.faults.take(kind, this.process);
      this.later([LEG_MS[0] + fault.delayMs, LEG_MS[1] + fault.delayMs], () => {
        this.broker.whenUp(() => {
          if (isOver || this.clock.isClosed) return;
          this.#arrive(fault, arrive).then(
            (value) => answer(() => resolve(value)),
            (error: unknown) => answer(() => reject(asError(error))),
          );
        });
      });
    });
  }

  /** As `call`, but asks again while the broker is busy with the last transaction. */
  async callWhenIdle<T>(
    kind: CallKind,
    arrive: () => T,
    isBusy: (error: unknown) => boolean,
    timeoutMs: number = DEFAULT_CALL_TIMEOUT_MS,
  ): Promise<T> {
    const untilMs = this.clock.monotonic() + timeoutMs;
    for (;;) {
      try {
        return await this.call(kind, arrive, untilMs - this.clock.monotonic());
      } catch (error) {
        if (!isBusy(error)) throw error;
        if (this.clock.monotonic() >= untilMs) {
          throw brokerError('timed-out', `${this.process} ${kind}`, error);
        }
        await this.pause([5, 40]);
      }
    }
  }

  /** Inside the process: runs after a random delay. */
  later(delay: DelayMs, then: () => void): () => void {
    return this.clock.after(drawDelayMs(delay, this.random, this.broker.latency), then);
  }

  pause(delay: DelayMs): Promise<void> {
    return new Promise((resolve) => void this.later(delay, resolve));
  }

  async #arrive<T>(fault: Fault, arrive: () => T | Promise<T>): Promise<T> {
    for (const run of fault.before) run();
    // Crashed by the fault itself: the request was never sent.
    if (this.clock.isClosed) return new Promise<T>(() => undefined);
    if (fault.error && !fault.applied) throw fault.error;
    const value = await arrive();
    for (const run of fault.after) run();
    if (fault.error) throw fault.error;
    return value;
  }
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/** A commit loop over sources and a committer that a test scripts, on a clock that it moves. */
import type { Subscription } from 'rxjs';
import type { CommitReport } from '../../../src/commit/commit-loop.js';
import { CommitLoop } from '../../../src/commit/commit-loop.js';
import type { Committer } from '../../../src/commit/committer.js';
import { Gate } from '../../../src/commit/gate.js';
import type { CommitResult, CommitUnit } from '../../../src/ports/commit.js';
import type { KafkaError } from '../../../src/ports/kafka-error.js';
import { Scheduler } from '../../../src/testing/scheduler.js';
import type { ScriptedSource } from './commit-units.js';
import { textOf } from './records.js';
import { RecordingTelemetry } from './recording-telemetry.js';

export const INTERVAL_MS = 100;
export const COMMITTED: CommitResult = { kind: 'committed' };

export const aborted = (cause: KafkaError | 'lost'): CommitResult => ({ kind: 'aborted', cause });

/** `answer` says what becomes of a transaction with these records; `ahead`, what of records that are sent ahead. */
export const commitLoopBench = (
  sources: ScriptedSource[],
  answer: (texts: readonly string[], cycle: number) => CommitResult | Promise<CommitResult> = () => COMMITTED,
  ahead?: (texts: readonly string[]) => CommitResult | undefined | Promise<undefined>,
) => {
  const scheduler = new Scheduler(1);
  const gate = new Gate();
  const telemetry = new RecordingTelemetry();
  /** `behind`: what was sent ahead of it. */
  const cycles: {
    readonly texts: readonly string[];
    readonly behind: readonly string[];
    readonly at: number;
  }[] = [];
  const sent: { readonly texts: readonly string[]; readonly at: number }[] = [];
  const textsOf = (units: readonly CommitUnit[]): readonly string[] =>
    units.flatMap(({ records }) => [...records].map(textOf));
  const committer: Committer = {
    sendAhead:
      ahead &&
      (async (units) => {
        const texts = textsOf(units);
        sent.push({ texts, at: scheduler.clock.monotonic() });
        return ahead(texts);
      }),
    commit: async (units, behind): Promise<CommitResult> => {
      const texts = textsOf(units);
      cycles.push({ texts, behind: textsOf(behind), at: scheduler.clock.monotonic() });
      return answer(texts, cycles.length);
    },
  };
  const loop = new CommitLoop(
    committer,
    gate,
    { ledgers: () => sources },
    scheduler.clock,
    { commitIntervalMs: INTERVAL_MS },
    telemetry,
  );
  const reports: CommitReport[] = [];
  let ended: 'completed' | 'failed' | undefined;
  const start = (): Subscription =>
    loop.reports$.subscribe({
      next: (report) => reports.push(report),
      complete: () => (ended = 'completed'),
      error: () => (ended = 'failed'),
    });
  const kinds = (): string[] => reports.map(({ kind }) => kind);
  return {
    scheduler,
    gate,
    telemetry,
    sent,
    cycles,
    loop,
    reports,
    kinds,
    start,
    get ended() {
      return ended;
    },
  };
};

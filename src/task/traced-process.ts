/**
 * Gives each attempt of a task a span: begun before the first function of the user runs, ended with the attempt, also
 * when it is given up (time-out, partition gone). Without tracing the function is handed back as it is: nothing is
 * called, asked or made per record.
 */
import type { Effects, ProcessRecord, RecordRun } from '../dsl/execution.js';
import { HandlerSaysFail } from '../dsl/execution.js';
import type { AttemptSpan, Tracing } from '../ports/tracing.js';
import { NotRetryableError, RetryableError } from '../record/record-error.js';
import { placeOf } from '../record/record.js';
import { FirstAttempts } from './first-attempts.js';
import { TracedRun } from './traced-run.js';

export const tracedProcess = (process: ProcessRecord, tracing: Tracing | undefined): ProcessRecord => {
  if (tracing === undefined) return process;
  const firsts = new FirstAttempts();
  return (run) => {
    const { attempt, record, taskId } = run;
    const place = placeOf(record);
    const span = tracing.attempt({ record, attempt, taskId, first: firsts.of(place) });
    const end = (reason: string | null): void => {
      span.end(reason);
      if (reason === null) firsts.succeeded(place);
      else firsts.failed(place, span.mark);
    };
    return traced(process, run, span, end);
  };
};

const traced = (
  process: ProcessRecord,
  run: RecordRun,
  span: AttemptSpan,
  end: (reason: string | null) => void,
): Effects | Promise<Effects> => {
  const { carried } = span;
  const seen = carried === null ? run : new TracedRun(run, carried);
  let effects: Effects | Promise<Effects>;
  try {
    effects = span.run(() => process(seen));
  } catch (thrown) {
    end(reasonOf(thrown));
    throw thrown;
  }
  if (effects instanceof Promise) return followed(effects, run.signal, end);
  end(null);
  return effects;
};

/** Its end is the answer, or that nobody waits for one any more: a function may ignore its signal for ever. */
const followed = async (
  effects: Promise<Effects>,
  signal: AbortSignal,
  end: (reason: string | null) => void,
): Promise<Effects> => {
  let isOver = false;
  const endOnce = (reason: string | null): void => {
    if (isOver) return;
    isOver = true;
    signal.removeEventListener('abort', givenUp);
    end(reason);
  };
  const givenUp = (): void => endOnce(isRecordError(signal.reason) ? signal.reason.reason : 'given-up');
  signal.addEventListener('abort', givenUp);
  try {
    const done = await effects;
    endOnce(null);
    return done;
  } catch (thrown) {
    endOnce(reasonOf(thrown));
    throw thrown;
  }
};

const isRecordError = (thrown: unknown): thrown is RetryableError | NotRetryableError =>
  thrown instanceof RetryableError || thrown instanceof NotRetryableError;

/** As in metrics and dead letters. */
const reasonOf = (thrown: unknown): string => {
  if (isRecordError(thrown)) return thrown.reason;
  return thrown instanceof HandlerSaysFail ? 'handler-says-fail' : 'processing';
};

import { expect } from 'chai';
import type { Effects, ProcessRecord, RecordRun } from '../../../src/dsl/execution.js';
import type { AttemptOf, AttemptSpan, SpanMark, Tracing } from '../../../src/ports/tracing.js';
import { NotRetryableError, RetryableError } from '../../../src/record/record-error.js';
import { firstHeader } from '../../../src/record/headers.js';
import type { TaskId } from '../../../src/record/units.js';
import { epochMs } from '../../../src/record/units.js';
import { FirstAttempts } from '../../../src/task/first-attempts.js';
import { tracedProcess } from '../../../src/task/traced-process.js';
import { consumed } from '../support/records.js';
import { deferred, rejection, settle } from '../support/settle.js';

const NOTHING: Effects = { outputs: [], changes: [], reads: [], isDropped: false };
const CAME = [
  { name: 'a', value: Buffer.from('1') },
  { name: 'traceparent', value: Buffer.from('producer') },
  { name: 'tracestate', value: Buffer.from('x=1') },
];

class Recorder implements Tracing {
  readonly begun: AttemptOf[] = [];
  readonly marks: SpanMark[] = [];
  readonly ends: (string | null)[] = [];
  isRecorded = true;
  active = 0;

  attempt(of: AttemptOf): AttemptSpan {
    this.begun.push(of);
    const mark = {};
    this.marks.push(mark);
    return {
      mark,
      carried: this.isRecorded ? [{ name: 'traceparent', value: Buffer.from('span') }] : null,
      run: (work) => {
        this.active += 1;
        try {
          return work();
        } finally {
          this.active -= 1;
        }
      },
      end: (reason) => void this.ends.push(reason),
    };
  }

  commit(): never {
    throw new Error('no attempt commits');
  }
}

const runOf = (attempt = 1, abort = new AbortController()): RecordRun => ({
  record: { ...consumed(7), headers: CAME },
  taskId: '0_0' as TaskId,
  attempt,
  nowMs: epochMs(0),
  signal: abort.signal,
  partitionCount: () => 3,
  noteType: () => undefined,
});

describe('a traced process', () => {
  it('is the process itself while nobody traces: nothing is added to a record', () => {
    const process: ProcessRecord = () => NOTHING;
    expect(tracedProcess(process, undefined)).to.equal(process);
  });

  it('has a span for each attempt, active while functions run, ended with the answer', () => {
    const tracing = new Recorder();
    const traced = tracedProcess(() => {
      expect(tracing.active).to.equal(1);
      expect(tracing.ends).to.deep.equal([]);
      return NOTHING;
    }, tracing);
    expect(traced(runOf())).to.equal(NOTHING);
    expect(tracing.ends).to.deep.equal([null]);
    expect(tracing.begun[0]).to.deep.include({ attempt: 1, taskId: '0_0', first: undefined });
    expect(tracing.begun[0]?.record.offset).to.equal(7);
  });

  it('answers with a promise where the process does, and ends with it', async () => {
    const tracing = new Recorder();
    const answer = deferred<Effects>();
    const answered = tracedProcess(() => answer.promise, tracing)(runOf());
    expect(answered).to.be.instanceOf(Promise);
    await settle();
    expect(tracing.ends).to.deep.equal([]);
    answer.resolve(NOTHING);
    expect(await answered).to.equal(NOTHING);
    expect(tracing.ends).to.deep.equal([null]);
  });

  it('ends with the reason of a failure, never with its text, and throws what was thrown', async () => {
    const tracing = new Recorder();
    const errors = [new NotRetryableError('schema-violation', 'anna'), new Error('anna'), 'anna'];
    for (const error of errors) {
      const throwing = tracedProcess(() => {
        throw error;
      }, tracing);
      expect(() => throwing(runOf())).to.throw();
      const rejecting = tracedProcess(async () => {
        await Promise.resolve();
        throw error;
      }, tracing);
      expect(await rejection(Promise.resolve(rejecting(runOf())))).to.equal(error);
    }
    const reasons = ['schema-violation', 'schema-violation', ...Array<string>(4).fill('processing')];
    expect(tracing.ends).to.deep.equal(reasons);
  });

  it('ends when the attempt is given up, although its function never answers, and only once', async () => {
    const tracing = new Recorder();
    const abort = new AbortController();
    const answer = deferred<Effects>();
    const answered = tracedProcess(() => answer.promise, tracing)(runOf(1, abort));
    abort.abort(new RetryableError('attempt-timeout', 'too long'));
    expect(tracing.ends).to.deep.equal(['attempt-timeout']);
    answer.resolve(NOTHING);
    await answered;
    expect(tracing.ends).to.deep.equal(['attempt-timeout']);
    const dropped = new AbortController();
    void tracedProcess(() => deferred<Effects>().promise, tracing)(runOf(1, dropped));
    dropped.abort(new Error('Task 0_0 was closed'));
    expect(tracing.ends.at(-1)).to.equal('given-up');
  });

  it('points from each later attempt at the first, until the record has succeeded', () => {
    const tracing = new Recorder();
    let fails = true;
    const traced = tracedProcess(() => {
      if (fails) throw new RetryableError('down', 'down');
      return NOTHING;
    }, tracing);
    for (const attempt of [1, 2]) expect(() => traced(runOf(attempt))).to.throw();
    fails = false;
    void traced(runOf(3));
    void traced(runOf(1));
    const [first] = tracing.marks;
    expect(tracing.begun.map((of) => of.first)).to.deep.equal([undefined, first, first, undefined]);
    expect(tracing.begun[1]?.first).to.equal(first);
  });

  it('shows functions the trace context of the attempt, and leaves the record as it came', () => {
    const tracing = new Recorder();
    const run = runOf();
    const seen: (string | undefined)[] = [];
    const traced = tracedProcess(({ record: { headers, key, value, offset } }) => {
      seen.push(...['a', 'traceparent', 'tracestate'].map((name) => firstHeader(headers, name)));
      expect({ key, value, offset }).to.deep.equal({
        key: run.record.key,
        value: run.record.value,
        offset: 7,
      });
      return NOTHING;
    }, tracing);
    void traced(run);
    expect(seen.splice(0)).to.deep.equal(['1', 'span', undefined]);
    expect(run.record.headers).to.equal(CAME);
    tracing.isRecorded = false;
    void traced(run);
    expect(seen).to.deep.equal(['1', 'producer', 'x=1']);
  });

  it('tells of the attempt that is under way, also when that is a later one', () => {
    const tracing = new Recorder();
    const run = { ...runOf() };
    let kept: RecordRun | undefined;
    void tracedProcess((given) => ((kept = given), NOTHING), tracing)(run);
    Object.assign(run, { attempt: 2 });
    expect(kept?.attempt).to.equal(2);
  });

  it('remembers a bounded number of first attempts', () => {
    const firsts = new FirstAttempts(2);
    const marks = [{}, {}, {}] as const;
    marks.forEach((mark, at) => firsts.failed(`t-0@${at}`, mark));
    firsts.failed('t-0@2', {});
    expect(['t-0@0', 't-0@1', 't-0@2'].map((place) => firsts.of(place))).to.deep.equal([undefined, {}, {}]);
    expect(firsts.of('t-0@2')).to.equal(marks[2]);
  });
});

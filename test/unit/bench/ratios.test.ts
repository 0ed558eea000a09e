import { expect } from 'chai';
import type { Measured } from '../../../bench/parts/throughput.js';
import { judge, judgeThroughput, ratiosOf, type Aim } from '../../../bench/report/ratios.js';

const measured = (
  subject: Partial<Measured['subject']>,
  rates: readonly number[],
  cpuMicrosPerRecord = 10,
): Measured => ({
  subject: {
    name: 'some',
    kind: 'service',
    parallel: 1,
    binding: 'published',
    overlapped: true,
    ...subject,
  },
  rounds: rates.map((recordsPerSecond, index) => ({
    round: index + 1,
    firstCommitMs: 0,
    recordsPerSecond,
    cpuMicrosPerRecord,
    brokerCpuMicrosPerRecord: 1,
    peakRssBytes: 1,
    windowMs: 1,
  })),
  errors: [],
});

const streams = (threads: number, rates: readonly number[], cpu?: number) =>
  measured({ kind: 'kafka-streams', parallel: threads, binding: undefined }, rates, cpu);
const loop = (rates: readonly number[], more: Partial<Measured['subject']> = {}) =>
  measured({ kind: 'bare-loop', ...more }, rates);

describe('ratios of the bench', () => {
  it('are of medians, to Kafka Streams with as many threads and the overlapped loop of the same binding', () => {
    const service = measured({}, [80, 100, 1_000], 20);
    const all = [
      service,
      streams(2, [1]),
      streams(1, [50], 10),
      loop([400], { overlapped: false }),
      loop([500], { binding: 'packed' }),
      loop([200]),
    ];
    expect(ratiosOf(all, service)).to.deep.equal({ toStreams: 2, cpuToStreams: 2, toLoop: 0.5 });
  });

  it('without the other side, or without a round, there is none', () => {
    const service = measured({}, []);
    expect(ratiosOf([service, streams(1, [50])], service).toStreams).to.equal(undefined);
    expect(ratiosOf([measured({}, [1])], measured({}, [1])).toStreams).to.equal(undefined);
  });

  it('a value is judged by its goal, then by its floor, on its own side of them', () => {
    const more: Aim = { what: '', atLeast: true, goal: 1.25, floor: 1.05 };
    const less: Aim = { what: '', atLeast: false, goal: 0.65, floor: 0.75 };
    const verdicts = (aim: Aim, ...values: readonly (number | undefined)[]) =>
      values.map((value) => judge(aim, value).verdict);
    expect(verdicts(more, 1.25, 1.1, 1.04)).to.deep.equal(['ok', 'below goal', 'below floor']);
    expect(verdicts(less, 0.65, 0.7, 0.76)).to.deep.equal(['ok', 'below goal', 'below floor']);
    expect(verdicts(more, undefined, NaN)).to.deep.equal(['not measured', 'not measured']);
  });

  it('the bindings have aims of their own, and a service is judged by those of its binding', () => {
    const all = [measured({}, [80]), streams(1, [100]), loop([100])];
    const verdicts = judgeThroughput(all).map(({ what, verdict }) => `${what}: ${verdict}`);
    expect(verdicts).to.include('one process to Kafka Streams, one thread (published binding): ok');
    expect(verdicts).to.include('one process to Kafka Streams, one thread (packed binding): not measured');
    expect(verdicts).to.include('one process to the bare loop, overlapped (published binding): below floor');
  });
});

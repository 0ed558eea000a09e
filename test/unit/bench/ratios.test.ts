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
const databind = (rates: readonly number[], cpu?: number) =>
  measured({ kind: 'kafka-streams-databind', binding: undefined }, rates, cpu);
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
    const more = [databind([25], 40), ...all];
    expect(ratiosOf(more, service)).to.deep.equal({ toStreams: 2, cpuToStreams: 2, toLoop: 0.5 });
    expect(ratiosOf(more, service, 'kafka-streams-databind')).to.include({ toStreams: 4, cpuToStreams: 0.5 });
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

  it('the job with data binding is judged beside the other one, by the same bounds', () => {
    const all = [measured({}, [80], 21), streams(1, [100], 10), databind([200], 20)];
    const judged = judgeThroughput(all).filter(({ what }) => what.endsWith('(published binding)'));
    expect(judged.map(({ what, verdict }) => `${what}: ${verdict}`).slice(0, 2)).to.deep.equal([
      'one process to Kafka Streams, one thread (published binding): ok',
      'one process to Kafka Streams with data binding, one thread (published binding): below floor',
    ]);
    const cpu = judged.filter(({ what }) => what.startsWith('CPU'));
    expect(cpu.map(({ value }) => value)).to.deep.equal([2.1, 1.05]);
    expect(cpu.map(({ verdict }) => verdict)).to.deep.equal(['below floor', 'ok']);
    const boundsOf = (part: string): readonly (readonly number[])[] =>
      judgeThroughput(all)
        .filter(({ what }) => what.includes(`${part},`))
        .map(({ goal, floor }) => [goal, floor]);
    expect(boundsOf('Kafka Streams with data binding')).to.have.length(6);
    expect(boundsOf('Kafka Streams with data binding')).to.deep.equal(boundsOf('Kafka Streams'));
  });
});

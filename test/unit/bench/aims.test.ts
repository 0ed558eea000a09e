import { expect } from 'chai';
import type { Point } from '../../../bench/parts/axes.js';
import { judgeAll } from '../../../bench/report/aims.js';

const point = (at: string, recordsPerSecond: readonly number[], subject = 'service-1'): Point => ({
  axis: 'keys',
  at,
  subject,
  counted: 1,
  recordsPerSecond,
  errors: [],
});

const memory = (lastMs: number, growthIn10Min: number) => ({
  subject: 'service-1',
  recordsPerSecond: 1,
  samples: [{ atMs: lastMs, rssBytes: 1 }],
  bytesPerSecond: 1,
  medianBytes: 1,
  growthIn10Min,
  flat: true,
});

describe('what issue 8 asks for', () => {
  it('is told of the parts that were measured only', () => {
    expect(judgeAll({ failures: [] })).to.deep.equal([]);
    expect(judgeAll({ throughput: [], failures: [] })).to.have.length(14);
  });

  it('an axis is judged by medians of the service, whatever Kafka Streams does', () => {
    const axes = [
      point('1000000 keys', [1], 'kafka-streams-1'),
      point('1000000 keys', [80, 90, 900]),
      point('100 keys', [100]),
    ];
    const judged = judgeAll({ axes, failures: [] }).find(({ what }) => what.startsWith('1M keys'));
    expect(judged).to.include({ value: 0.9, verdict: 'ok' });
  });

  it('healthy keys are held against what the same keys had when none failed', () => {
    const axes = [point('0 % of keys fail', [100]), { ...point('10 % of keys fail', [72]), counted: 0.9 }];
    const judged = judgeAll({ axes, failures: [] }).find(({ what }) => what.startsWith('healthy keys'));
    expect(judged).to.include({ value: 0.8, verdict: 'below floor' });
  });

  it('p99 is that of the service at 1,000/s', () => {
    const of = (subject: string, recordsPerSecond: number, p99Ms: number) => ({
      subject,
      recordsPerSecond,
      count: 1,
      p50Ms: 1,
      p99Ms,
      maxMs: p99Ms,
    });
    const latency = [
      of('kafka-streams-1', 1_000, 7),
      of('service-1', 10_000, 8),
      of('service-1', 1_000, 151),
    ];
    expect(judgeAll({ latency, failures: [] })[0]).to.include({ value: 151, verdict: 'below floor' });
  });

  it('memory is judged after minutes, never after seconds', () => {
    const verdictOf = (lastMs: number, growth: number) =>
      judgeAll({ memory: [memory(lastMs, growth)], failures: [] })[0]?.verdict;
    expect(verdictOf(600_000, 0.01)).to.equal('ok');
    expect(verdictOf(600_000, 0.2)).to.equal('below floor');
    expect(verdictOf(20_000, 0.2)).to.equal('not measured');
  });
});

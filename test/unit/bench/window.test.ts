import { expect } from 'chai';
import { figuresOf, type Sample } from '../../../bench/measure/window.js';

const sample = (atMs: number, records: number, more: Partial<Sample> = {}): Sample => ({
  atMs,
  records,
  cpuMs: atMs / 2,
  rssBytes: 100,
  brokerCpuMs: atMs / 4,
  ...more,
});

describe('the window of a run', () => {
  it('leaves out how slowly a run began and how it ended', () => {
    // A second for the first quarter, then 100 records a second, then a long end.
    const samples = [sample(0, 0), sample(1_000, 25), sample(1_700, 95), sample(9_000, 100)];
    const figures = figuresOf(samples, 100);
    expect(figures.windowMs).to.be.closeTo(700, 1e-6);
    expect(figures.recordsPerSecond).to.be.closeTo(100, 1e-6);
  });

  it('takes everything between two samples as going on evenly', () => {
    const figures = figuresOf([sample(0, 0), sample(1_000, 1_000)], 1_000);
    expect(figures.recordsPerSecond).to.be.closeTo(1_000, 1e-6);
    expect(figures.cpuMicrosPerRecord).to.be.closeTo(500, 1e-6);
    expect(figures.brokerCpuMicrosPerRecord).to.be.closeTo(250, 1e-6);
  });

  it('counts CPU time that was used within it only', () => {
    const samples = [
      sample(0, 0, { cpuMs: 0 }),
      sample(100, 250, { cpuMs: 5_000 }),
      sample(200, 950, { cpuMs: 5_070 }),
      sample(300, 1_000, { cpuMs: 9_000 }),
    ];
    expect(figuresOf(samples, 1_000).cpuMicrosPerRecord).to.be.closeTo(100, 1e-6);
  });

  it('takes the peak of memory from the whole run', () => {
    const samples = [sample(0, 0, { rssBytes: 900 }), sample(10, 60), sample(20, 100)];
    expect(figuresOf(samples, 100).peakRssBytes).to.equal(900);
  });

  it('refuses a run that was over within one sample, and one that did not reach its end', () => {
    expect(() => figuresOf([sample(0, 100)], 100)).to.throw(RangeError, 'too few');
    expect(() => figuresOf([sample(0, 0), sample(10, 50)], 100)).to.throw(RangeError, 'no sample');
  });
});

import { expect } from 'chai';
import type { Measured } from '../../../bench/parts/throughput.js';
import { stepFor, throughputPlot } from '../../../bench/report/plot.js';

const measured = (name: string, rates: readonly number[]): Measured => ({
  subject: { name, kind: 'service', parallel: 1, binding: 'published', overlapped: true },
  rounds: rates.map((recordsPerSecond, index) => ({
    round: index + 1,
    firstCommitMs: 0,
    recordsPerSecond,
    cpuMicrosPerRecord: 1,
    brokerCpuMicrosPerRecord: 1,
    peakRssBytes: 1,
    windowMs: 1,
  })),
  errors: [],
});

/** The number of an attribute of each element of that class. */
const numbers = (svg: string, element: RegExp): number[] =>
  [...svg.matchAll(element)].map(([, value]) => Number(value));

describe('the plot', () => {
  it('has a bar for each subject that was measured, as long as its median', () => {
    const svg = throughputPlot(
      [measured('one', [50_000, 40_000, 90_000]), measured('two', [100_000]), measured('none', [])],
      '',
    );
    const widths = numbers(svg, /<rect class="service"[^>]* width="([\d.]+)"/g);
    expect(widths).to.have.length(2);
    expect(widths[0]! / widths[1]!).to.be.closeTo(0.5, 0.01);
    expect(svg).to.include('>50,000<').and.to.include('>100,000<').and.not.to.include('>none<');
  });

  it('stays within its width, the spread and its label too', () => {
    const svg = throughputPlot([measured('one', [1, 123_456])], '');
    const [width = 0] = numbers(svg, /<svg [^>]*width="(\d+)"/g);
    for (const x of numbers(svg, /\bx2?="([\d.]+)"/g)) expect(x).to.be.below(width);
  });

  it('writes text as text', () => {
    const svg = throughputPlot([measured('a<b', [1])], '"x" & <y>');
    expect(svg).to.include('a&lt;b').and.to.include('&quot;x&quot; &amp; &lt;y>');
  });

  it('a grid has at most six steps of 1, 2 or 5', () => {
    for (const largest of [1, 7, 61, 99_999, 100_000, 132_000]) {
      const step = stepFor(largest);
      expect(largest / step).to.be.within(1, 6.001);
      expect(String(step).replace(/[0.]/g, '')).to.match(/^[125]$/);
    }
  });

  it('is for light and dark', () => {
    expect(throughputPlot([], '')).to.include('prefers-color-scheme: dark');
  });
});

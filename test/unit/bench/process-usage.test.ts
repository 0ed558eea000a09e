import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpuMsOf, usageOf } from '../../../bench/measure/process-usage.js';

describe('what a process uses', () => {
  it('CPU time is user and system time, whatever the name of the process', () => {
    const stat = '7 (a ) b (c)) S 1 7 7 0 -1 4194304 100 0 0 0 250 50 9 9 20 0 11 0 5 6 7';
    expect(cpuMsOf(stat)).to.equal(3000);
  });

  it('counts its children too', async () => {
    const program = `require('node:child_process').spawn(process.execPath, ['-e', 'console.log(1); setInterval(() => 0, 1000)'], { stdio: 'inherit' }); setInterval(() => 0, 1000)`;
    const child = spawn(process.execPath, ['-e', program], {
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    });
    try {
      await once(child.stdout, 'data');
      const own = usageOf(process.pid).rssBytes;
      const both = usageOf(child.pid!).rssBytes;
      expect(both).to.be.above(40_000_000);
      // This process has them as its children.
      expect(own).to.be.above(both);
    } finally {
      process.kill(-child.pid!, 'SIGKILL');
    }
  });

  it('a process that has ended uses nothing', () => {
    expect(usageOf(2 ** 30)).to.deep.equal({ cpuMs: 0, rssBytes: 0 });
  });
});

/** The bench as it is run, with few records: its own broker, a bare loop and the service, the table, JSON and plot. */
import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Results } from '../../bench/report/results.js';
import { startBroker } from '../support/broker.js';

const PROGRAM = fileURLToPath(new URL('../../bench/main.js', import.meta.url));
const RECORDS = 30_000;

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Processes whose command line or environment is of that folder of temporary files. */
const processesOf = (folder: string): readonly string[] =>
  readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false;
    try {
      return ['cmdline', 'environ'].some((file) =>
        readFileSync(`/proc/${pid}/${file}`, 'utf8').includes(folder),
      );
    } catch {
      return false;
    }
  });

describe('npm run bench', function () {
  this.timeout(240_000);
  let folder: string;

  before(async function () {
    // Skips, or fails with CI=true, where no Kafka can run.
    await startBroker(this);
    folder = mkdtempSync(join(tmpdir(), 'audit-lanes-bench-test-'));
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  const start = (args: readonly string[]) => {
    const env = { ...process.env, UV_THREADPOOL_SIZE: '16', TMPDIR: folder };
    const child = spawn(process.execPath, [PROGRAM, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const ended = new Promise<Ended>((resolve) =>
      child.once('close', (code) => resolve({ code, stdout, stderr })),
    );
    return { child, ended, told: () => stderr };
  };

  it('measures side by side, writes table, JSON and plot, and leaves no process and no data', async () => {
    const [json, plot] = [join(folder, 'bench.json'), join(folder, 'bench.svg')];
    const args = ['throughput', '--subjects', 'bare-loop-overlapped,service-1', '--records', String(RECORDS)];
    const { code, stdout, stderr } = await start([...args, '--rounds', '1', '--json', json, '--plot', plot])
      .ended;
    expect(code, stderr).to.equal(0);
    for (const name of ['bare-loop-overlapped', 'service-1', 'one process to the bare loop'])
      expect(stdout).to.include(name);
    const { throughput = [] } = JSON.parse(readFileSync(json, 'utf8')) as Results;
    expect(throughput.map(({ subject }) => subject.name)).to.have.members([
      'bare-loop-overlapped',
      'service-1',
    ]);
    for (const { rounds, errors } of throughput) {
      expect(errors).to.deep.equal([]);
      expect(rounds[0]?.recordsPerSecond).to.be.above(0);
      expect(rounds[0]?.cpuMicrosPerRecord).to.be.above(0);
      expect(rounds[0]?.peakRssBytes).to.be.above(10_000_000);
    }
    expect(readFileSync(plot, 'utf8')).to.match(/^<svg [^]*service-1[^]*<\/svg>\n$/);
    expect(processesOf(folder)).to.deep.equal([]);
    expect(readdirSync(folder)).to.have.members(['bench.json', 'bench.svg']);
  });

  it('ends everything at the first SIGTERM, in the middle of a run', async () => {
    const { child, ended, told } = start([
      'throughput',
      '--subjects',
      'service-1',
      '--records',
      String(RECORDS),
    ]);
    await new Promise<void>((resolve) => {
      child.stderr.on('data', () => {
        if (told().includes('writing')) resolve();
      });
    });
    child.kill('SIGTERM');
    const { code, stderr } = await ended;
    expect(code, stderr).to.equal(1);
    expect(processesOf(folder)).to.deep.equal([]);
    expect(readdirSync(folder)).to.have.members(['bench.json', 'bench.svg']);
  });
});

import { spawn } from 'node:child_process';
import { expect } from 'chai';
import { combineMetrics } from '../../src/observability/combined-metrics.js';
import { fullMetrics } from '../support/full-metrics.js';

/** What Prometheus' own checker says of a `/metrics`; nothing, when there is nothing to say. */
const check = (text: string): Promise<{ readonly code: number | null; readonly said: string }> =>
  new Promise((resolve, reject) => {
    const promtool = spawn('promtool', ['check', 'metrics']);
    let said = '';
    for (const stream of [promtool.stdout, promtool.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (chunk: string) => (said += chunk));
    }
    promtool.on('error', reject);
    promtool.on('close', (code) => resolve({ code, said }));
    promtool.stdin.end(text);
  });

describe('promtool check metrics', () => {
  it("finds nothing in the whole of /metrics, Node's process included", async () => {
    const text = await fullMetrics({ processMetrics: true }).render();
    expect(text).to.include('audit_partition_lag{').and.to.include('process_cpu_seconds_total ');
    expect(await check(text)).to.deep.equal({ code: 0, said: '' });
  });

  it('finds nothing in the metrics of several processes', async () => {
    const each = () => fullMetrics({ processMetrics: true }).values();
    const text = await combineMetrics([await each(), await each()]);
    expect(text).to.include('audit_partition_lag{').and.to.include('process_cpu_seconds_total ');
    expect(await check(text)).to.deep.equal({ code: 0, said: '' });
  });

  it('would find what is wrong', async () => {
    const { code, said } = await check('# TYPE audit_wrong_total gauge\naudit_wrong_total 1\n');
    expect(code).not.to.equal(0);
    expect(said).to.include('audit_wrong_total');
  });
});

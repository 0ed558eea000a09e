import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../support/broker.js';

const ROOT = projectRoot();
const TABLE = join('src', 'observability', 'metric-table.ts');
const FILES = [
  'deploy/prometheus/rules.yml',
  'deploy/prometheus/alerts.yml',
  'deploy/grafana/dashboards/audit-lanes-service.json',
  'deploy/grafana/dashboards/audit-lanes-engine.json',
];

const generate = (...args: readonly string[]): { status: number | null; said: string } => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(ROOT, 'tools', 'generate.mjs'), ...args],
    { encoding: 'utf8' },
  );
  return { status, said: stdout + stderr };
};

describe('the files of Prometheus and Grafana', function () {
  // Loads the compiler and the formatter: seconds on a busy machine.
  this.timeout(120_000);

  let copy: string;
  const change = (file: string, from: string, to: string): void => {
    const path = join(copy, file);
    const text = readFileSync(path, 'utf8');
    expect(text, file).to.contain(from);
    writeFileSync(path, text.replace(from, to));
  };

  beforeEach(() => {
    copy = mkdtempSync(join(tmpdir(), 'audit-lanes-monitoring-'));
    for (const name of ['deploy', TABLE]) cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  });

  afterEach(() => rmSync(copy, { recursive: true, force: true }));

  it('fit their tables', () => {
    expect(generate('--check', '--root', copy)).to.deep.equal({ status: 0, said: '' });
  });

  it('are noticed when the text of a metric, an alert or the file itself has changed, and written anew', () => {
    change(TABLE, 'Heads of lanes that wait for their due time.', 'Heads that wait.');
    change('deploy/monitoring/alert-rules.ts', '> 900', '> 901');
    change('deploy/prometheus/rules.yml', 'partition_lag', 'partition_leg');
    const { status, said } = generate('--check', '--root', copy);
    expect(status).to.equal(1);
    expect(FILES.filter((file) => said.includes(`${file} is stale`))).to.deep.equal([
      'deploy/prometheus/rules.yml',
      'deploy/prometheus/alerts.yml',
      'deploy/grafana/dashboards/audit-lanes-service.json',
    ]);
    expect(generate('--root', copy).status).to.equal(0);
    expect(generate('--check', '--root', copy)).to.deep.equal({ status: 0, said: '' });
    expect(readFileSync(join(copy, FILES[2] ?? ''), 'utf8')).to.contain('Heads that wait.');
  });

  it('are the same bytes when they are made again', () => {
    const before = FILES.map((file) => readFileSync(join(copy, file), 'utf8'));
    for (const file of FILES) rmSync(join(copy, file));
    expect(generate('--root', copy).status).to.equal(0);
    expect(FILES.map((file) => readFileSync(join(copy, file), 'utf8'))).to.deep.equal(before);
  });
});

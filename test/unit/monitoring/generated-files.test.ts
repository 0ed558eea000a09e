import { expect } from 'chai';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ProjectCopy, runTool } from '../../support/project-copy.js';

const TABLE = join('src', 'observability', 'metric-table.ts');
const FILES = [
  'deploy/prometheus/rules.yml',
  'deploy/prometheus/alerts.yml',
  'deploy/grafana/dashboards/audit-lanes-service.json',
  'deploy/grafana/dashboards/audit-lanes-engine.json',
];

const generate = (...args: readonly string[]) => runTool('generate.mjs', ...args);

describe('the files of Prometheus and Grafana', function () {
  // Loads the compiler and the formatter: seconds on a busy machine.
  this.timeout(120_000);

  let copy: ProjectCopy;

  beforeEach(() => {
    copy = new ProjectCopy(['deploy', TABLE]);
  });

  afterEach(() => copy.remove());

  it('fit their tables', () => {
    expect(generate('--check', '--root', copy.root)).to.deep.equal({ status: 0, said: '' });
  });

  it('are noticed when the text of a metric, an alert or the file itself has changed, and written anew', () => {
    copy.change(TABLE, 'Heads of lanes that wait for their due time.', 'Heads that wait.');
    copy.change('deploy/monitoring/alert-rules.ts', '> 900', '> 901');
    copy.change('deploy/prometheus/rules.yml', 'partition_lag', 'partition_leg');
    const { status, said } = generate('--check', '--root', copy.root);
    expect(status).to.equal(1);
    expect(FILES.filter((file) => said.includes(`${file} is stale`))).to.deep.equal([
      'deploy/prometheus/rules.yml',
      'deploy/prometheus/alerts.yml',
      'deploy/grafana/dashboards/audit-lanes-service.json',
    ]);
    expect(generate('--root', copy.root).status).to.equal(0);
    expect(generate('--check', '--root', copy.root)).to.deep.equal({ status: 0, said: '' });
    expect(copy.text(FILES[2] ?? '')).to.contain('Heads that wait.');
  });

  it('are the same bytes when they are made again', () => {
    const before = FILES.map((file) => copy.text(file));
    for (const file of FILES) rmSync(join(copy.root, file));
    expect(generate('--root', copy.root).status).to.equal(0);
    expect(FILES.map((file) => copy.text(file))).to.deep.equal(before);
  });
});

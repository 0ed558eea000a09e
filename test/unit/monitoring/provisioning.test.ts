/** What Grafana is provisioned with fits Prometheus' example of a configuration and the dashboards. */
import { expect } from 'chai';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { projectRoot } from '../../support/broker.js';

const yaml = <T>(...path: readonly string[]): T =>
  parse(readFileSync(join(projectRoot(), 'deploy', ...path), 'utf8')) as T;

interface PrometheusFile {
  readonly global: {
    readonly scrape_interval: string;
    readonly external_labels: Readonly<Record<string, string>>;
  };
  readonly rule_files: readonly string[];
}

interface DataSources {
  readonly datasources: readonly {
    readonly type: string;
    readonly isDefault: boolean;
    readonly jsonData: { readonly timeInterval: string };
  }[];
}

interface Providers {
  readonly providers: readonly { readonly type: string; readonly options: { readonly path: string } }[];
}

describe('what Grafana is provisioned with', () => {
  const prometheus = yaml<PrometheusFile>('prometheus', 'prometheus.yml');

  it('has one data source, the default, with the interval of scraping', () => {
    const { datasources } = yaml<DataSources>('grafana', 'provisioning', 'datasources', 'prometheus.yml');
    expect(datasources).to.have.lengthOf(1);
    expect(datasources[0]).to.include({ type: 'prometheus', isDefault: true });
    expect(datasources[0]?.jsonData.timeInterval).to.equal(prometheus.global.scrape_interval);
  });

  it('has one folder of dashboards, the one that the documentation names', () => {
    const { providers } = yaml<Providers>('grafana', 'provisioning', 'dashboards', 'audit-lanes.yml');
    expect(providers.map(({ type }) => type)).to.deep.equal(['file']);
    const document = readFileSync(join(projectRoot(), 'docs', 'dashboards.md'), 'utf8');
    expect(document).to.contain(`\`${providers[0]?.options.path ?? ''}\``);
  });

  it('stands beside a Prometheus with all rule files, that knows where the runbook is', () => {
    expect(prometheus.rule_files).to.deep.equal(['rules.yml', 'alerts.yml']);
    for (const file of prometheus.rule_files)
      expect(existsSync(join(projectRoot(), 'deploy', 'prometheus', file))).to.equal(true);
    expect(prometheus.global.external_labels).to.have.property('runbook');
  });
});

/** The rules that Grafana's dashboard linter has, and some of our own, on the dashboards as they are shipped. */
import { expect } from 'chai';
import { ALERT_RULES } from '../../../deploy/monitoring/alert-rules.js';
import { laidOver } from '../../support/grid.js';
import { METRICS } from '../../../src/observability/metric-table.js';
import { dashboards, type DashboardFile, type DashboardPanel } from '../../support/dashboards.js';
import { selectorsOf, unknownIn } from '../../support/promql.js';

const UNITS = ['short', 'none', 'cps', 's', 'bytes', 'Bps', 'percentunit'];
const SOURCE = { type: 'prometheus', uid: '${DS_PROMETHEUS}' };

/** Panels whose query shows the value of a counter, and why. */
const COUNTED: Readonly<Record<string, string>> = {
  'Dead letters since the processes started':
    'an increase would not see the first letter of a reason, and dead letters are counted one by one',
};

const panelsOf = ({ panels }: DashboardFile): readonly DashboardPanel[] =>
  panels.filter(({ type }) => type !== 'row');
const asking = (dashboard: DashboardFile): readonly DashboardPanel[] =>
  panelsOf(dashboard).filter(({ type }) => type !== 'text');
const unitsOf = ({ fieldConfig }: DashboardPanel): readonly unknown[] => [
  ...(fieldConfig?.defaults.unit === undefined ? [] : [fieldConfig.defaults.unit]),
  ...(fieldConfig?.overrides ?? []).flatMap(({ properties }) =>
    properties.filter(({ id }) => id === 'unit').map(({ value }) => value),
  ),
];

for (const dashboard of dashboards()) {
  describe(`the dashboard ${dashboard.file}`, () => {
    const { templating, panels } = dashboard;
    const variable = (name: string) => templating.list.find((one) => one.name === name);

    it('asks the data source that a variable names (template-datasource, panel-datasource)', () => {
      expect(variable('DS_PROMETHEUS')).to.include({
        type: 'datasource',
        query: 'prometheus',
        label: 'Data source',
      });
      for (const panel of asking(dashboard)) {
        expect(panel.datasource, panel.title).to.deep.equal(SOURCE);
        for (const target of panel.targets ?? []) expect(target.datasource).to.deep.equal(SOURCE);
      }
    });

    it('lets one choose job and instance, several or all (template-job, template-instance)', () => {
      for (const [name, label] of [['job', 'Job'] as const, ['instance', 'Instance'] as const]) {
        expect(variable(name)).to.deep.include({
          type: 'query',
          label,
          datasource: SOURCE,
          multi: true,
          includeAll: true,
          allValue: '.+',
        });
      }
    });

    it('asks for the values of variables anew when the time changes, by valid PromQL (template-on-time-change-reload, template-label-promql)', () => {
      for (const { type, query, refresh } of templating.list.filter((one) => one.type === 'query')) {
        expect(type).to.equal('query');
        expect(refresh).to.equal(2);
        const text = typeof query === 'string' ? query : query.query;
        const [, expr = ''] = /^label_values\((.*), \w+\)$/.exec(text) ?? [];
        expect(unknownIn(expr)).to.deep.equal([]);
      }
    });

    it('is not changed in Grafana, and has an id that stays (uneditable-dashboard)', () => {
      expect(dashboard.editable).to.equal(false);
      expect(dashboard.uid).to.match(/^audit-lanes-[a-z]+$/);
      expect(panels.map(({ id }) => id)).to.deep.equal(panels.map((_, at) => at + 1));
    });

    it('has a title and a description of every panel, no title twice (panel-title-description)', () => {
      for (const { title, description = '' } of panelsOf(dashboard)) {
        expect(title).to.match(/^[A-Z].{2,}/);
        expect(description.length, title).to.be.greaterThan(20);
      }
      const titles = panelsOf(dashboard).map(({ title }) => title);
      expect(new Set(titles).size).to.equal(titles.length);
    });

    it('tells of each metric what the metric table tells', () => {
      for (const { title, description, targets = [] } of asking(dashboard)) {
        for (const { name } of targets.flatMap(({ expr }) => selectorsOf(expr))) {
          const own = name.replace(/^audit_/, '').replace(/_bucket$/, '');
          if (own in METRICS)
            expect(description, title).to.contain(METRICS[own as keyof typeof METRICS].help);
        }
      }
    });

    it('has a unit in every panel (panel-units)', () => {
      for (const panel of asking(dashboard)) {
        expect(unitsOf(panel), panel.title).to.have.lengthOf(1);
        expect(UNITS, panel.title).to.include(unitsOf(panel)[0]);
      }
    });

    it('has queries in every panel, each with a legend, asking for what exists (panel-no-targets, target-promql)', () => {
      for (const { title, targets = [] } of asking(dashboard)) {
        expect(targets, title).not.to.be.empty;
        for (const { expr, legendFormat } of targets) {
          expect(unknownIn(expr), title).to.deep.equal([]);
          expect(legendFormat, title).to.match(/^(?=.{2,60}$)[a-z{]/);
          const grouped = /^\w+ by \(([^)]*)\)/.exec(expr)?.[1]?.split(', ') ?? [];
          for (const [, label = ''] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
            expect(expr, title).to.match(new RegExp(`by \\([^)]*\\b${label}\\b`));
          // Lists show labels in columns.
          if (grouped.length > 0 && grouped.length < 3)
            for (const label of grouped) expect(legendFormat, title).to.contain(`{{${label}}}`);
        }
      }
    });

    it('limits every series to the job and the instance that are chosen (target-job, target-instance)', () => {
      for (const { title, targets = [] } of asking(dashboard)) {
        for (const { matchers } of targets.flatMap(({ expr }) => selectorsOf(expr))) {
          expect(matchers, title).to.contain('job=~"$job"').and.to.contain('instance=~"$instance"');
        }
      }
    });

    it('takes windows of $__rate_interval (target-rate-interval)', () => {
      for (const { title, targets = [] } of asking(dashboard))
        for (const { expr } of targets)
          for (const [, window] of expr.matchAll(/\[([^\]]*)\]/g))
            expect(window, title).to.equal('$__rate_interval');
    });

    it('shows how counters change, not their values (target-counter-agg)', () => {
      for (const { title, targets = [] } of asking(dashboard)) {
        if (COUNTED[title] !== undefined) continue;
        for (const { expr } of targets)
          for (const [, before = ''] of expr.matchAll(
            /(\w*)\(?(?:audit|process|nodejs)\w*_(?:total|bucket|sum|count)\{/g,
          ))
            expect(before, `${title}: ${expr}`).to.match(/^(rate|increase)$/);
      }
    });

    it('lays no panel over another, and none beside the grid', () => {
      expect(laidOver(panels)).to.deep.equal([]);
      for (const { title, gridPos } of panels) {
        expect(gridPos.x + gridPos.w, title).to.be.at.most(24);
        expect(Math.min(gridPos.w, gridPos.h, gridPos.x + 1, gridPos.y + 1), title).to.be.at.least(1);
      }
    });
  });
}

describe('the dashboards', () => {
  const all = dashboards();

  it('are two, and show every metric of the table between them', () => {
    expect(all.map(({ file }) => file)).to.deep.equal([
      'audit-lanes-engine.json',
      'audit-lanes-service.json',
    ]);
    const named = all
      .flatMap(asking)
      .flatMap(({ targets = [] }) => targets)
      .flatMap(({ expr }) => selectorsOf(expr))
      .map(({ name }) => name.replace(/^audit_/, '').replace(/_bucket$/, ''));
    expect(Object.keys(METRICS).filter((name) => !named.includes(name))).to.deep.equal([]);
  });

  it('say what to do about every alert', () => {
    const text = all.flatMap(panelsOf).flatMap(({ options }) => options?.content ?? []);
    for (const name of Object.keys(ALERT_RULES)) expect(text.join('\n')).to.contain(`| ${name} |`);
  });
});

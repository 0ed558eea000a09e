import { expect } from 'chai';
import { KNOWN_VARIABLES } from '../../config/command-line.js';
import { STATES } from '../../src/observability/health.js';
import { METRICS, type Metric } from '../../src/observability/metric-table.js';
import { PATHS } from '../../src/observability/http-routes.js';
import { mayBecome, type TaskState } from '../../src/task/task-state.js';
import { DOCUMENTS, anchorsOf, inTree, mentions, shown, targetOf, textOf } from './documents.js';

interface Package {
  readonly version: string;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const PACKAGE = JSON.parse(textOf('package.json')) as Package;

/** Variables of other programs, and of our tools, which are no settings of the service. */
const OTHER_VARIABLES: readonly string[] = [
  'CONTRACT_SEEDS',
  'DEBIAN_RELEASE',
  'DS_PROMETHEUS',
  'GLIBC_TUNABLES',
  'MALLOC_ARENA_MAX',
  'MALLOC_MMAP_THRESHOLD_',
  'MALLOC_TRIM_THRESHOLD_',
  'NAME_FILE',
  'NODE_OPTIONS',
  'NODE_VERSION',
  'NO_COLOR',
  'SIMULATION_SEEDS',
  'SOAK_SECONDS',
  'UV_THREADPOOL_SIZE',
  'XDG_STATE_HOME',
];

describe('the documents', () => {
  it('link to what exists', () => {
    const links = mentions(/\]\(([^)\s]+)\)/g).filter(({ text }) => !/^https?:/.test(text));
    expect(links.length).to.be.greaterThan(100);
    const broken = links.filter((link) => {
      const { path, anchor } = targetOf(link);
      return !inTree(path) || (anchor !== undefined && !anchorsOf(path).includes(anchor));
    });
    expect(broken.map(shown)).to.deep.equal([]);
  });

  it('name files and folders that exist', () => {
    const paths = mentions(/`((?:src|config|topology|test|tools|docs|deploy|\.ci)\/[\w./*<>-]*)`/g);
    expect(paths.length).to.be.greaterThan(50);
    const patterns = ['config/schema*.ts', 'src/*.ts'];
    const missing = paths.filter(({ text }) => !patterns.includes(text) && !inTree(text));
    expect(missing.map(shown)).to.deep.equal([]);
  });

  it('name npm scripts that exist', () => {
    const scripts = mentions(/npm run ([a-z-]+)/g);
    expect(scripts.length).to.be.greaterThan(5);
    expect(scripts.filter(({ text }) => PACKAGE.scripts[text] === undefined).map(shown)).to.deep.equal([]);
  });

  it('name variables that are settings', () => {
    const known = [...KNOWN_VARIABLES, ...STATES, ...OTHER_VARIABLES];
    const names = mentions(/\b([A-Z][A-Z0-9]*_[A-Z0-9_]+)/g);
    expect(names.length).to.be.greaterThan(100);
    const unknown = names.filter(({ text, document }) => {
      // `BREAKER_*`: a group of them.
      const isGroup = text.endsWith('_') && textOf(document).includes(`${text}*`);
      return !known.includes(text) && !(isGroup && known.some((name) => name.startsWith(text)));
    });
    expect(unknown.map(shown)).to.deep.equal([]);
  });

  it('name metrics that exist', () => {
    const names = mentions(/\baudit_([a-z_]+)/g);
    expect(names.length).to.be.at.least(Object.keys(METRICS).length);
    const table: Readonly<Record<string, Metric>> = METRICS;
    // A histogram's series are named after it.
    const exists = (name: string): boolean =>
      name in table || table[name.replace(/_(?:bucket|sum|count)$/, '')]?.type === 'histogram';
    expect(names.filter(({ text }) => !exists(text)).map(shown)).to.deep.equal([]);
  });

  it('tell every path of the HTTP server', () => {
    const readme = textOf('README.md');
    expect(PATHS.filter((path) => !readme.includes(`| \`${path}\``))).to.deep.equal([]);
  });

  it('have each task state with what may follow it', () => {
    const architecture = textOf('ARCHITECTURE.md');
    const states: readonly TaskState[] = ['created', 'restoring', 'running', 'draining', 'refused', 'closed'];
    for (const from of states) {
      const row = new RegExp(`^\\| \`${from}\` .*\\|([^|]*)\\|$`, 'm').exec(architecture)?.[1] ?? 'no row';
      const told = [...row.matchAll(/`(\w+)`/g)].map(([, to]) => to);
      expect(told, from).to.have.members(states.filter((to) => mayBecome(from, to)));
    }
  });

  it('give the version of every dependency as it is', () => {
    const decisions = textOf('DECISIONS.md');
    for (const [name, version] of Object.entries({ ...PACKAGE.dependencies, ...PACKAGE.devDependencies })) {
      if (name.startsWith('@types/') && name !== '@types/node') continue;
      const row = decisions
        .split('\n')
        .find((line) => line.startsWith('|') && (line.split('|')[1] ?? '').includes(`\`${name}\``));
      expect(row, `DECISIONS.md, row of ${name}`).to.contain(version);
    }
  });

  it('have a part of the changelog for the version of the package', () => {
    expect(textOf('CHANGELOG.md')).to.contain(`## [${PACKAGE.version}]`);
  });

  it('are more than one', () => {
    expect(DOCUMENTS).to.include.members(['README.md', 'ARCHITECTURE.md', 'docs/configuration.md']);
  });
});

describe('the list of tests by promise', () => {
  const section = /## Tests by promise\n([\s\S]*?)\n## /.exec(textOf('ARCHITECTURE.md'))?.[1] ?? '';

  for (const promise of ['P1', 'P2', 'P3', 'P4', 'P5', 'P6']) {
    it(`is not empty for ${promise}`, () => {
      const [, list = ''] = section.split(`**${promise}, `);
      expect(list.split('\n\n')[1]).to.contain('](test/');
    });
  }
});

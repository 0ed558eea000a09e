import { expect } from 'chai';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSettings } from '../../config/load.js';
import { ProjectCopy, runTool } from '../support/project-copy.js';
import { textOf } from './documents.js';

const COPIED = [
  'README.md',
  'ARCHITECTURE.md',
  'package.json',
  '.env.example',
  'docs',
  'config',
  'deploy',
  'src',
  'topology',
  'bench',
  'test',
];

const docs = (...args: readonly string[]) => runTool('docs.mjs', ...args);

describe('the generated parts of the documents', function () {
  // Loads the compiler and the formatter: seconds on a busy machine.
  this.timeout(120_000);

  let copy: ProjectCopy;

  beforeEach(() => {
    copy = new ProjectCopy(COPIED);
  });

  afterEach(() => copy.remove());

  it('fit the code', () => {
    expect(docs('--check')).to.deep.equal({ status: 0, said: '' });
  });

  it('are noticed when the code has changed, and written anew', () => {
    copy.change('config/schema-service.ts', 'Port of probes and metrics.', 'Another port.');
    copy.change('src/observability/metric-table.ts', 'Tasks of this process, by state.', 'Tasks.');
    copy.change('src/cli/status/status-program.ts', 'what a running service says of itself', 'what it says');
    copy.change('src/task/task.ts', 'The actor: one partition number', 'The one: a partition number');
    const { status, said } = docs('--check', '--root', copy.root);
    expect(status).to.equal(1);
    const stale = [
      '.env.example',
      'README.md',
      'docs/configuration.md',
      'docs/metrics.md',
      'docs/command-line.md',
      'ARCHITECTURE.md',
    ];
    for (const file of stale) expect(said).to.contain(file);
    expect(docs('--root', copy.root).status).to.equal(0);
    expect(docs('--check', '--root', copy.root)).to.deep.equal({ status: 0, said: '' });
    expect(copy.text('ARCHITECTURE.md')).to.contain('The one: a partition number');
  });

  it('hold every schema: one that belongs to no topic is an error that says where to add it', () => {
    const schemas = join(copy.root, 'topology', 'user-audit', 'schemas');
    cpSync(join(schemas, 'user.auth.json'), join(schemas, 'user.deleted.json'));
    const { status, said } = docs('--check', '--root', copy.root);
    expect(status).to.equal(1);
    expect(said).to.contain('user.deleted.json').and.to.contain('CHANNEL_OF in tools/docs/schema-files.mjs');
  });

  it('tell a change of a schema, of a retention or of the version to AsyncAPI', () => {
    copy.change('topology/user-audit/schemas/user.auth.json', 'What was tried.', 'What somebody tried.');
    copy.change('config/schema-kafka.ts', "'30d', 'Of dead letter topics", "'31d', 'Of dead letter topics");
    expect(docs('--root', copy.root).status).to.equal(0);
    const written = copy.text('docs/asyncapi.json');
    expect(written)
      .to.contain('What somebody tried.')
      .and.to.contain(String(31 * 86_400_000));
    expect(copy.text('docs/schemas.md')).to.contain('What somebody tried.');
  });

  it('list a new test that names a promise', () => {
    writeFileSync(
      join(copy.root, 'test', 'unit', 'more.test.ts'),
      "describe('more', () => { it('is live (P6)'); });\n",
    );
    expect(docs('--check', '--root', copy.root).said).to.contain('ARCHITECTURE.md');
  });

  it('want a first comment of every file', () => {
    writeFileSync(join(copy.root, 'src', 'silent.ts'), 'export const silent = true;\n');
    const { status, said } = docs('--check', '--root', copy.root);
    expect(status).to.equal(1);
    expect(said).to.contain('src/silent.ts');
  });
});

describe('.env.example', () => {
  it('holds every setting with its default, all of them valid', () => {
    const env: Record<string, string> = {};
    for (const [, name = '', value = ''] of textOf('.env.example').matchAll(/^#?([A-Z][A-Z0-9_]*)=(.*)$/gm))
      env[name] = value;
    const readFile = (): string => {
      throw new Error('no file is named');
    };
    const given = loadSettings({ env, argv: [], readFile });
    const defaults = loadSettings({ env: { KAFKA_BROKERS: 'localhost:9092' }, argv: [], readFile });
    expect(given.settings).to.deep.equal(defaults.settings);
    expect(given.warnings).to.deep.equal([]);
    expect(Object.keys(env)).to.have.lengthOf(defaults.origins.size);
  });
});

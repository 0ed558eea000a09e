import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSettings } from '../../config/load.js';
import { ROOT, textOf } from './documents.js';

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
  'test',
];

const docs = (...args: readonly string[]): { status: number | null; said: string } => {
  const tool = join(ROOT, 'tools', 'docs.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [tool, ...args], { encoding: 'utf8' });
  return { status, said: stdout + stderr };
};

describe('the generated parts of the documents', function () {
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
    copy = mkdtempSync(join(tmpdir(), 'audit-lanes-docs-'));
    for (const name of COPIED) cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  });

  afterEach(() => rmSync(copy, { recursive: true, force: true }));

  it('fit the code', () => {
    expect(docs('--check')).to.deep.equal({ status: 0, said: '' });
  });

  it('are noticed when the code has changed, and written anew', () => {
    change('config/schema-service.ts', 'Port of probes and metrics.', 'Another port.');
    change('src/observability/metric-table.ts', 'Tasks of this process, by state.', 'Tasks.');
    change('src/cli/status/status-program.ts', 'what a running service says of itself', 'what it says');
    change('src/task/task.ts', 'The actor: one partition number', 'The one: a partition number');
    const { status, said } = docs('--check', '--root', copy);
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
    expect(docs('--root', copy).status).to.equal(0);
    expect(docs('--check', '--root', copy)).to.deep.equal({ status: 0, said: '' });
    expect(readFileSync(join(copy, 'ARCHITECTURE.md'), 'utf8')).to.contain('The one: a partition number');
  });

  it('hold every schema: one that belongs to no topic is an error that says where to add it', () => {
    const schemas = join(copy, 'topology', 'user-audit', 'schemas');
    cpSync(join(schemas, 'user.auth.json'), join(schemas, 'user.deleted.json'));
    const { status, said } = docs('--check', '--root', copy);
    expect(status).to.equal(1);
    expect(said).to.contain('user.deleted.json').and.to.contain('CHANNEL_OF in tools/docs/schema-files.mjs');
  });

  it('tell a change of a schema, of a retention or of the version to AsyncAPI', () => {
    change('topology/user-audit/schemas/user.auth.json', 'What was tried.', 'What somebody tried.');
    change('config/schema-kafka.ts', "'30d', 'Of dead letter topics", "'31d', 'Of dead letter topics");
    expect(docs('--root', copy).status).to.equal(0);
    const written = readFileSync(join(copy, 'docs', 'asyncapi.json'), 'utf8');
    expect(written)
      .to.contain('What somebody tried.')
      .and.to.contain(String(31 * 86_400_000));
    expect(readFileSync(join(copy, 'docs', 'schemas.md'), 'utf8')).to.contain('What somebody tried.');
  });

  it('list a new test that names a promise', () => {
    writeFileSync(
      join(copy, 'test', 'unit', 'more.test.ts'),
      "describe('more', () => { it('is live (P6)'); });\n",
    );
    expect(docs('--check', '--root', copy).said).to.contain('ARCHITECTURE.md');
  });

  it('want a first comment of every file', () => {
    writeFileSync(join(copy, 'src', 'silent.ts'), 'export const silent = true;\n');
    const { status, said } = docs('--check', '--root', copy);
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

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const projectRoot = (from: string): string =>
  existsSync(path.join(from, 'tools', 'generate.mjs')) ? from : projectRoot(path.dirname(from));

const PROJECT = projectRoot(path.dirname(fileURLToPath(import.meta.url)));
const GENERATED = path.join('topology', 'user-audit', 'generated');

const generate = (...args: readonly string[]): { status: number | null; said: string } => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [path.join(PROJECT, 'tools', 'generate.mjs'), ...args],
    {
      encoding: 'utf8',
    },
  );
  return { status, said: stdout + stderr };
};

describe('generated files', function () {
  // Loads a code formatter: seconds on a busy machine.
  this.timeout(60_000);

  let copy: string;
  const file = (name: string): string => path.join(copy, GENERATED, name);

  beforeEach(() => {
    copy = mkdtempSync(path.join(tmpdir(), 'generate-'));
    cpSync(
      path.join(PROJECT, 'topology', 'user-audit', 'schemas'),
      path.join(copy, 'topology', 'user-audit', 'schemas'),
      { recursive: true },
    );
    cpSync(path.join(PROJECT, GENERATED), path.join(copy, GENERATED), { recursive: true });
  });

  afterEach(() => rmSync(copy, { recursive: true, force: true }));

  it('fit their schemas', () => {
    const { status, said } = generate('--check');
    expect(said).to.equal('');
    expect(status).to.equal(0);
  });

  it('are noticed when a schema was changed, when one is edited, missing or left over, each by name', () => {
    const schema = path.join(copy, 'topology', 'user-audit', 'schemas', 'user.updated.json');
    writeFileSync(schema, readFileSync(schema, 'utf8').replace('The user.', 'A user.'));
    writeFileSync(file('user-auth.ts'), `${readFileSync(file('user-auth.ts'), 'utf8')}// edited\n`);
    rmSync(file('system-audit.ts'));
    writeFileSync(file('user-deleted.ts'), '');
    const before = readFileSync(file('user-auth.ts'), 'utf8');
    const { status, said } = generate('--check', '--root', copy);
    expect(status).to.equal(1);
    expect(said).to.contain('user-updated.ts is stale');
    expect(said).to.contain('user-auth.ts is stale');
    expect(said).to.contain('system-audit.ts is missing');
    expect(said).to.contain('user-deleted.ts has no schema');
    expect(said).not.to.contain('user-registered.ts');
    expect(readFileSync(file('user-auth.ts'), 'utf8'), '--check writes nothing').to.equal(before);
  });

  it('are written again, the same bytes from the same schemas', () => {
    rmSync(path.join(copy, GENERATED), { recursive: true });
    expect(generate('--root', copy).status).to.equal(0);
    for (const name of ['system-audit.ts', 'user-auth.ts', 'user-registered.ts', 'user-updated.ts']) {
      expect(readFileSync(file(name), 'utf8'), name).to.equal(
        readFileSync(path.join(PROJECT, GENERATED, name), 'utf8'),
      );
    }
    expect(generate('--check', '--root', copy).status).to.equal(0);
  });
});

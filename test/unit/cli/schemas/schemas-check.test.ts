/** The command on clones of the test's own: real folders, real revisions of git. */
import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Unfulfilled, UsageError } from '../../../../src/cli/exit-code.js';
import { schemasCheck } from '../../../../src/cli/schemas/schemas-check.js';
import type { SchemasCheck } from '../../../../src/cli/schemas/schemas-request.js';
import type { Output } from '../../../../src/cli/terminal/output.js';
import { paint } from '../../../../src/cli/terminal/paint.js';
import { jsonLine } from '../../../../src/cli/terminal/printable.js';
import { projectRoot } from '../../../support/broker.js';

const AUTH = 'topology/users/schemas/user.auth.json';
const schema = (field: object): string => JSON.stringify({ type: 'object', properties: { action: field } });

describe('schemas check', () => {
  let root: string;

  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-C', root, '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
      encoding: 'utf8',
    });
  const commit = (): void => {
    git('add', '-A');
    git('commit', '-q', '-m', 'schemas');
  };
  const run = (asked: Partial<SchemasCheck> = {}, isJson = false, at = root) => {
    const said = { lines: [] as string[], notes: [] as string[] };
    const output: Output = {
      isJson,
      paint: paint(false),
      width: Infinity,
      line: (text) => void said.lines.push(text),
      json: (value) => void said.lines.push(jsonLine(value)),
      note: (text) => void said.notes.push(text),
      progress: () => undefined,
    };
    const request: SchemasCheck = {
      kind: 'schemas check',
      against: 'HEAD',
      level: 'full',
      isStrict: false,
      ...asked,
    };
    return { exitCode: schemasCheck({ output }, request, at), ...said };
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'audit-lanes-schemas-'));
    git('init', '-q');
    write(AUTH, schema({ enum: ['login', 'logout'] }));
    commit();
  });

  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('says that nothing has changed, and ends with 0', () => {
    expect(run()).to.deep.equal({
      exitCode: 0,
      lines: ['Nothing has changed that readers could notice, against HEAD.'],
      notes: [],
    });
  });

  it('tells what has changed since a revision, where, and whom it breaks, and ends with 1', () => {
    write(AUTH, schema({ enum: ['login', 'logout', 'locked'] }));
    const { exitCode, lines } = run();
    expect(exitCode).to.equal(1);
    expect(lines[1]).to.match(
      /^backward +user\.auth +\/action +enum \["login","logout"\] is now \["login","logout","locked"\] +old readers refuse values "locked"$/,
    );
    expect(lines.at(-1)).to.equal('1 change against HEAD, 1 of them not allowed at level full.');
  });

  it('ends with 0 when the change is of the level that is asked for', () => {
    write(AUTH, schema({ enum: ['login', 'logout', 'locked'] }));
    const ends = (['backward', 'forward', 'full', 'none'] as const).map((level) => run({ level }).exitCode);
    expect(ends).to.deep.equal([0, 1, 1, 0]);
  });

  it('gives one object a line for a program, and the rest elsewhere', () => {
    write(AUTH, schema({ type: 'string' }));
    const { lines, notes } = run({}, true);
    expect(lines.map((line) => (JSON.parse(line) as { keyword: string }).keyword)).to.deep.equal([
      'enum',
      'type',
    ]);
    expect(notes).to.have.lengthOf(1);
  });

  it('knows schemas that are new and gone', () => {
    rmSync(join(root, AUTH));
    write('topology/users/schemas/user.left.json', schema({}));
    expect(run({ level: 'none' }).lines.slice(1, 3)).to.deep.equal([
      'forward  user.auth  /      the schema is gone  new readers refuse events of this type',
      'full     user.left  /      the schema is new   read by all',
    ]);
  });

  it('compares with a folder: another clone, or one that holds schemas', () => {
    write('released/user.auth.json', schema({ enum: ['login'] }));
    write('other/topology/users/schemas/user.auth.json', schema({ enum: ['login'] }));
    for (const against of ['released', 'other', join(root, 'released')])
      expect(run({ against }).exitCode, against).to.equal(1);
  });

  it('works in a clone that lies below the root of its repository', () => {
    write('below/topology/users/schemas/user.auth.json', schema({ enum: ['login'] }));
    commit();
    write('below/topology/users/schemas/user.auth.json', schema({ enum: ['login', 'logout'] }));
    expect(run({ level: 'backward' }, false, join(root, 'below'))).to.include({ exitCode: 0 });
    expect(run({}, false, join(root, 'below'))).to.include({ exitCode: 1 });
  });

  it('says what is allowed when there is no such revision, even one that looks like an option', () => {
    for (const against of ['no-such-branch', '--all', '-h', '', 'HEAD:topology'])
      expect(() => run({ against }), against).to.throw(
        UsageError,
        /there is no such folder|there are no schemas/,
      );
  });

  it('says which file is no schema', () => {
    write(AUTH, '{');
    expect(() => run()).to.throw(Unfulfilled, /user\.auth\.json is not JSON/);
    write(AUTH, '[]');
    expect(() => run()).to.throw(Unfulfilled, /user\.auth\.json is not a schema/);
  });

  it('says where to run it when there are no schemas', () => {
    const empty = mkdtempSync(join(tmpdir(), 'audit-lanes-empty-'));
    try {
      expect(() => run({ against: root }, false, empty)).to.throw(UsageError, /root of a clone/);
    } finally {
      rmSync(empty, { recursive: true });
    }
  });

  it('shows what a schema of somebody else holds without obeying it', () => {
    write(AUTH, schema({ enum: ['login', '\u001b[31mred'] }));
    expect(run().lines.join('\n')).not.to.contain('\u001b');
    expect(run({}, true).lines.join('\n')).not.to.contain('\u001b');
  });
});

describe('the schemas of this project', () => {
  const root = projectRoot();
  const released = join(root, 'test', 'schemas', 'released');
  for (const version of readdirSync(released))
    it(`are compatible in both directions with those of ${version}, which are kept as they were`, () => {
      const said: string[] = [];
      const output: Output = {
        isJson: false,
        paint: paint(false),
        width: Infinity,
        line: (text) => void said.push(text),
        json: () => undefined,
        note: () => undefined,
        progress: () => undefined,
      };
      const against = join(released, version);
      expect(readdirSync(against).length).to.be.at.least(4);
      const exitCode = schemasCheck(
        { output },
        { kind: 'schemas check', against, level: 'full', isStrict: false },
        root,
      );
      expect(exitCode, said.join('\n')).to.equal(0);
      for (const name of readdirSync(against))
        expect(readFileSync(join(against, name), 'utf8')).to.contain(`/${version}"`);
    });
});

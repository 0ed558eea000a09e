/** Completion: what shells get from the program, in their own words. */
import { expect } from 'chai';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SCRIPTS } from '../../../src/cli/completion/completion-script.js';
import { settingOptions, wordsOfPlace } from '../../../src/cli/completion/allowed-words.js';
import { createProgram, withDescendants } from '../../../src/cli/program.js';
import { TOPOLOGIES } from '../../../src/service/topologies.js';
import { epochMs } from '../../../src/record/units.js';

const PROGRAM = fileURLToPath(new URL('../../../src/cli/audit-lanes.js', import.meta.url));

/** The values that may follow the words; the last word is completed. */
const candidates = (...words: string[]): string[] =>
  execFileSync(process.execPath, [PROGRAM, 'complete', '--', ...words], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith(':'))
    .map((line) => line.split('\t')[0] ?? '');

describe('completion', function () {
  this.timeout(60_000);
  let folder = '';

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'audit-lanes-completion-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('knows commands and their options', () => {
    expect(candidates('')).to.include.members([
      'lanes',
      'dlq',
      'topics',
      'group',
      'status',
      'config',
      'topology',
    ]);
    expect(candidates('')).not.to.include('complete');
    expect(candidates('topics', '')).to.include.members(['check', 'apply', 'describe']);
    expect(candidates('to')).to.deep.equal(['topics', 'topology']);
    expect(candidates('topics', 'apply', '--')).to.include.members([
      '--dry-run',
      '--configs',
      '--kafka-brokers',
    ]);
    expect(candidates('lanes', 'list', '--')).not.to.include('--configs');
  });

  it('knows values: of options, arguments, settings, and names of topologies', () => {
    expect(candidates('lanes', 'list', '--status', '')).to.deep.equal(['retrying', 'parked']);
    expect(candidates('dlq', 'list', '--by', 're')).to.deep.equal(['reason']);
    expect(candidates('completion', '')).to.deep.equal(['bash', 'zsh']);
    expect(candidates('topology', '--topology', '')).to.have.members(Object.keys(TOPOLOGIES));
    expect(candidates('topology', '--topology=user-')).to.have.members(['user-audit', 'user-activity']);
    expect(candidates('group', '--kafka-group-protocol', 'c')).to.deep.equal(['classic', 'consumer']);
    expect(candidates('--topology=user-audit', 'topics', 'd')).to.deep.equal(['describe']);
    expect(candidates('lanes', 'list', '--limit', '')).to.deep.equal([]);
  });

  it('gives only words that are then taken', () => {
    for (const command of withDescendants(createProgram('', epochMs(0), () => {})))
      for (const option of command.options)
        for (const word of wordsOfPlace(option))
          expect(() => option.parseArg?.(word, undefined)).not.to.throw();
    const words = settingOptions().filter((option) => option.words.length > 0);
    expect(words.map(({ name }) => name)).to.include.members(['log-level', 'ordering', 'schemas-strict']);
    expect(words.map(({ name }) => name)).not.to.include.members(['kafka-group-id']);
  });

  /** What bash would complete the last word to. */
  const inBash = (...words: string[]): string[] => {
    const script = join(folder, 'completion.bash');
    writeFileSync(script, SCRIPTS.bash);
    const asked = `
audit-lanes() { "$NODE" "$PROGRAM" "$@"; }
. "$SCRIPT"; . "$SCRIPT"
COMP_WORDS=(audit-lanes "$@"); COMP_CWORD=$#
_audit_lanes_complete
printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { status, stderr, stdout } = spawnSync('bash', ['--norc', '-c', asked, 'bash', ...words], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], NODE: process.execPath, PROGRAM, SCRIPT: script },
    });
    expect([status, stderr]).to.deep.equal([0, '']);
    return stdout.split('\n').filter((line) => line !== '');
  };

  it('works in bash, without any package of it, loaded twice', () => {
    expect(inBash('to')).to.deep.equal(['topics', 'topology']);
    expect(inBash('lanes', 'list', '--status', '')).to.deep.equal(['retrying', 'parked']);
    // bash cuts words at "=".
    expect(inBash('lanes', 'list', '--status', '=', 'p')).to.deep.equal(['parked']);
    expect(inBash('lanes', 'list', '--status', '=', '')).to.deep.equal(['retrying', 'parked']);
  });

  it('carries out nothing that is only typed', () => {
    const trap = join(folder, 'trap');
    inBash('lanes', 'show', `$(touch ${trap})`, '`touch ${trap}`', `; touch ${trap}`, '');
    expect(existsSync(trap)).to.equal(false);
  });

  it('has a script for each shell that asks the program', () => {
    for (const [shell, script] of Object.entries(SCRIPTS)) {
      const written = execFileSync(process.execPath, [PROGRAM, 'completion', shell], { encoding: 'utf8' });
      expect(written).to.equal(script);
      expect(script).to.include(' complete -- ').and.not.to.include('eval');
    }
    expect(SCRIPTS.zsh).to.match(/^#compdef audit-lanes\n/);
  });

  it('has a script that zsh can read, where there is one', () => {
    const script = join(folder, '_audit-lanes');
    writeFileSync(script, SCRIPTS.zsh);
    const zsh = ['/bin/zsh', '/usr/bin/zsh'].find((path) => existsSync(path));
    // Without zsh: at least that every block that is opened is closed.
    const opened = readFileSync(script, 'utf8').match(/\b(do|then)\b/g)?.length;
    expect(readFileSync(script, 'utf8').match(/\b(done|fi)\b/g)).to.have.length(opened ?? -1);
    if (zsh !== undefined) execFileSync(zsh, ['-n', script]);
  });
});

/** The patch of the Kafka client: applied once, replaced by another version, and never by half. */
import { expect } from 'chai';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../../support/broker.js';

const { applyPatchFile } = (await import(
  pathToFileURL(join(projectRoot(), 'tools', 'setup', 'patch.mjs')).href
)) as { applyPatchFile(folder: string, patchFile: string): boolean };

const ORIGINAL = 'one\ntwo\nthree\nfour\nfive\n';
const OTHER = 'alpha\nbeta\n';
const patchOf = (to: string, added: string): string =>
  [
    '--- a/src/x.cc',
    '+++ b/src/x.cc',
    '@@ -1,4 +1,4 @@',
    ' one',
    '-two',
    `+${to}`,
    ' three',
    ' four',
    '--- a/src/y.cc',
    '+++ b/src/y.cc',
    '@@ -1,2 +1,3 @@',
    ' alpha',
    ' beta',
    '+gamma',
    'new file mode 100644',
    '--- /dev/null',
    '+++ b/src/new.cc',
    '@@ -0,0 +1,2 @@',
    `+${added}`,
    '+end',
    '',
  ].join('\n');
const FIRST = patchOf('2', 'first');
const SECOND = patchOf('zwei', 'second');

describe('the patch of the Kafka client', () => {
  let root: string;
  let folder: string;
  const read = (path: string): string => readFileSync(join(folder, path), 'utf8');
  const apply = (text: string): boolean => {
    const file = join(root, 'the.patch');
    writeFileSync(file, text);
    return applyPatchFile(folder, file);
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'patch-'));
    folder = join(root, 'package');
    mkdirSync(join(folder, 'src'), { recursive: true });
    writeFileSync(join(folder, 'src/x.cc'), ORIGINAL);
    writeFileSync(join(folder, 'src/y.cc'), OTHER);
  });

  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const expectFirst = (): void => {
    expect(read('src/x.cc')).to.equal('one\n2\nthree\nfour\nfive\n');
    expect(read('src/y.cc')).to.equal('alpha\nbeta\ngamma\n');
    expect(read('src/new.cc')).to.equal('first\nend\n');
  };

  it('is applied, and a second time there is nothing to do', () => {
    expect(apply(FIRST)).to.equal(true);
    expectFirst();
    expect(apply(FIRST)).to.equal(false);
    expectFirst();
  });

  it('gives way to another version of it', () => {
    apply(FIRST);
    expect(apply(SECOND)).to.equal(true);
    expect(read('src/x.cc')).to.equal('one\nzwei\nthree\nfour\nfive\n');
    expect(read('src/y.cc')).to.equal('alpha\nbeta\ngamma\n');
    expect(read('src/new.cc')).to.equal('second\nend\n');
    apply(FIRST);
    expectFirst();
  });

  it('puts back what another version does not touch any more', () => {
    apply(FIRST);
    const onlyX = FIRST.slice(0, FIRST.indexOf('--- a/src/y.cc'));
    apply(onlyX);
    expect(read('src/x.cc')).to.equal('one\n2\nthree\nfour\nfive\n');
    expect(read('src/y.cc')).to.equal(OTHER);
    expect(existsSync(join(folder, 'src/new.cc'))).to.equal(false);
  });

  it('goes on where it was interrupted', () => {
    apply(FIRST);
    // Killed after the first file: the note of what is applied was not written yet.
    rmSync(join(folder, '.audit-lanes.patch'));
    writeFileSync(join(folder, 'src/y.cc'), OTHER);
    rmSync(join(folder, 'src/new.cc'));
    apply(FIRST);
    expectFirst();
  });

  it('changes no file when one of them does not fit, and says what to do', () => {
    writeFileSync(join(folder, 'src/y.cc'), 'changed\nby hand\n');
    expect(() => apply(FIRST)).to.throw(/does not fit .*y\.cc.*\n.*remove node_modules/);
    expect(read('src/x.cc')).to.equal(ORIGINAL);
    expect(existsSync(join(folder, 'src/new.cc'))).to.equal(false);
    expect(apply.bind(null, FIRST)).to.throw();
  });
});

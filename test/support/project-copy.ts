/** Tools that write files, run on a copy of parts of the project, so that a test can change it. */
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from './broker.js';

const ROOT = projectRoot();

/** A tool of the project itself, by its name in tools/; `--root` among its arguments says where it works. */
export const runTool = (
  name: string,
  ...args: readonly string[]
): { readonly status: number | null; readonly said: string } => {
  const tool = join(ROOT, 'tools', name);
  const { status, stdout, stderr } = spawnSync(process.execPath, [tool, ...args], { encoding: 'utf8' });
  return { status, said: stdout + stderr };
};

export class ProjectCopy {
  readonly root = mkdtempSync(join(tmpdir(), 'audit-lanes-copy-'));

  /** Files and folders, from the root. */
  constructor(names: readonly string[]) {
    for (const name of names) cpSync(join(ROOT, name), join(this.root, name), { recursive: true });
  }

  text(file: string): string {
    return readFileSync(join(this.root, file), 'utf8');
  }

  /** The first place of `from`, which must be there. */
  change(file: string, from: string, to: string): void {
    const text = this.text(file);
    expect(text, file).to.contain(from);
    writeFileSync(join(this.root, file), text.replace(from, to));
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/**
 * Help is answered within 200 ms: what it costs is measured, and what it must not load is looked for.
 * Measured in starts of bare Node, about 40 ms of an idle machine: a busy one makes both dearer.
 */
import { expect } from 'chai';
import type { Command } from 'commander';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createProgram, withDescendants } from '../../../src/cli/program.js';
import { epochMs } from '../../../src/record/units.js';

const PROGRAM = new URL('../../../src/cli/audit-lanes.js', import.meta.url);
/** 200 ms over Node itself, in starts of Node. */
const BUDGET = 5;
const RUNS = 5;

/**
 * Of one run of Node, in milliseconds, user and system: the time of day would measure what else the machine does.
 * `times` of a shell tells it of its children.
 */
const cpuMs = (args: readonly string[]): number => {
  const { stdout } = spawnSync('sh', ['-c', '"$@" >/dev/null 2>&1; times', 'sh', process.execPath, ...args], {
    encoding: 'utf8',
  });
  const children = stdout.trim().split('\n').at(-1) ?? '';
  const [user = NaN, system = NaN] = [...children.matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, seconds]) => (Number(minutes) * 60 + Number(seconds)) * 1000,
  );
  return user + system;
};

/** Over Node itself, in starts of Node; both measured at the same time, since the machine is not always as busy. */
const costOf = (args: readonly string[]): number => {
  const bareMs = cpuMs(['-e', '0']);
  return cpuMs(args) / bareMs - 1;
};

/** Modules that are loaded with it: whatever it imports, and so on; packages by their name. */
const loadedWith = (
  entry: URL,
): { readonly files: ReadonlySet<string>; readonly packages: ReadonlySet<string> } => {
  const files = new Set<string>();
  const packages = new Set<string>();
  const visit = (url: URL): void => {
    if (files.has(url.href)) return;
    files.add(url.href);
    const code = readFileSync(url, 'utf8');
    for (const [, from = ''] of code.matchAll(
      /^(?:import|export)\b[^;]*?from '([^']+)';|^import '([^']+)';/gm,
    )) {
      if (from.startsWith('.')) visit(new URL(from, url));
      else if (!from.startsWith('node:')) packages.add(from);
    }
  };
  visit(entry);
  return { files, packages };
};

/** The words that name it, without the program's own. */
const pathOf = (command: Command): readonly string[] =>
  command.parent === null ? [] : [...pathOf(command.parent), command.name()];

describe('help', function () {
  this.timeout(120_000);

  // Each is answered by the same program, but an option may load what the others do not.
  const answers = (): readonly (readonly string[])[] => [
    ['--version'],
    ['completion', 'zsh'],
    ['complete', '--', 'dlq', ''],
    ...withDescendants(createProgram('', epochMs(0), () => undefined))
      .filter((command) => command.name() !== 'complete')
      .map((command) => [...pathOf(command), '--help']),
  ];

  it('costs less than 200 ms of processor time over Node itself, where Node starts in 40, of every command', () => {
    const program = fileURLToPath(PROGRAM);
    const all = answers();
    expect(all.length).to.be.greaterThan(30);
    for (const args of all) {
      const costs: number[] = [];
      // Most are within it the first time; what else the machine does can only make a run dearer.
      while (costs.length < RUNS && !costs.some((cost) => cost < BUDGET))
        costs.push(costOf([program, ...args]));
      expect(Math.min(...costs), `${args.join(' ')}: ${costs.join(', ')} starts of Node`).to.be.within(
        0,
        BUDGET,
      );
    }
  });

  it('is an answer, with exit code 0', () => {
    for (const args of answers()) {
      const { status, stderr, stdout } = spawnSync(process.execPath, [fileURLToPath(PROGRAM), ...args], {
        encoding: 'utf8',
      });
      expect([status, stderr], args.join(' ')).to.deep.equal([0, '']);
      expect(stdout.length, args.join(' ')).to.be.greaterThan(4);
    }
  });

  it('loads no library but commander, and neither topologies nor clients', () => {
    const { files, packages } = loadedWith(PROGRAM);
    expect([...packages]).to.deep.equal(['commander']);
    const names = [...files].map((file) => file.replace(/.*\/dist\//, ''));
    expect(names.length).to.be.greaterThan(20);
    const heavy =
      /^src\/(kafka|dsl\/nodes|task|state|streams|service\/(topologies|service|client))|^topology\/|^config\/(merge|load)\.js/;
    expect(names.filter((name) => heavy.test(name))).to.deep.equal([]);
  });

  it('has an example of every command, and each is a command', () => {
    for (const command of withDescendants(createProgram('', epochMs(0), () => undefined))) {
      if (command.name() === 'complete') continue;
      let text = '';
      command.configureOutput({ writeOut: (more) => (text += more) }).outputHelp();
      expect(text, command.name()).to.match(/^Examples:\n {2}audit-lanes \S/);
    }
  });
});

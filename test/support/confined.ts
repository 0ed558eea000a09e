/**
 * Commands run as in the container: with a read-only root file system and as another user, from an assembled folder.
 * How far that goes depends on what the machine allows; `mode` says which it was:
 *
 * - `namespaces`: as root where mounts may be made. A root of its own that is read-only, uid 65532 without a name, no
 *   capability, process 1 of its own: all that the container has.
 * - `permissions`: as root where they may not (a container without privileges). The same uid, and files that belong to
 *   root and that nobody may write.
 * - `own user`: not as root. Files that nobody may write.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectRoot } from './broker.js';
import type { Exit } from './service-process.js';

export const CONTAINER_USER = 65532;
const STATE = '/var/lib';

export type Mode = 'namespaces' | 'permissions' | 'own user';

export interface Place {
  /** The assembled folder. */
  readonly app: string;
  /** What is mounted where the container keeps its state. */
  readonly state: string;
  readonly root: string;
  readonly tmp: string;
}

export interface Ended extends Exit {
  readonly output: string;
}

const SCRIPT = join(projectRoot(), 'test', 'support', 'read-only-root.sh');
const NAMESPACES = ['unshare', '--mount', '--pid', '--fork', '--kill-child=KILL'];
const ENDED_WITH_US = ['setpriv', '--pdeathsig', 'KILL'];

const isRoot = (): boolean => process.getuid?.() === 0;

const runs = ([file = '', ...args]: readonly string[]): boolean => spawnSync(file, args).status === 0;

const commandIn = (mode: Mode, { app, root, state }: Place, args: readonly string[]): readonly string[] => {
  switch (mode) {
    case 'namespaces':
      return [...ENDED_WITH_US, ...NAMESPACES, 'sh', SCRIPT, root, app, state, process.execPath, ...args];
    case 'permissions': {
      const as = ['--reuid', String(CONTAINER_USER), '--regid', String(CONTAINER_USER), '--clear-groups'];
      return ['setpriv', ...as, '--no-new-privs', ...ENDED_WITH_US, ...args];
    }
    case 'own user':
      return args;
  }
};

/** A folder and all that is in it. */
const eachIn = (folder: string, visit: (path: string) => void): void => {
  visit(folder);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) eachIn(path, visit);
    else visit(path);
  }
};

export class Confined {
  readonly #alive = new Set<ChildProcess>();

  private constructor(
    readonly mode: Mode,
    private readonly place: Place,
  ) {}

  /** The strictest way that this machine allows. `app` must have been assembled in `folder`. */
  static in(folder: string): Confined {
    const place = {
      app: join(folder, 'app'),
      state: join(folder, 'state', 'audit-lanes'),
      root: join(folder, 'root'),
      tmp: join(folder, 'tmp'),
    };
    for (const made of [place.state, place.root, place.tmp]) mkdirSync(made, { recursive: true });
    chmodSync(folder, 0o755);
    if (!isRoot()) {
      eachIn(place.app, (path) => chmodSync(path, 0o555));
      return new Confined('own user', place);
    }
    for (const own of [place.state, place.tmp]) chownSync(own, CONTAINER_USER, CONTAINER_USER);
    if (runs(commandIn('namespaces', place, ['true']))) return new Confined('namespaces', place);
    eachIn(place.app, (path) => chmodSync(path, 0o555));
    // Where this one is, another user may not be allowed to look.
    mkdirSync(join(folder, 'bin'));
    copyFileSync(process.execPath, join(folder, 'bin', 'node'));
    chmodSync(join(folder, 'bin', 'node'), 0o755);
    return new Confined('permissions', place);
  }

  /** Where the command finds what the image has at /app. */
  get app(): string {
    return this.mode === 'namespaces' ? '/app' : this.place.app;
  }

  /** Where state is, for the command; `stateFolder` is where it is for us. */
  get state(): string {
    return this.mode === 'namespaces' ? `${STATE}/audit-lanes` : this.place.state;
  }

  get stateFolder(): string {
    return this.place.state;
  }

  get tmp(): string {
    return this.mode === 'namespaces' ? '/tmp' : this.place.tmp;
  }

  /** As the image's environment has it, with its paths turned to where things are. */
  #environment(env: Readonly<Record<string, string>>): Record<string, string> {
    const entries = Object.entries(env).map(([name, value]) => [
      name,
      value.replace(/^\/app(?=\/)/, this.app),
    ]);
    const own = Object.fromEntries(entries) as Record<string, string>;
    const bin = [join(dirname(this.place.app), 'bin'), dirname(process.execPath), '/usr/bin', '/bin'];
    const all = { PATH: bin.join(':'), TMPDIR: this.tmp, ...own };
    return this.mode === 'namespaces' ? all : { ...all, XDG_STATE_HOME: dirname(this.place.state) };
  }

  start(args: readonly string[], env: Readonly<Record<string, string>> = {}): ConfinedProcess {
    const [file = '', ...rest] = commandIn(this.mode, this.place, args);
    const child = spawn(file, rest, {
      cwd: this.mode === 'namespaces' ? '/' : this.place.app,
      env: this.#environment(env),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#alive.add(child);
    alive.add(child);
    child.once('close', () => {
      this.#alive.delete(child);
      alive.delete(child);
    });
    return new ConfinedProcess(child, this.mode);
  }

  run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
    return this.start(args, env).ended;
  }

  /** Ends every command that still runs. */
  async end(): Promise<void> {
    await Promise.all(
      [...this.#alive].map(
        (child) =>
          new Promise((resolve) => {
            child.once('close', resolve);
            kill(child);
          }),
      ),
    );
  }
}

const alive = new Set<ChildProcess>();

/** With all that it has started: the init process gives its child a group of its own. */
const killTree = (pid: number): void => {
  const children = childrenOf(pid);
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
  children.forEach(killTree);
};

const kill = ({ pid }: ChildProcess): void => {
  if (pid !== undefined) killTree(pid);
};

process.once('exit', () => alive.forEach(kill));

const childrenOf = (pid: number): readonly number[] =>
  readdirSync('/proc')
    .map(Number)
    .filter((other) => {
      if (!Number.isInteger(other)) return false;
      try {
        // pid (name) state parent …: the name may hold anything.
        const stat = readFileSync(`/proc/${other}/stat`, 'utf8');
        return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === pid;
      } catch {
        return false;
      }
    });

export class ConfinedProcess {
  #output = '';
  readonly ended: Promise<Ended>;
  #hasEnded = false;

  constructor(
    private readonly child: ChildProcess,
    private readonly mode: Mode,
  ) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    }
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => {
        this.#hasEnded = true;
        resolve({ code, signal, output: this.#output });
      });
    });
  }

  get output(): string {
    return this.#output;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** To the command itself: what a container's engine signals is its process 1. */
  signal(signal: NodeJS.Signals): void {
    const { pid } = this.child;
    if (pid === undefined) throw new Error('it was never started');
    const [first] = this.mode === 'namespaces' ? childrenOf(pid) : [pid];
    if (first === undefined) throw new Error(`it has no process 1:\n${this.#output}`);
    process.kill(first, signal);
  }
}

/**
 * The service as the container runs it: a process of its own, told by its environment, seen through HTTP,
 * its log and its exit code. Every one is ended when its test file is done, and when mocha is killed.
 * The logs of a test that failed are shown, their last lines.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { projectRoot } from './broker.js';
import { until } from './wait.js';

export type ServiceEnvironment = Readonly<Record<string, string>>;

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Of `/status`, as far as the tests look at it. */
export interface ServiceStatus {
  readonly state: string;
  readonly joined: boolean;
  readonly uncommitted: number;
  readonly pausedPartitions: number;
  readonly msSincePoll?: number;
  readonly breaker?: 'closed' | 'open';
  readonly tasks: readonly {
    readonly id: string;
    readonly partition: number;
    readonly state: string;
    readonly positions: Readonly<Record<string, number>>;
    readonly uncommitted: number;
    readonly paused: readonly string[];
    readonly stores: Readonly<Record<string, { readonly entries: number; readonly bytes: number }>>;
    readonly restore?: { readonly done: number; readonly total: number };
    readonly refused?: { readonly reason: string; readonly message: string };
    readonly lanes?: {
      readonly retrying: number;
      readonly parked: number;
      readonly followers: number;
      readonly bytes: number;
      readonly oldestHeadAgeMs: number | null;
      readonly nextDueInMs: number | null;
    };
  }[];
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const SHOWN_LINES = 60;
/** A machine that is busy with other tests may be late; a platform restarts what has not answered for about so long. */
const REQUEST_TIMEOUT_MS = 20_000;
const READY_LIMIT_MS = 60_000;
const EXIT_LIMIT_MS = 40_000;

// The kernel ends it when mocha is killed; where there is no setpriv, only an orderly end ends it.
const LEASH = '/usr/bin/setpriv';
const leashed = (args: readonly string[]): readonly [string, readonly string[]] =>
  existsSync(LEASH) ? [LEASH, ['--pdeathsig', 'KILL', process.execPath, ...args]] : [process.execPath, args];

const freePort = async (): Promise<number> => {
  const path = join(projectRoot(), 'tools', 'kafka', 'ports.mjs');
  const ports = (await import(pathToFileURL(path).href)) as { freePort(): Promise<number> };
  return ports.freePort();
};

/** Nothing of the environment that the tests run in reaches the service, so that they see the defaults. */
const BASE: ServiceEnvironment = {
  // The suites run on the published binding too, when they are told to.
  KAFKA_BINDING: process.env['KAFKA_BINDING'] ?? 'auto',
  PATH: process.env['PATH'] ?? '',
  UV_THREADPOOL_SIZE: '16',
  HTTP_HOST: '127.0.0.1',
};

export class ServiceProcess {
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  /** Resolves when the process is gone. */
  readonly exited: Promise<Exit>;
  #exit: Exit | undefined;

  private constructor(
    readonly name: string,
    readonly port: number,
    env: ServiceEnvironment,
    args: readonly string[],
    program: string,
    flags: readonly string[],
  ) {
    const [command, all] = leashed([...flags, program, ...args]);
    this.#child = spawn(command, all, {
      env: { ...BASE, HTTP_PORT: String(port), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      let rest = '';
      stream?.setEncoding('utf8').on('data', (text: string) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        this.#lines.push(...lines);
      });
      stream?.on('end', () => {
        if (rest !== '') this.#lines.push(rest);
      });
    }
    this.exited = new Promise((resolve) => {
      // 'close': with all that it wrote.
      this.#child.once('close', (code, signal) => {
        this.#exit = { code, signal };
        alive.delete(this);
        resolve(this.#exit);
      });
    });
    alive.add(this);
    started.push(this);
  }

  /**
   * Resolves when the process was started; `untilReady` waits for more. `program`: the service, unless a test has one
   * of its own that ends in the service's main. `flags`: of Node.js.
   */
  static async start(
    name: string,
    env: ServiceEnvironment,
    args: readonly string[] = [],
    program = MAIN,
    flags: readonly string[] = [],
  ): Promise<ServiceProcess> {
    const given = env['HTTP_PORT'];
    const port = given === undefined ? await freePort() : Number(given);
    return new ServiceProcess(name, port, env, args, program, flags);
  }

  get pid(): number {
    const { pid } = this.#child;
    if (pid === undefined) throw new Error(`${this.name} was never started`);
    return pid;
  }

  get hasExited(): boolean {
    return this.#exit !== undefined;
  }

  /** What it wrote so far, standard error included. */
  get output(): string {
    return this.#lines.join('\n');
  }

  /** The tail of the output, for a person. */
  get tail(): string {
    return this.#lines
      .slice(-SHOWN_LINES)
      .map((line) => `    [${this.name}] ${line.slice(0, 1500)}`)
      .join('\n');
  }

  logged(text: string | RegExp): boolean {
    return this.#lines.some((line) => (typeof text === 'string' ? line.includes(text) : text.test(line)));
  }

  async get(path: string): Promise<HttpAnswer> {
    const answer = await fetch(`http://127.0.0.1:${this.port}${path}`, {
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      headers: { connection: 'close' },
    });
    return { status: answer.status, body: await answer.text() };
  }

  async status(): Promise<ServiceStatus> {
    return JSON.parse((await this.get('/status')).body) as ServiceStatus;
  }

  /** The sum of a metric's values whose labels contain `labels`; 0 where there is none. */
  async metric(name: string, labels = ''): Promise<number> {
    const { body } = await this.get('/metrics');
    return body
      .split('\n')
      .filter((line) => /^[a-z_]+(?=[{ ])/.exec(line)?.[0] === name && line.includes(labels))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  }

  async isReady(): Promise<boolean> {
    return (await this.get('/readyz')).status === 200;
  }

  async untilReady(limitMs = READY_LIMIT_MS): Promise<void> {
    await until(
      `${this.name} is ready`,
      () => {
        if (this.hasExited) throw new Error(`${this.name} has ended:\n${this.tail}`);
        return this.isReady();
      },
      limitMs,
    );
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async kill(): Promise<Exit> {
    this.signal('SIGKILL');
    return this.exited;
  }

  /** SIGTERM, and its exit; one that does not end is killed and told. */
  async stop(limitMs = EXIT_LIMIT_MS): Promise<Exit> {
    this.signal('SIGTERM');
    return this.untilExit(limitMs);
  }

  async untilExit(limitMs = EXIT_LIMIT_MS): Promise<Exit> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), limitMs);
    });
    const exit = await Promise.race([this.exited, late]);
    clearTimeout(timer);
    if (exit !== undefined) return exit;
    await this.kill();
    throw new Error(`${this.name} had not ended after ${limitMs / 1000} s and was killed:\n${this.tail}`);
  }
}

const alive = new Set<ServiceProcess>();
/** Of the test that runs now, and of its suite's hooks. */
let started: ServiceProcess[] = [];

/** Ends every process that still runs. */
export const endServices = async (): Promise<void> => {
  await Promise.all([...alive].map((service) => service.kill()));
};

const endAtOnce = (): void => {
  for (const service of alive) service.signal('SIGKILL');
};

if (typeof globalThis.after === 'function') {
  process.once('exit', endAtOnce);
  afterEach('end the services of the test', async function () {
    if (this.currentTest?.state === 'failed') for (const service of started) console.log(service.tail);
    await endServices();
    started = [];
  });
  after('end all services', endServices);
}

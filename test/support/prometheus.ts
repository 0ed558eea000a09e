/**
 * A real Prometheus with the rule files of deploy/prometheus: it listens on loopback alone, its data is its own, and it
 * scrapes and evaluates every second, so that a test need not wait. Ended when the test file is done, and with mocha.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { stringify } from 'yaml';
import { projectRoot } from './broker.js';
import { prometheusPath, RULE_FILES } from './promtool.js';
import { until } from './wait.js';

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [atSeconds: number, value: string])[];
}

export interface Rule {
  readonly name: string;
  readonly type: 'recording' | 'alerting';
  readonly health: string;
  readonly lastError?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly alerts?: readonly {
    readonly state: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  }[];
}

const START_LIMIT_MS = 30_000;
const EXIT_LIMIT_MS = 15_000;
const STEP_SECONDS = 1;
const LEASH = '/usr/bin/setpriv';

const freePort = async (): Promise<number> => {
  const path = join(projectRoot(), 'tools', 'kafka', 'ports.mjs');
  const ports = (await import(pathToFileURL(path).href)) as { freePort(): Promise<number> };
  return ports.freePort();
};

const running = new Set<PrometheusServer>();

export class PrometheusServer {
  readonly #exited: Promise<unknown>;
  readonly #startedAtSeconds = Date.now() / 1000;
  #said = '';

  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    private readonly port: number,
  ) {
    this.#exited = new Promise((resolve) => child.once('close', resolve));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#said += text));
    running.add(this);
  }

  /** `targets`: host:port by job. */
  static async start(targets: Readonly<Record<string, readonly string[]>>): Promise<PrometheusServer> {
    const folder = mkdtempSync(join(tmpdir(), 'audit-lanes-prometheus-'));
    const port = await freePort();
    writeFileSync(
      join(folder, 'prometheus.yml'),
      stringify({
        global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
        rule_files: RULE_FILES,
        scrape_configs: Object.entries(targets).map(([job, of]) => ({
          job_name: job,
          static_configs: [{ targets: of }],
        })),
      }),
    );
    const program = await prometheusPath();
    const args = [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=warn',
    ];
    const [command, all] = existsSync(LEASH)
      ? [LEASH, ['--pdeathsig', 'KILL', program, ...args]]
      : [program, args];
    const server = new PrometheusServer(
      spawn(command, all, { stdio: ['ignore', 'ignore', 'pipe'] }),
      folder,
      port,
    );
    await until(
      'Prometheus is ready',
      async () => {
        if (server.child.exitCode !== null) throw new Error(`Prometheus has ended:\n${server.#said}`);
        return (await fetch(`http://127.0.0.1:${port}/-/ready`)).ok;
      },
      START_LIMIT_MS,
    );
    return server;
  }

  /** Of an expression, every second since the start; without those that have no number. */
  async series(query: string): Promise<readonly Series[]> {
    const { result } = await this.#get<{ readonly result: readonly Series[] }>('query_range', {
      query,
      start: String(this.#startedAtSeconds),
      end: String(Date.now() / 1000),
      step: String(STEP_SECONDS),
    });
    return result.filter(({ values }) => values.some(([, value]) => value !== 'NaN'));
  }

  async rules(): Promise<readonly Rule[]> {
    const { groups } = await this.#get<{ readonly groups: readonly { readonly rules: readonly Rule[] }[] }>(
      'rules',
    );
    return groups.flatMap(({ rules }) => rules);
  }

  async stop(): Promise<void> {
    running.delete(this);
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), EXIT_LIMIT_MS);
    await this.#exited;
    clearTimeout(timer);
    rmSync(this.folder, { recursive: true, force: true });
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  async #get<Data>(path: string, query: Readonly<Record<string, string>> = {}): Promise<Data> {
    const url = `http://127.0.0.1:${this.port}/api/v1/${path}?${new URLSearchParams(query).toString()}`;
    const answer = (await (await fetch(url)).json()) as { status: string; error?: string; data: Data };
    if (answer.status !== 'success')
      throw new Error(`${path} ${JSON.stringify(query)}: ${answer.error ?? ''}`);
    return answer.data;
  }
}

if (typeof globalThis.after === 'function') {
  process.once('exit', () => {
    for (const server of running) server.kill();
  });
  after('stop Prometheus', async function () {
    this.timeout(60_000);
    await Promise.all([...running].map((server) => server.stop()));
  });
}

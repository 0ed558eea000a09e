/**
 * A Kafka in the state in which the commands of the documents make sense: their topics, their keys and their ids.
 * Every application on it begins with the same records and has by itself the same lanes and dead letters, so a
 * command that uses something up finds it whole in the next one.
 */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exampleIn } from '../docs/documents.js';
import { projectRoot, uniqueName, type LocalKafka } from './broker.js';
import { answers, DirectoryServer, knows } from './directory-server.js';
import { operatorCli, type CliOptions, type CliResult } from './operator-cli.js';
import type { RawHeader, RecordTool } from './record-tool.js';
import { recordToolFor } from './service-bench.js';
import { ServiceProcess } from './service-process.js';
import { eventually, until } from './wait.js';

const SOURCE = 'user.events';
const AUDIT = 'system.audit';
/** Keys that the documents name, and how many records come before theirs. */
const LANES = [
  { key: 'user-17', offset: 42 },
  { key: '5b0a6c1e-8a57-4d4b-9c1e-0d2f6a1b7c02', offset: 64 },
  { key: '7f8a2f5e-3f0a-4a56-9c1d-2f6f6c1b8a10', offset: 65 },
] as const;
/** Its retries end in a dead letter. */
const EXHAUSTED = 'user-99';
const REFUSED_RECORDS = 64;
/** Ids of dead letters that the documents name. */
const SHOWN_IDS: readonly string[] = ['0-0', '0-1', '0-2', '0-3', '0-42', '0-43', '0-44'];
/** The user of the audit events that the documents look for. */
const KNOWN_USER = '5b0a6c1e-8a57-4d4b-9c1e-0d2f6a1b7c02';
interface ForeignQueue {
  readonly topic: string;
  readonly letters: string;
  readonly count: number;
}

/** Dead letters of other programs that the documents name; of the second one the id 0-42. */
const FOREIGN: readonly ForeignQueue[] = [
  { topic: 'orders', letters: 'orders.DLT', count: 8 },
  { topic: SOURCE, letters: 'user.events-dlt', count: 43 },
];
/** Where the documents send some of them. */
const ELSEWHERE = ['orders', 'orders.retry'];
const DAY_MS = 86_400_000;
const PREPARATIONS = 3;
const KNOWN = knows({ id: 'somebody' });

const header = (name: string, value: string | Buffer): RawHeader => ({ name, value: Buffer.from(value) });
const ofType = (type: string): readonly RawHeader[] => [header('ce_type', type)];

export const userAuth = (userId: string, fields: object = {}): Readonly<Record<string, unknown>> => ({
  userId,
  action: 'login',
  status: 'failure',
  timestamp: '2026-02-03T04:05:06.789Z',
  metadata: { source: 'a test', correlationId: randomUUID(), ipAddress: null, userAgent: null },
  ...fields,
});

const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

/** A clone with two commits and a version, and the files that commands of the documents read. */
const writeFolder = (folder: string): void => {
  for (const path of ['topology/user-audit/schemas', 'test/schemas/released'])
    cpSync(join(projectRoot(), path), join(folder, path), { recursive: true });
  const event = userAuth(randomUUID());
  const lines = [0, 1, 2].map((_, at) =>
    JSON.stringify({
      type: 'user.auth',
      data: { ...event, userId: randomUUID(), status: at === 0 ? 'failure' : 'success' },
    }),
  );
  writeFileSync(join(folder, 'events.ndjson'), `${lines.join('\n')}\n`);
  writeFileSync(join(folder, 'login.json'), JSON.stringify(event));
  writeFileSync(join(folder, 'my.json'), JSON.stringify({ retry: { immediate: 2 } }));
  writeFileSync(join(folder, 'mend.mjs'), exampleIn('docs/tutorial.md', 'mend'));
  writeFileSync(
    join(folder, 'editor.mjs'),
    `import { readFileSync, writeFileSync } from 'node:fs';
const path = process.argv.at(-1);
writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), status: 'success' }));
`,
  );
  const git = (...args: readonly string[]): void => {
    const who = ['-c', 'user.name=a test', '-c', 'user.email=test@localhost', '-c', 'commit.gpgsign=false'];
    execFileSync('git', ['-C', folder, ...who, ...args], { stdio: 'pipe' });
  };
  git('init', '--quiet', '--initial-branch=main', '--template=');
  git('add', '.');
  git('commit', '--quiet', '-m', 'one');
  git('tag', 'v0.1.0');
  git('commit', '--quiet', '--allow-empty', '-m', 'two');
};

export class DocumentsBench {
  readonly #root = mkdtempSync(join(tmpdir(), 'audit-lanes-documents-'));
  /** Users of the lanes. */
  readonly #unavailable: string[] = [];
  #folders = 0;

  private constructor(
    private readonly bootstrapServers: string,
    readonly tool: RecordTool,
  ) {}

  /** The broker is this bench's alone: its topics have the names of the documents. */
  static async on({ bootstrapServers }: LocalKafka): Promise<DocumentsBench> {
    const tool = await recordToolFor(bootstrapServers);
    const bench = new DocumentsBench(bootstrapServers, tool);
    mkdirSync(bench.#template);
    writeFolder(bench.#template);
    await bench.#writeTopics();
    return bench;
  }

  close(): void {
    rmSync(this.#root, { recursive: true, force: true });
  }

  get #template(): string {
    return join(this.#root, 'template');
  }

  /** Of one command: what it writes is in nobody's way. */
  folder(): string {
    const folder = join(this.#root, `command-${(this.#folders += 1)}`);
    cpSync(this.#template, folder, { recursive: true });
    return folder;
  }

  async sourceRecords(): Promise<number> {
    return [...(await this.tool.ends(SOURCE)).values()].reduce((sum, end) => sum + end, 0);
  }

  /** A login that the service processes at once. */
  async failedLogin(): Promise<void> {
    await this.#event(KNOWN_USER, userAuth(KNOWN_USER), 1);
  }

  async #event(key: string | null, value: unknown, partition: number): Promise<number> {
    const record = {
      key: key === null ? null : Buffer.from(key),
      value: value === null ? null : bytes(value),
      headers: ofType('user.auth'),
    };
    return (await this.tool.produce(SOURCE, record, partition)).offset;
  }

  async #writeTopics(): Promise<void> {
    await this.tool.createTopic(SOURCE, 2);
    for (const topic of [...ELSEWHERE, ...FOREIGN.map(({ letters }) => letters)])
      await this.tool.createTopic(topic, 1);
    const unavailable = (key: string): Promise<number> => {
      const userId = randomUUID();
      this.#unavailable.push(userId);
      return this.#event(key, userAuth(userId), 0);
    };
    for (let at = 0; at < REFUSED_RECORDS - 1; at += 1) {
      if (at === LANES[0].offset) await unavailable(LANES[0].key);
      const userId = randomUUID();
      await this.#event(userId, userAuth(userId), 0);
    }
    for (const { key, offset } of LANES.slice(1)) {
      const written = await unavailable(key);
      if (written !== offset) throw new Error(`the record of ${key} is ${written}, not ${offset}`);
    }
    await unavailable(EXHAUSTED);
    for (let at = 0; at < 5; at += 1) {
      const { metadata: _, ...forgotten } = userAuth(randomUUID());
      await this.#event(String(forgotten['userId']), forgotten, 1);
      await this.failedLogin();
    }
    await this.#event('nobody', null, 1);
    for (const queue of FOREIGN) await this.#writeForeign(queue);
  }

  /** As Spring writes them, in one partition: ids are 0-0 and so on. Each would be processed if it was replayed. */
  async #writeForeign({ topic, letters, count }: ForeignQueue): Promise<void> {
    for (let at = 0; at < count; at += 1) {
      const [partition, offset] = [Buffer.alloc(4), Buffer.alloc(8)];
      offset.writeBigInt64BE(BigInt(at));
      const userId = randomUUID();
      await this.tool.produce(letters, {
        key: Buffer.from(userId),
        value: bytes(topic === SOURCE ? userAuth(userId) : { order: at }),
        headers: [
          ...(topic === SOURCE ? ofType('user.auth') : []),
          header('kafka_dlt-original-topic', topic),
          header('kafka_dlt-original-partition', partition),
          header('kafka_dlt-original-offset', offset),
          header('kafka_dlt-exception-fqcn', 'java.lang.IllegalStateException'),
        ],
      });
    }
  }

  /** One whose lanes are parked, to be looked at. */
  async parkedApplication(): Promise<DocumentedApplication> {
    const application = await this.application();
    for (const userId of this.#unavailable) application.directory.forUser(userId, answers(418, ''));
    await application.park();
    return application;
  }

  /** One that has its lanes and dead letters; from then on its directory knows everybody. */
  async application(): Promise<DocumentedApplication> {
    for (let attempt = 1; ; attempt += 1) {
      // A directory ends with the test that it was started in.
      const directory = await DirectoryServer.start();
      directory.forOthers(answers(418, ''));
      directory.forUser(KNOWN_USER, KNOWN);
      for (const userId of this.#unavailable) directory.forUser(userId, answers(503, ''));
      const application = new DocumentedApplication(this, directory, this.bootstrapServers);
      await application.start({});
      const isPrepared = await application.prepare();
      for (const userId of this.#unavailable) directory.forUser(userId, KNOWN);
      directory.forOthers(KNOWN);
      if (isPrepared) return application;
      await application.stop();
      // Ids count the ends of transactions too, and where these are is a matter of time.
      if (attempt === PREPARATIONS) throw new Error(`no dead letters ${SHOWN_IDS.join(', ')}`);
    }
  }
}

export class DocumentedApplication {
  readonly group = uniqueName('documented');
  #service: ServiceProcess | undefined;

  constructor(
    private readonly bench: DocumentsBench,
    readonly directory: DirectoryServer,
    private readonly bootstrapServers: string,
  ) {}

  get #deadLetters(): string {
    return `${this.group}.${SOURCE}.dlq`;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#service?.port ?? 0}`;
  }

  get #env(): Readonly<Record<string, string>> {
    return {
      KAFKA_BROKERS: this.bootstrapServers,
      KAFKA_GROUP_ID: this.group,
      SOURCE_TOPICS: SOURCE,
      AUDIT_TOPIC: AUDIT,
      RETRY_TIERS: '1h',
    };
  }

  async start(env: Readonly<Record<string, string>>): Promise<void> {
    this.#service = await ServiceProcess.start(this.group, {
      ...this.#env,
      RETRY_IMMEDIATE: '0',
      // All that it finds is one transaction, as far as may be.
      COMMIT_INTERVAL_MS: '1000',
      // Its directory refuses nearly everybody.
      BREAKER_MIN_ATTEMPTS: '1000',
      DIRECTORY_URL: this.directory.url,
      // A busy machine is no outage of the directory.
      DIRECTORY_TIMEOUT_MS: '30000',
      ATTEMPT_TIMEOUT_MS: '60000',
      ...env,
    });
    await this.#service.untilReady();
  }

  async stop(): Promise<void> {
    const exit = await this.#service?.stop();
    if (exit !== undefined && exit.code !== 0) throw new Error(`the service ended with ${exit.code}`);
  }

  /** In a folder of its own. */
  run(args: readonly string[], { env = {}, ...options }: CliOptions = {}): Promise<CliResult> {
    const { cwd = this.bench.folder() } = options;
    return operatorCli(args, {
      ...options,
      cwd,
      env: {
        ...this.#env,
        HTTP_PORT: String(this.#service?.port ?? 0),
        XDG_STATE_HOME: join(cwd, 'state'),
        EDITOR: `${process.execPath} ${join(cwd, 'editor.mjs')}`,
        ...env,
      },
    });
  }

  /** The same, and it must do what it says. */
  async done(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
    const result = await this.run(args, options);
    if (result.code !== 0) throw new Error(`${args.join(' ')} ended with ${result.code}: ${result.stderr}`);
    return result;
  }

  /** Whether every id that the documents name is one of its dead letters. */
  async prepare(): Promise<boolean> {
    await until('every lane and dead letter is there', async () => {
      const { tasks } = (await this.#service?.status()) ?? { tasks: [] };
      const retrying = tasks.reduce((sum, { lanes }) => sum + (lanes?.retrying ?? 0), 0);
      const letters = await this.bench.tool.read(this.#deadLetters);
      return retrying === LANES.length + 1 && letters.length === REFUSED_RECORDS - 1 + 6;
    });
    // The only tier is used up: it ends with its next failure.
    await this.done(['lanes', 'release', EXHAUSTED]);
    const letters = await eventually('its retries are exhausted', async () => {
      const all = await this.bench.tool.read(this.#deadLetters);
      return all.length === REFUSED_RECORDS + 6 ? all : undefined;
    });
    const old = letters.find(({ value }) => value === null);
    if (old === undefined) throw new Error('no dead letter is without a value');
    const writtenMs = Date.now() - 8 * DAY_MS;
    for (let count = 0; count < 2; count += 1)
      await this.bench.tool.produce(this.#deadLetters, old, 1, writtenMs);
    const ids = new Set(letters.map(({ partition, offset }) => `${partition}-${offset}`));
    return SHOWN_IDS.every((id) => ids.has(id));
  }

  /** Its lanes wait for an operator, not for a time. */
  async park(): Promise<void> {
    await this.stop();
    await this.start({ DLQ_POLICY: 'park' });
    for (const { key } of LANES) await this.done(['lanes', 'release', key]);
    await until('the lanes are parked', async () => {
      const { tasks } = (await this.#service?.status()) ?? { tasks: [] };
      return tasks.reduce((sum, { lanes }) => sum + (lanes?.parked ?? 0), 0) === LANES.length;
    });
  }

  /** Three of its topics are not as it would have made them. */
  async spoilTopics(): Promise<void> {
    for (const name of ['lanes-changelog', 'commands', 'dlq'])
      await this.bench.tool.setTopicConfig(
        `${this.group}.${SOURCE}.${name}`,
        'cleanup.policy',
        'compact,delete',
      );
  }
}

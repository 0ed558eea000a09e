/**
 * A newcomer's path, as the tutorial has it, on a copy of the tree as a clone would be: `npm start`, broken events,
 * dead letters, mended by hand and by a function, and each mended event in the audit topic once (P2, P5). It says
 * how long each step took. Not made anew are the dependencies, whose native build takes minutes: they are linked.
 */
import { expect } from 'chai';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { exampleIn, textOf } from '../docs/documents.js';
import { projectRoot } from '../support/broker.js';
import { until } from '../support/wait.js';

const START_LIMIT_MS = 240_000;
const COMMAND_LIMIT_MS = 60_000;
/** Ends the service, the reader, the publisher and Kafka in their order. */
const STOP_LIMIT_MS = 90_000;
const EVENTS = 400;
/** Of each of four kinds. */
const BAD = 5;
/** Whoever has the first letter that was cut off has another, which the function mends. */
const SEED = 7;

type Json = Readonly<Record<string, unknown>>;

const copyOfTree = (): string => {
  const root = projectRoot();
  const { status, stdout } = spawnSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 1e8,
    },
  );
  if (status !== 0) throw new Error('git cannot say which files belong to the tree');
  const folder = mkdtempSync(join(tmpdir(), 'audit-lanes-newcomer-'));
  for (const file of stdout.split('\0').filter((name) => name !== '' && name !== 'node_modules')) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(root, file), join(folder, file), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
};

/** The commands of the tutorial's section, without comments. */
const commandsOf = (section: string): readonly string[] => {
  const [, text = ''] = textOf('docs/tutorial.md').split(`## ${section}`);
  const [part = ''] = text.split('\n## ');
  return [...part.matchAll(/^audit-lanes (.+)$/gm)].map(([, command = '']) => command);
};

class Newcomer {
  readonly #started = performance.now();
  #said = '';
  #start: ChildProcess | undefined;
  #hasEnded = false;
  #env: NodeJS.ProcessEnv = {};

  constructor(readonly folder: string) {}

  get said(): string {
    return this.#said;
  }

  /** Until the service is ready. `npm start` gets a process group, as a terminal gives it one. */
  async start(): Promise<void> {
    // A terminal of one's own: nothing of the npm that runs these tests, nor of a cluster.
    const env = Object.fromEntries(
      Object.entries(process.env).filter(
        ([name]) => !/^(npm_|KAFKA_BROKERS$|HTTP_PORT$|INIT_CWD$)/i.test(name),
      ),
    );
    const start = spawn('npm', ['start'], {
      cwd: this.folder,
      detached: true,
      env: { ...env, NO_COLOR: '1', RETRY_TIERS: '1s' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#start = start;
    start.once('close', () => (this.#hasEnded = true));
    for (const stream of [start.stdout, start.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (this.#said += text));
    await until(
      'npm start says that it is ready',
      () => {
        if (this.#hasEnded) throw new Error(`npm start ended: ${this.#said.slice(-2000)}`);
        return this.#said.includes('ready after');
      },
      START_LIMIT_MS,
    );
    const [, http = ''] = /ready after .*? s: (http:\/\/[\d.:]+)\//.exec(this.#said) ?? [];
    const [, port = '9092'] = /Kafka is on port (\d+) instead/.exec(this.#said) ?? [];
    const { hostname, port: httpPort } = new URL(http);
    this.#env = {
      ...env,
      NO_COLOR: '1',
      KAFKA_BROKERS: `127.0.0.1:${port}`,
      HTTP_HOST: hostname,
      HTTP_PORT: httpPort,
      XDG_STATE_HOME: join(this.folder, '.state'),
    };
    this.#tell('npm start is ready');
  }

  /** `npx audit-lanes …`, in the clone. */
  run(line: string, env: NodeJS.ProcessEnv = {}): string {
    const { status, stdout, stderr } = spawnSync('npx', ['audit-lanes', ...line.split(' ')], {
      cwd: this.folder,
      encoding: 'utf8',
      env: { ...this.#env, ...env },
      timeout: COMMAND_LIMIT_MS,
    });
    expect(status, `${line}\n${stdout}\n${stderr}`).to.equal(0);
    this.#tell(line);
    return stdout;
  }

  objects(line: string): readonly Json[] {
    return this.run(`${line} --json`)
      .split('\n')
      .filter((each) => each !== '')
      .map((each) => JSON.parse(each) as Json);
  }

  /** Ctrl-C in its terminal: npm and what it has started hear it. Resolves when all of them have closed their output. */
  async stop(): Promise<void> {
    const start = this.#start;
    if (start?.pid === undefined || this.#hasEnded) return;
    process.kill(-start.pid, 'SIGINT');
    await until('npm start has ended', () => this.#hasEnded, STOP_LIMIT_MS);
  }

  #tell(step: string): void {
    console.log(`      ${((performance.now() - this.#started) / 1000).toFixed(0).padStart(4)} s  ${step}`);
  }
}

describe('a newcomer', function () {
  this.timeout(START_LIMIT_MS + 10 * COMMAND_LIMIT_MS);
  let newcomer: Newcomer;

  before(() => {
    newcomer = new Newcomer(copyOfTree());
  });

  after(async () => {
    await newcomer.stop();
    rmSync(newcomer.folder, { recursive: true, force: true });
  });

  it('starts everything, breaks events, mends them by hand and by a function, and sees each once', async () => {
    const [publish = '', byReason = ''] = commandsOf('2. ');
    const [ofReason = '', byHand = '', dryRun = '', byFunction = '', , tailOperators = ''] =
      commandsOf('3. ');
    expect(publish).to.contain(`--count ${EVENTS}`);

    await newcomer.start();
    newcomer.run('status');
    newcomer.run(`${publish} --seed ${SEED}`);
    await until(
      'the dead letters are there',
      () => newcomer.objects('dlq list').length === 4 * BAD,
      COMMAND_LIMIT_MS,
    );
    expect(newcomer.objects(byReason).map(({ reason, count }) => [reason, count])).to.have.deep.members(
      ['deserialization', 'schema-violation', 'unknown-type', 'null-value'].map((reason) => [reason, BAD]),
    );

    const letter = newcomer.objects(ofReason)[0] as { readonly id: string; readonly key: string };
    expect(newcomer.run(`dlq show ${letter.id}`)).to.contain('deserialization');
    const editor = join(newcomer.folder, 'editor.mjs');
    const event = {
      userId: letter.key,
      userType: 'customer',
      email: 'mended@example.org',
      action: 'login',
      status: 'success',
      updatedFields: ['phone'],
      timestamp: '2026-11-26T12:00:00Z',
      metadata: {
        source: 'mended-by-hand',
        correlationId: '00000000-0000-4000-8000-000000000001',
        ipAddress: null,
        userAgent: null,
      },
    };
    writeFileSync(
      editor,
      `import { writeFileSync } from 'node:fs';\nwriteFileSync(process.argv[2], ${JSON.stringify(JSON.stringify(event))});\n`,
    );
    newcomer.run(byHand.replace('0-0', letter.id), { EDITOR: `node ${editor}`, VISUAL: '' });

    writeFileSync(join(newcomer.folder, 'mend.mjs'), exampleIn('docs/tutorial.md', 'mend'));
    newcomer.run(dryRun);
    newcomer.run(`${byFunction} --yes ${BAD}`);

    const events = newcomer.objects('tail --from beginning').map(({ value }) => value as Json);
    const from = (source: string): readonly Json[] =>
      events.filter(({ metadata }) => (metadata as Json | undefined)?.['source'] === source);
    expect(from('mended-by-hand').map(({ userId }) => userId)).to.deep.equal([letter.key]);
    expect(from('mended')).to.have.length(BAD);
    // It came back behind what its key had; what was mended after it comes later.
    const ofUser = newcomer
      .objects(`tail --from beginning --user ${letter.key}`)
      .map(({ value }) => (value as Json)['metadata'] as Json | undefined)
      .map((metadata) => metadata?.['source']);
    const byHandAt = ofUser.indexOf('mended-by-hand');
    expect(byHandAt, ofUser.join()).to.be.above(0);
    expect(ofUser.slice(byHandAt + 1)).to.deep.equal(['mended']);
    expect(ofUser.slice(0, byHandAt)).to.not.include('mended');
    const operators = newcomer.objects(tailOperators).map(({ value }) => value as Json);
    expect(operators.map(({ action, status }) => `${String(action)} ${String(status)}`)).to.deep.equal([
      'dlq.replay requested',
      'dlq.replay success',
      'dlq.replay requested',
      'dlq.replay success',
    ]);

    await newcomer.stop();
    expect(newcomer.said.trimEnd().split('\n').at(-1)).to.contain('everything has ended');
  });
});

/** `config` and `topology`: what a settings file, an environment and arguments come to, with no secret shown. */
import { expect } from 'chai';
import { KNOWN_VARIABLES } from '../../../config/command-line.js';
import type { ExitCode } from '../../../src/cli/exit-code.js';
import { exitCodeOf } from '../../../src/cli/exit-code.js';
import { performanceOf } from '../../../src/cli/perform.js';
import type { LocalRequest } from '../../../src/cli/request.js';
import { recordingOutput } from './recording-output.js';

interface Given {
  readonly env?: Readonly<Record<string, string>>;
  readonly argv?: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  readonly isJson?: boolean;
}

interface Said {
  readonly exitCode: ExitCode;
  readonly error: string | null;
  readonly lines: readonly string[];
  readonly notes: readonly string[];
}

const run = async (
  request: LocalRequest,
  { argv = [], env = {}, files = {}, isJson = false }: Given = {},
): Promise<Said> => {
  const { output, said } = recordingOutput(isJson);
  const readFile = (path: string): string => {
    const text = files[path];
    if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    return text;
  };
  const performance = await performanceOf(request);
  if (performance.needs !== 'nothing') throw new Error(`${request.kind} needs ${performance.needs}`);
  try {
    const sources = { env, argv, readFile };
    const exitCode = await performance.run({ output, sources, stop: new AbortController().signal });
    return { exitCode, error: null, ...said };
  } catch (error) {
    return { exitCode: exitCodeOf(error), error: (error as Error).message, ...said };
  }
};

const BROKERS = { KAFKA_BROKERS: 'a:9092' };
const SECRET = {
  ...BROKERS,
  KAFKA_SECURITY_PROTOCOL: 'sasl_plaintext',
  KAFKA_SASL_MECHANISM: 'PLAIN',
  KAFKA_SASL_USERNAME: 'ann',
  KAFKA_SASL_PASSWORD: 'hunter2',
};

describe('config check', () => {
  it('says ok, and what is not the default and where it comes from', async () => {
    const said = await run(
      { kind: 'config check' },
      {
        env: { ...BROKERS, CONFIG_FILE: 'c.json' },
        argv: ['--kafka-group-id', 'g'],
        files: { 'c.json': '{"http": {"port": 9}}' },
      },
    );
    expect(said.exitCode).to.equal(0);
    expect(said.lines[0]).to.match(/^ok: \d+ settings have a value, 3 of them not the default/);
    expect(said.lines.slice(2).map((line) => line.split(/ {2,}/))).to.deep.equal([
      ['KAFKA_BROKERS', 'environment', 'a:9092'],
      ['KAFKA_GROUP_ID', 'command line', 'g'],
      ['HTTP_PORT', 'file', '9'],
    ]);
  });

  it('says everything that is wrong at once, with exit code 2', async () => {
    const env = { HTTP_PORT: 'x', ORDERING: 'y', KAFKA_SASL_PASSWORD: 'hunter2' };
    const said = await run({ kind: 'config check' }, { env });
    expect(said.exitCode).to.equal(2);
    const text = said.notes.join('\n');
    for (const name of ['KAFKA_BROKERS', 'HTTP_PORT', 'ORDERING', 'KAFKA_SASL_PASSWORD'])
      expect(text).to.include(name);
    expect(text).not.to.include('hunter2');
    const json = await run({ kind: 'config check' }, { env, isJson: true });
    expect([json.exitCode, JSON.parse(json.lines[0] ?? '')]).to.have.nested.property('[1].ok', false);
    expect(json.lines.join()).not.to.include('hunter2');
  });

  it('finds a topology that there is not', async () => {
    const said = await run({ kind: 'config check' }, { env: BROKERS, argv: ['--topology', 'nope'] });
    expect(said.exitCode).to.equal(2);
    expect(said.notes.join('\n')).to.include('user-audit, user-activity, login-counts');
  });

  it('tells warnings of settings that are allowed', async () => {
    const said = await run({ kind: 'config check' }, { env: { ...BROKERS, COMMIT_INTERVAL_MS: '50' } });
    expect([said.exitCode, said.notes.length]).to.deep.equal([0, 1]);
    expect(said.notes[0]).to.include('COMMIT_INTERVAL_MS is below 100');
  });
});

describe('config print', () => {
  it('masks secrets, always', async () => {
    for (const isJson of [false, true]) {
      const said = await run({ kind: 'config print' }, { env: SECRET, isJson });
      expect(said.exitCode).to.equal(0);
      expect([...said.lines, ...said.notes].join('\n'))
        .to.include('***')
        .and.not.include('hunter2');
    }
  });

  it('has each value with its origin', async () => {
    const said = await run({ kind: 'config print' }, { env: BROKERS, isJson: true });
    const lines = said.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).to.deep.include({ variable: 'KAFKA_BROKERS', value: 'a:9092', origin: 'environment' });
    expect(lines).to.deep.include({ variable: 'RETRY_TIERS', value: '5s,30s,2m', origin: 'default' });
  });

  it('ends with 2 as the service would', async () => {
    expect(await run({ kind: 'config print' })).to.include({ exitCode: 2 });
  });
});

describe('config docs', () => {
  it('has every setting, with its default, what is allowed and what it means', async () => {
    const said = await run({ kind: 'config docs', about: null }, { isJson: true });
    const rows = said.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const known = KNOWN_VARIABLES.filter((name) => !name.endsWith('_FILE'));
    expect(rows.map(({ variable }) => variable)).to.have.members(known);
    for (const row of rows) expect(row).to.include.all.keys('default', 'allowed', 'doc');
  });

  it('has those that something occurs in, and ends with 1 without one', async () => {
    const said = await run({ kind: 'config docs', about: 'kafka_ssl' });
    expect(said.lines.filter((line) => !line.startsWith(' '))).to.have.length(3);
    expect(await run({ kind: 'config docs', about: 'zzz' })).to.include({ exitCode: 1 });
  });
});

describe('topology', () => {
  it('is described as the service describes it, and needs no brokers', async () => {
    const said = await run({ kind: 'topology', withTopics: false });
    expect(said.exitCode).to.equal(0);
    expect(said.lines[0]).to.equal('Topologies:');
    const other = await run(
      { kind: 'topology', withTopics: false },
      { argv: ['--topology', 'login-counts'] },
    );
    expect(other.lines).not.to.deep.equal(said.lines);
  });

  it('has its topics when they are asked for', async () => {
    const said = await run(
      { kind: 'topology', withTopics: true },
      { env: { KAFKA_GROUP_ID: 'g' }, isJson: true },
    );
    const { topics } = JSON.parse(said.lines[0] ?? '') as { topics: { topic: string }[] };
    expect(topics.map(({ topic }) => topic)).to.include.members(['user.events', 'g.user.events.commands']);
  });

  it('ends with 2 for a name that there is not, and for other settings that are wrong', async () => {
    const unknown = await run({ kind: 'topology', withTopics: false }, { argv: ['--topology', 'nope'] });
    expect(unknown).to.include({ exitCode: 2 });
    const wrong = await run({ kind: 'topology', withTopics: false }, { env: { HTTP_PORT: 'x' } });
    expect(wrong.exitCode).to.equal(2);
    expect(wrong.error).to.include('HTTP_PORT');
  });
});

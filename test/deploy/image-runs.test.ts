/**
 * The service and its command line from the files that the image has and nothing else, as the container runs them:
 * read-only root, user 65532 without a name, tini as process 1. Against a real Kafka.
 */
import { expect } from 'chai';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot, startBroker, type LocalKafka } from '../support/broker.js';
import { Confined, CONTAINER_USER, type ConfinedProcess, type Ended } from '../support/confined.js';
import { HostileRecords } from '../support/hostile-records.js';
import { assembleImage, imageCommands } from '../support/image.js';
import { produceAll } from '../support/load.js';
import { ServiceBench } from '../support/service-bench.js';
import { until } from '../support/wait.js';

/** Tries to write everywhere and tells what it is. */
const LOOK = `
const fs = require('node:fs');
const writes = (folder) => {
  try { fs.writeFileSync(folder + '/probe', 'x'); fs.rmSync(folder + '/probe'); return true; } catch { return false; }
};
const folders = process.argv.slice(1);
const status = fs.readFileSync('/proc/self/status', 'utf8');
const field = (name) => new RegExp('^' + name + ':\\\\s*(\\\\S+)', 'm').exec(status)?.[1];
console.log(JSON.stringify({
  writable: folders.filter(writes), uid: process.getuid(), gid: process.getgid(), parent: process.ppid,
  capabilities: field('CapEff'), noNewPrivileges: field('NoNewPrivs'),
}));
`;

const freePort = async (): Promise<number> => {
  const file = join(projectRoot(), 'tools', 'kafka', 'ports.mjs');
  return ((await import(pathToFileURL(file).href)) as { freePort(): Promise<number> }).freePort();
};

describe('a container of the image', function () {
  this.timeout(240_000);
  const image = imageCommands();
  let folder: string;
  let confined: Confined;
  let kafka: LocalKafka;
  let service: ConfinedProcess | undefined;

  before(async function () {
    kafka = await startBroker(this);
    folder = mkdtempSync(join(tmpdir(), 'audit-lanes-image-'));
    await assembleImage(join(folder, 'app'));
    confined = Confined.in(folder);
    console.log(`      confined by: ${confined.mode}`);
  });

  afterEach(function () {
    if (this.currentTest?.state !== 'failed') return;
    const lines = service?.output.split('\n').slice(-40) ?? [];
    console.log(lines.map((line) => `    [container] ${line.slice(0, 1_500)}`).join('\n'));
  });

  after(async () => {
    await confined.end();
    rmSync(folder, { recursive: true, force: true });
  });

  it('has the user that it is tried with', () => {
    expect(image.user).to.equal(`${CONTAINER_USER}:${CONTAINER_USER}`);
  });

  it('can write in /tmp and where it keeps its state, and nowhere else', async () => {
    const tried = [
      '.',
      confined.app,
      '/',
      '/usr',
      '/etc',
      '/home',
      '/var/lib',
      '/opt',
      confined.state,
      confined.tmp,
    ];
    const { output, code } = await confined.run(['node', '-e', LOOK, ...tried], image.env);
    expect(code, output).to.equal(0);
    const seen = JSON.parse(output) as Record<string, unknown>;
    expect(seen['writable']).to.deep.equal([confined.state, confined.tmp]);
    if (confined.mode === 'own user') return;
    expect(seen).to.include({ uid: CONTAINER_USER, gid: CONTAINER_USER, noNewPrivileges: '1' });
    expect(seen['capabilities']).to.match(/^0+$/);
  });

  it('becomes ready, does its work, answers its health check and its command line, and ends with 0', async () => {
    const bench = await ServiceBench.on(kafka);
    const port = await freePort();
    const env = {
      ...image.env,
      KAFKA_BROKERS: kafka.bootstrapServers,
      KAFKA_GROUP_ID: bench.group,
      SOURCE_TOPICS: bench.source,
      AUDIT_TOPIC: bench.audit,
      HTTP_PORT: String(port),
    };
    const run = (...args: readonly string[]): Promise<Ended> => confined.run(args, env);
    const cli = (...args: readonly string[]): Promise<Ended> =>
      run('node', `${confined.app}/dist/src/cli/audit-lanes.js`, ...args);
    const health = image.health.map((part) => part.replace(/^\/app(?=\/)/, confined.app));

    const down = await run(...health);
    expect(down.code, down.output).to.equal(1);
    expect(down.output).to.contain('not live');

    const started = confined.start(image.start, env);
    service = started;
    await until('it is ready', async () => {
      if (started.hasEnded) throw new Error(`it has ended:\n${started.output}`);
      return (await fetch(`http://127.0.0.1:${port}/readyz`)).status === 200;
    });
    const up = await run(...health);
    expect(up.code, up.output).to.equal(0);
    // The status page reads its scripts from the file set.
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).to.equal(200);

    const records = new HostileRecords({ seed: 75 });
    const inputs = await produceAll(
      bench.tool,
      bench.source,
      Array.from({ length: 200 }, () => records.next()),
    );
    await bench.untilAllCommitted();
    await bench.expectExactlyOnce(inputs);
    const audits = await bench.audits();
    expect(audits.length).to.be.greaterThan(0);

    const status = await cli('status');
    expect(status.code, status.output).to.equal(0);
    expect(status.output).to.contain('RUNNING');
    // The one that has a client of its own.
    const group = await cli('group');
    expect(group.code, group.output).to.equal(0);
    const letters = await bench.letters();
    expect(letters.length).to.be.at.least(2);
    const replay = await cli('dlq', 'replay', '--since', '30d', '--max', '2', '--yes', '2', '--no-validate');
    expect(replay.code, replay.output).to.equal(0);
    const journals = readdirSync(join(confined.stateFolder)).filter((name) => name.endsWith('.ndjson'));
    expect(journals, replay.output).to.have.length(1);
    expect(statSync(join(confined.stateFolder, journals[0] ?? '')).mode & 0o777).to.equal(0o600);
    const logged = readFileSync(join(confined.stateFolder, journals[0] ?? ''), 'utf8');
    expect(logged).to.contain('"journal":"dlq replay"');

    started.signal('SIGTERM');
    const exit = await started.ended;
    expect({ code: exit.code, signal: exit.signal }, exit.output).to.deep.equal({ code: 0, signal: null });
    expect((await run(...health)).code).to.equal(1);
    // The two that were replayed have failed once more, and nothing else has been written since.
    expect((await bench.audits()).length).to.equal(audits.length);
    expect((await bench.letters()).length).to.equal(letters.length + 2);
  });
});

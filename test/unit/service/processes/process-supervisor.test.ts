import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { loadSettings } from '../../../../config/load.js';
import { assess } from '../../../../src/observability/health.js';
import { createLogger } from '../../../../src/observability/logger.js';
import type { ToChild } from '../../../../src/service/processes/messages.js';
import { ProcessSupervisor } from '../../../../src/service/processes/process-supervisor.js';
import type { StreamProcessEvents } from '../../../../src/service/processes/stream-process.js';
import { until } from '../../../support/wait.js';
import { HEALTHY } from '../../../support/healthy.js';

interface Fake {
  readonly process: number;
  readonly events: StreamProcessEvents;
  readonly told: ToChild[];
  killed: boolean;
}

/** Processes that do nothing but what the test says. */
const bench = (drainLimitMs = 60_000) => {
  const lives: Fake[] = [];
  const ends: number[] = [];
  const said: string[] = [];
  const logger = createLogger({
    level: 'info',
    pretty: false,
    destination: { write: (line) => void said.push(line) },
  });
  const supervisor = new ProcessSupervisor({
    processes: 2,
    launch: (process, events) => {
      const fake: Fake = { process, events, told: [], killed: false };
      lives.push(fake);
      return {
        pid: 1_000 + lives.length,
        send: (message) => void fake.told.push(message),
        kill: () => {
          fake.killed = true;
          events.ended({ code: null, signal: 'SIGKILL' });
        },
      };
    },
    startMessages: () => [{ kind: 'stop' }],
    drainLimitMs,
    logger,
    lastWords: () => undefined,
    lifeEnded: (process) => ends.push(process),
  });
  const life = (index: number): Fake => {
    const found = lives[index];
    if (found === undefined) throw new Error(`there was no life ${index}`);
    return found;
  };
  const well = (index: number): void =>
    life(index).events.said({ kind: 'report', state: 'RUNNING', health: assess(HEALTHY) });
  return { supervisor, lives, life, ends, said, well };
};

describe('the supervisor of stream processes', () => {
  it('tells each its start first, and knows from its word that it is ready', async () => {
    const { supervisor, life, lives, well } = bench();
    supervisor.begin();
    expect(lives.map(({ process }) => process)).to.deep.equal([1, 2]);
    expect(life(0).told).to.have.length(1);
    well(0);
    expect(supervisor.views.map(({ phase }) => phase)).to.deep.equal(['running', 'starting']);
    expect(supervisor.views.map(({ hasStarted }) => hasStarted)).to.deep.equal([true, false]);
    supervisor.killAll();
    supervisor.stop();
    expect(await supervisor.ended).to.equal(0);
  });

  it('takes the answers of those that answer, and waits for the others no longer than it was told', async () => {
    const { supervisor, life, well } = bench();
    supervisor.begin();
    well(0);
    well(1);
    const asked = supervisor.ask('metrics', 50);
    const question = life(1).told.at(-1);
    if (question?.kind !== 'ask') throw new Error('it was not asked');
    life(1).events.said({ kind: 'metrics', id: question.id, answer: [] });
    expect([...(await asked).keys()]).to.deep.equal([2]);
    // An answer that comes too late is nobody's.
    const late = life(0).told.at(-1);
    if (late?.kind === 'ask') life(0).events.said({ kind: 'metrics', id: late.id, answer: [] });
    supervisor.stop();
    supervisor.killAll();
    expect(await supervisor.ended).to.equal(1);
  });

  it('asks nothing of one that has not said anything yet', async () => {
    const { supervisor } = bench();
    supervisor.begin();
    expect((await supervisor.ask('status', 60_000)).size).to.equal(0);
    supervisor.stop();
    supervisor.killAll();
    await supervisor.ended;
  });

  it('grows uneasy about one that says nothing, and forgets it with its next word', async () => {
    const { supervisor, well } = bench();
    supervisor.begin();
    well(0);
    well(1);
    await until('time has passed', () => supervisor.views.every(({ silentMs }) => silentMs > 0));
    well(0);
    expect(supervisor.views[0]?.silentMs).to.equal(0);
    expect(supervisor.views[1]?.silentMs).to.be.greaterThan(0);
    supervisor.stop();
    supervisor.killAll();
    await supervisor.ended;
  });

  it('starts one that died again, with nothing of its former life', async () => {
    const { ends, life, lives, supervisor, well } = bench();
    supervisor.begin();
    well(0);
    well(1);
    life(1).events.ended({ code: null, signal: 'SIGSEGV' });
    expect(ends).to.deep.equal([2]);
    expect(supervisor.views[1]).to.include({ phase: 'waiting', pid: null, report: null });
    expect(supervisor.views[1]?.startsInMs).to.be.greaterThan(0);
    await until('it is started again', () => lives.length === 3);
    expect(life(2).process).to.equal(2);
    expect(supervisor.restarts).to.equal(1);
    supervisor.stop();
    supervisor.killAll();
    await supervisor.ended;
  });

  it('kills what does not drain in time, and ends with 1', async () => {
    const { life, supervisor, well } = bench(20);
    supervisor.begin();
    well(0);
    well(1);
    supervisor.stop();
    expect(life(0).told.at(-1)).to.deep.equal({ kind: 'stop' });
    life(0).events.ended({ code: 0, signal: null });
    expect(await supervisor.ended).to.equal(1);
    expect(life(1).killed).to.equal(true);
  });

  it('says as its last word why it gives up', async () => {
    const { life, said, supervisor } = bench();
    supervisor.begin();
    life(0).events.ended({ code: 2, signal: null });
    expect(life(1).told.at(-1)).to.deep.equal({ kind: 'stop' });
    life(1).events.ended({ code: 0, signal: null });
    expect(await supervisor.ended).to.equal(2);
    const fatal = said.filter((line) => line.includes('"level":"fatal"'));
    expect(fatal).to.have.length(1);
    expect(fatal[0]).to.contain('process 1 ended with exit code 2 at its first start');
  });

  it('passes a signal on to all as a message, which harms none that does not know it', async () => {
    const { life, supervisor } = bench();
    supervisor.begin();
    supervisor.forward('SIGUSR2');
    for (const index of [0, 1]) {
      expect(life(index).told.at(-1)).to.deep.equal({ kind: 'signal', signal: 'SIGUSR2' });
    }
    supervisor.stop();
    supervisor.killAll();
    await supervisor.ended;
  });
});

describe('the entry of a stream process', () => {
  it('heeds a signal that comes with its start, before there is a log whose level it could change', async () => {
    const path = fileURLToPath(new URL('../../../../src/service/processes/child-main.js', import.meta.url));
    const { settings } = loadSettings({
      env: { KAFKA_BROKERS: '127.0.0.1:1', LOG_LEVEL: 'info' },
      argv: [],
      readFile: () => '',
    });
    const child = fork(path, ['1'], {
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    let said = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (said += text));
    const messages: readonly ToChild[] = [
      { kind: 'start', process: 1, settings, version: '0.0.0' },
      { kind: 'signal', signal: 'SIGUSR2' },
      { kind: 'stop' },
    ];
    for (const message of messages) child.send(message);
    expect(await once(child, 'close')).to.deep.equal([0, null]);
    expect(said).to.contain('"to":"debug"');
  }).timeout(30_000);

  it('is for its supervisor: started by anybody else it says what to do, and ends with 2', async () => {
    const path = fileURLToPath(new URL('../../../../src/service/processes/child-main.js', import.meta.url));
    const child = spawn(process.execPath, [path, '1'], { stdio: ['ignore', 'ignore', 'pipe'] });
    let told = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (told += text));
    expect(await once(child, 'close')).to.deep.equal([2, null]);
    expect(told).to.contain('PROCESSES');
  });
});

/** `dlq replay` that is stopped, held up, or asked for twice at once, on the simulated cluster. */
import { expect } from 'chai';
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DlqReplay } from '../../../src/cli/dlq/dlq-request.js';
import { JournalLock } from '../../../src/cli/dlq/journal-lock.js';
import { readJournal } from '../../../src/cli/dlq/replay-journal.js';
import { lettered, selecting } from './dlq-requests.js';
import { CARRYING, COMMANDS, OperatorBench } from './operator-bench.js';

const DONE = { outcome: 'done', why: '' } as const;
/** No process has it: it is beyond what Linux gives. */
const DEAD_PID = 4_194_999;

describe('dlq replay that does not come to its end', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'dlq-interrupted-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const journalPath = (): string => join(folder, 'j');
  const lockPath = (): string => `${journalPath()}.lock`;

  /** Three letters in each of two partitions. */
  const benchOfSix = (): OperatorBench => {
    const bench = new OperatorBench();
    bench.env = { XDG_STATE_HOME: folder };
    for (let at = 0; at < 3; at++)
      for (const partition of [0, 1])
        bench.letter(partition, { key: `k${partition}` }, lettered(at, {}, partition));
    return bench;
  };
  const replay = (of: Partial<DlqReplay> = {}): DlqReplay =>
    selecting({ reason: 'retries-exhausted' }, { confirmed: 6, journal: journalPath(), ...of });
  const resume = () =>
    ({ kind: 'dlq resume', journal: journalPath(), ratePerSecond: null, carrying: CARRYING }) as const;

  it('records its end with the numbers when Ctrl-C stops it, and says how to go on', async () => {
    const bench = benchOfSix();
    let answered = 0;
    bench.answerWith(() => {
      answered += 1;
      if (answered === 3) bench.stop.abort();
      return DONE;
    });
    const { notes } = await bench.run(replay({ ratePerSecond: 2 }));
    expect(notes.join('\n')).to.include('Go on with').and.not.to.include('could not be recorded');
    const { done } = readJournalDone();
    expect(done).to.be.within(2, 4);
    expect(
      bench.actions().map(({ status, operator }) => [status, operator.done, operator.open]),
    ).to.deep.equal([
      ['requested', undefined, undefined],
      ['failure', done, 6 - done],
    ]);
  });

  const readJournalDone = (): { readonly done: number } => ({
    done: [...readJournal(journalPath()).ended.values()].filter((how) => how === 'done').length,
  });

  it('is stopped by Ctrl-C in a transform that never ends', async () => {
    const bench = benchOfSix();
    const transform = join(folder, 't.mjs');
    writeFileSync(transform, 'export default () => new Promise(() => undefined);\n');
    bench.scheduler.later(1000, 1000, () => bench.stop.abort());
    const { exitCode } = await bench.run(replay({ transform }));
    expect([exitCode, bench.commands()]).to.deep.equal([1, []]);
    expect(bench.actions().map(({ status }) => status)).to.deep.equal(['requested', 'failure']);
  });

  it('does not make up for the time in which the service was away', async () => {
    const bench = benchOfSix();
    bench.scheduler.later(4000, 4000, () => bench.answerWith(() => DONE));
    const { exitCode } = await bench.run(replay({ ratePerSecond: 2 }));
    expect(exitCode).to.equal(0);
    const times = bench.cluster.read(COMMANDS).map(({ timestamp }) => Number(timestamp));
    const [, , second, , third] = times.sort((a, b) => a - b);
    expect((third ?? 0) - (second ?? 0)).to.be.at.least(999);
  });

  it('leaves out on resuming what somebody has dismissed meanwhile', async () => {
    const bench = benchOfSix();
    await bench.run(replay({ ratePerSecond: 2 }));
    bench.answerWith(() => DONE);
    bench.outcome(1, 10, { command: 'dismiss', outcome: 'done', why: 'mine', deadLetter: 2 });
    const { exitCode, notes } = await bench.run(resume());
    expect(exitCode, notes.join('\n')).to.equal(0);
    expect(bench.commands(1).map(({ deadLetter }) => deadLetter)).to.deep.equal([0, 1]);
    expect(notes.join('\n')).to.include('replayed 5 of 6, refused 0, left out 1, open 0');
    expect(readJournal(journalPath()).ended.get('1-2')).to.equal('left out');
  });

  it('is not gone on with by two at once, and again when the one is gone', async () => {
    const bench = benchOfSix();
    await bench.run(replay({ ratePerSecond: 2 }));
    expect(existsSync(lockPath())).to.equal(false);
    bench.answerWith(() => DONE);
    const before = readFileSync(journalPath(), 'utf8');
    const other = JournalLock.take(journalPath());
    const refused = await bench.run(resume());
    expect(refused.exitCode).to.equal(1);
    expect(refused.error).to.include(`process ${process.pid}`);
    expect([readFileSync(journalPath(), 'utf8'), bench.commands().length]).to.deep.equal([before, 2]);
    other.release();
    expect((await bench.run(resume())).exitCode).to.equal(0);
    expect([bench.commands().length, existsSync(lockPath())]).to.deep.equal([6, false]);
  });

  it('has its journal for itself while it runs', async () => {
    const bench = benchOfSix();
    let locked: string | null = null;
    bench.answerWith(() => {
      locked ??= readFileSync(lockPath(), 'utf8');
      return DONE;
    });
    await bench.run(replay());
    expect(locked).to.equal(`${process.pid}\n`);
    expect(existsSync(lockPath())).to.equal(false);
  });

  for (const [what, text] of [
    ['a process that is dead', `${DEAD_PID}\n`],
    ['one that was killed before it wrote its id', ''],
    ['another one of the same id, before a container began anew', `${process.pid}\n`],
  ] as const)
    it(`takes over the lock of ${what}`, async () => {
      const bench = benchOfSix();
      await bench.run(replay({ ratePerSecond: 2 }));
      bench.answerWith(() => DONE);
      writeFileSync(lockPath(), text);
      utimesSync(lockPath(), 1000, 1000);
      expect((await bench.run(resume())).exitCode).to.equal(0);
      expect([bench.commands().length, existsSync(lockPath())]).to.deep.equal([6, false]);
    });

  it('takes the oldest of all partitions, not of each', async () => {
    const bench = new OperatorBench();
    bench.env = { XDG_STATE_HOME: folder };
    bench.answerWith(() => DONE);
    for (const partition of [1, 1, 1, 0]) {
      bench.letter(partition, { key: 'k' }, lettered(0, {}, partition));
      await bench.scheduler.complete(new Promise<void>((end) => bench.scheduler.later(1000, 1000, end)));
    }
    const { choice } = selecting({ reason: 'retries-exhausted' });
    await bench.run(replay({ choice: { ...choice, max: 2 }, confirmed: 2 }));
    expect([bench.commands(0).length, bench.commands(1).length]).to.deep.equal([0, 2]);
  });
});

/** `dlq replay` and `dlq dismiss` of many, on the simulated cluster. */
import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DlqReplay } from '../../../src/cli/dlq/dlq-request.js';
import { ReplayJournal, readJournal } from '../../../src/cli/dlq/replay-journal.js';
import { valueSchemaOf } from '../../../src/cli/cluster/value-schema.js';
import { createValidators } from '../../../topology/user-audit/schema-validator.js';
import { operatorActionSchema } from '../../../topology/user-audit/generated/operator-action.js';
import { ALL, lettered, redrive, selecting } from './dlq-requests.js';
import { CARRYING, OperatorBench } from './operator-bench.js';

const USER = '6f9619ff-8b86-4d01-b42d-00cf4fc964ff';

const logout = (more: object = {}): string =>
  JSON.stringify({
    userId: USER,
    action: 'logout',
    status: 'success',
    timestamp: '2026-02-03T04:05:06.789Z',
    metadata: { source: 's', correlationId: USER, ipAddress: null, userAgent: null },
    ...more,
  });

/** As a task does: each dead letter once. */
const once = () => {
  const redriven = new Set<string>();
  return (command: {
    readonly kind: string;
    readonly deadLetter: number | null;
    readonly key: Buffer | null;
  }) => {
    const name = `${command.key?.toString() ?? ''}-${command.deadLetter}`;
    if (redriven.has(name)) return { outcome: 'refused', why: 'it was redriven before' } as const;
    redriven.add(name);
    return { outcome: 'done', why: '' } as const;
  };
};

describe('dlq replay of many', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'dlq-replay-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const path = (name: string): string => join(folder, name);
  const file = (name: string, text: string): string => {
    writeFileSync(path(name), text);
    return path(name);
  };

  /** Three letters in each of two partitions; their key is their partition. */
  const benchOfSix = (): OperatorBench => {
    const bench = new OperatorBench();
    bench.env = { XDG_STATE_HOME: folder };
    for (let at = 0; at < 3; at++)
      for (const partition of [0, 1])
        bench.letter(partition, { key: `k${partition}`, value: 'secret' }, lettered(at, {}, partition));
    return bench;
  };

  const sent = (bench: OperatorBench): readonly string[] =>
    [0, 1].flatMap((partition) =>
      bench.commands(partition).map(({ deadLetter }) => `${partition}-${deadLetter}`),
    );

  const everything = (of: Partial<DlqReplay> = {}): DlqReplay =>
    selecting({ reason: 'retries-exhausted' }, { confirmed: 6, ...of });

  it('sends what a selector selects, and leaves out what is settled or a notice', async () => {
    const bench = benchOfSix();
    bench.letter(0, { key: 'k0' }, lettered(7, { 'x-lanes-reason': 'other' }));
    bench.letter(0, { key: 'k0' }, lettered(8, { 'x-lanes-state': 'parked' }));
    bench.outcome(0, 10, { command: 'redrive', outcome: 'done', why: '', deadLetter: 0 });
    bench.outcome(1, 10, { command: 'dismiss', outcome: 'done', why: '', deadLetter: 1 });
    bench.answerWith(once());
    const { exitCode, notes } = await bench.run(everything({ confirmed: 4 }));
    expect(exitCode, notes.join('\n')).to.equal(0);
    expect(sent(bench)).to.deep.equal(['0-1', '0-2', '1-0', '1-2']);
    expect(notes.join('\n')).to.include('3 more are redriven, dismissed or notices');
    expect(notes.join('\n')).to.include('replayed 4 of 4, refused 0, left out 0, open 0');
  });

  it('does nothing before somebody has said how many they are', async () => {
    const bench = benchOfSix();
    bench.answerWith(once());
    const unasked = await bench.run(everything({ confirmed: null }));
    expect([unasked.exitCode, unasked.error]).to.deep.equal([
      2,
      'It is about 6, and nobody sits at a terminal to confirm it: say --yes 6.',
    ]);
    expect((await bench.run(everything({ confirmed: 5 }))).exitCode).to.equal(2);
    bench.answers = ['y', '6'];
    expect((await bench.run(everything({ confirmed: null }))).exitCode).to.equal(1);
    expect([sent(bench), bench.actions()]).to.deep.equal([[], []]);
    expect((await bench.run(everything({ confirmed: null }))).exitCode).to.equal(0);
    expect(bench.questions).to.deep.equal(['Type 6 to replay them: ', 'Type 6 to replay them: ']);
    expect(sent(bench)).to.have.length(6);
  });

  it('takes the oldest of all partitions in turns, and no more in a second than was asked for', async () => {
    const bench = benchOfSix();
    bench.answerWith(once());
    const choice = { ids: [], selector: { ...ALL, reason: 'retries-exhausted' }, max: 4 };
    const began = bench.nowMs;
    await bench.run(everything({ choice, confirmed: 4, ratePerSecond: 1 }));
    expect(sent(bench)).to.deep.equal(['0-0', '0-1', '1-0', '1-1']);
    expect(bench.nowMs - began).to.be.at.least(3000);
  });

  it('counts by reason in a dry run, and writes nothing', async () => {
    const bench = benchOfSix();
    const request = everything({ confirmed: null, carrying: { ...CARRYING, isDryRun: true } });
    const { exitCode, lines, notes } = await bench.run(request);
    expect([exitCode, lines.slice(0, 2)]).to.deep.equal([
      0,
      ['REASON             COUNT', 'retries-exhausted      6'],
    ]);
    expect(notes.join('\n')).to.include('would replay 6 of 6');
    expect([sent(bench), bench.actions()]).to.deep.equal([[], []]);
  });

  it('is recorded in the audit topic before and after, and not done when it cannot be', async () => {
    const bench = benchOfSix();
    bench.answerWith(once());
    await bench.run(everything({ carrying: { ...CARRYING, operator: USER } }));
    const actions = bench.actions();
    expect(
      actions.map(({ action, status, userId, resource }) => [action, status, userId, resource]),
    ).to.deep.equal([
      ['dlq.replay', 'requested', USER, 'dlq/app.user.events.dlq'],
      ['dlq.replay', 'success', USER, 'dlq/app.user.events.dlq'],
    ]);
    expect(new Set(actions.map(({ metadata }) => metadata.correlationId)).size).to.equal(1);
    expect(actions[1]?.operator).to.deep.equal({
      name: 'ann@host',
      count: 6,
      done: 6,
      refused: 0,
      leftOut: 0,
      open: 0,
    });
    const { action: violation } = createValidators({ action: operatorActionSchema }, true);
    expect(actions.map((event) => violation(event))).to.deep.equal([undefined, undefined]);
    const [record] = bench.cluster.read('system.audit');
    expect(record?.key?.toString()).to.equal('operator');
    expect(record?.headers.map(({ name }) => name)).to.deep.equal([
      'ce_specversion',
      'ce_id',
      'ce_type',
      'ce_source',
      'ce_time',
      'ce_dataschema',
    ]);
    expect(JSON.stringify(actions)).not.to.include('secret');

    const without = benchOfSix();
    without.auditTopic = 'not.there';
    const { exitCode, notes } = await without.run(everything());
    expect([exitCode, notes.join()]).to.deep.equal([
      3,
      'Nothing was done: it could not be recorded in not.there (AUDIT_TOPIC).',
    ]);
    expect(sent(without)).to.deep.equal([]);
  });

  it('stops when the service carries nothing out, and goes on by its journal', async () => {
    const bench = benchOfSix();
    const journal = path('j');
    const first = await bench.run(everything({ ratePerSecond: 2, journal }));
    expect(first.exitCode).to.equal(1);
    expect(sent(bench)).to.deep.equal(['0-0', '1-0']);
    expect(first.notes.join('\n')).to.include(`Go on with: audit-lanes dlq replay --resume ${journal}`);
    expect(bench.actions().at(-1)).to.deep.include({ status: 'failure' });
    const resume = { kind: 'dlq resume', journal, ratePerSecond: null, carrying: CARRYING } as const;
    const early = await bench.run(resume);
    expect([early.exitCode, sent(bench).length]).to.deep.equal([1, 2]);
    expect(early.error).to.include('are written and not carried out yet');
    bench.answerWith(once());
    const { exitCode, notes } = await bench.run(resume);
    expect(exitCode, notes.join('\n')).to.equal(0);
    expect(notes[0]).to.include('of 6 0 had ended; of the others 2 were written and carried out; 4 are left');
    expect([...sent(bench)].sort()).to.deep.equal(['0-0', '0-1', '0-2', '1-0', '1-1', '1-2']);
    const correlations = new Set(bench.actions().map(({ metadata }) => metadata.correlationId));
    expect(correlations.size).to.equal(1);
    expect((await bench.run(resume)).notes.join()).to.include('Nothing is left');
  });

  for (const written of [0, 1, 2, 3, 6])
    for (const known of [0, 1, 2, 3, 6].filter((count) => count <= written))
      it(`that was killed with ${written} commands written and ${known} of them known sends each letter once`, async () => {
        const bench = benchOfSix();
        bench.answerWith(once());
        const letters = [0, 1, 2].flatMap((offset) =>
          [0, 1].map((partition) => ({ id: { partition, offset }, bytes: 6, reason: 'r' })),
        );
        const max = { ids: [], selector: { ...ALL, reason: 'retries-exhausted' }, max: written };
        if (written > 0) await bench.run(everything({ choice: max, confirmed: written }));
        const journal = ReplayJournal.create(
          path('j'),
          {
            deadLetters: 'app.user.events.dlq',
            isForeign: false,
            to: null,
            ratePerSecond: null,
            validates: true,
            transform: null,
            correlationId: USER,
            by: 'ann@host',
            at: '2026-02-03T04:05:06.789Z',
            count: 6,
          },
          letters,
        );
        const ids = letters.map(({ id }) => id);
        if (known > 0) {
          journal.begin(ids.slice(0, known));
          journal.end(ids.slice(0, known).map(({ partition, offset }) => [`${partition}-${offset}`, 'done']));
        }
        if (known < 6) journal.begin(ids.slice(known, known + 2));
        journal.close();
        // Killed while it wrote a line.
        writeFileSync(path('j'), '{"end":[["0-', { flag: 'a' });
        const resume = {
          kind: 'dlq resume',
          journal: path('j'),
          ratePerSecond: 2,
          carrying: CARRYING,
        } as const;
        const { exitCode, notes } = await bench.run(resume);
        expect(exitCode, notes.join('\n')).to.equal(0);
        expect([...sent(bench)].sort()).to.deep.equal(['0-0', '0-1', '0-2', '1-0', '1-1', '1-2']);
        const { ended, begun } = readJournal(path('j'));
        expect([ended.size, begun.size]).to.deep.equal([6, 0]);
      });

  it('keeps no key and no value in the journal, which is its owner’s alone and is never written over', async () => {
    const bench = benchOfSix();
    bench.answerWith(once());
    const journal = path('j');
    await bench.run(everything({ journal }));
    const text = readFileSync(journal, 'utf8');
    expect(text).not.to.match(/secret|k0|k1|c2VjcmV0/);
    expect(statSync(journal).mode & 0o777).to.equal(0o600);
    const again = benchOfSix();
    const { exitCode, error } = await again.run(everything({ journal }));
    expect([exitCode, error?.includes('EEXIST'), sent(again)]).to.deep.equal([2, true, []]);
  });

  it('refuses a file that is no journal, one of another service, and one without all of its letters', async () => {
    const bench = benchOfSix();
    const resume = (journal: string) =>
      bench.run({ kind: 'dlq resume', journal, ratePerSecond: null, carrying: CARRYING });
    bench.answerWith(once());
    await bench.run(everything({ journal: path('j') }));
    const whole = readFileSync(path('j'), 'utf8');
    expect((await resume(file('a', 'hello\n'))).error).to.include('line 1 is not what it would have written');
    expect((await resume(file('b', ''))).exitCode).to.equal(1);
    expect((await resume(file('c', whole.split('\n').slice(0, 2).join('\n') + '\n'))).error).to.include(
      'before it sent anything',
    );
    expect((await resume(file('d', whole.replaceAll('app.user', 'other.user')))).error).to.include(
      'none of this service',
    );
    expect((await resume(path('none'))).exitCode).to.equal(2);
  });

  describe('with a change', () => {
    const bench = (): OperatorBench => {
      const made = new OperatorBench(1);
      made.env = { XDG_STATE_HOME: folder };
      made.schema = valueSchemaOf('user-audit', false)();
      made.answerWith(once());
      return made;
    };
    const bad = (made: OperatorBench, at: number, of: object | string): number =>
      made.letter(
        0,
        { value: typeof of === 'string' ? of : logout(of) },
        lettered(at, { ce_type: 'user.auth' }),
      );
    const values = (made: OperatorBench): readonly unknown[] =>
      made
        .commands(0)
        .map((command) =>
          command.kind === 'redrive' ? (JSON.parse(command.record.value?.toString() ?? '') as unknown) : null,
        );

    it('refuses what does not fit its schema, by path and keyword, and sends it when told to', async () => {
      const made = bench();
      bad(made, 0, { status: 'secret' });
      const { exitCode, notes } = await made.run(redrive([0, 0]));
      expect([exitCode, made.commands()]).to.deep.equal([1, []]);
      expect(notes.join()).to.include('/status enum').and.not.to.include('secret');
      expect((await made.run({ ...redrive([0, 0]), validates: false })).exitCode).to.equal(0);
      expect(made.commands()).to.have.length(1);
    });

    it('transforms each, leaves out what the module leaves out, and tells of one that it throws for', async () => {
      const made = bench();
      for (const [at, status] of ['wrong', 'drop', 'throw', 'wrong'].entries()) bad(made, at, { status });
      bad(made, 4, '{"not": json');
      const transform = file(
        't.mjs',
        `export default (value, { type, headers }) => {
          if (typeof value === 'string') return value;
          if (value.status === 'drop') return null;
          if (value.status === 'throw') throw new Error('cannot \\u001b[2J');
          return { ...value, status: type === headers.ce_type ? 'success' : 'failure' };
        };`,
      );
      const { exitCode, notes } = await made.run(selecting({ partition: 0 }, { confirmed: 5, transform }));
      expect(exitCode).to.equal(1);
      expect(made.commands(0).map(({ deadLetter }) => deadLetter)).to.deep.equal([0, 3]);
      expect(values(made)).to.deep.equal([JSON.parse(logout()), JSON.parse(logout())]);
      const said = notes.join('\n');
      expect(said).to.include('0-2: the transform threw Error: cannot \\x1b[2J');
      expect(said).to.include('replayed 2 of 5, refused 2, left out 1, open 0');
      expect(said).to.include('refused 1: it does not fit its schema');
    });

    it('does not go on with another module than it began with', async () => {
      const made = bench();
      bad(made, 0, {});
      const transform = file('t.mjs', 'export default (value) => value;');
      await made.run({ ...redrive([0, 0]), transform, journal: path('j') });
      writeFileSync(transform, 'export default () => ({});');
      const { exitCode, error } = await made.run({
        kind: 'dlq resume',
        journal: path('j'),
        ratePerSecond: null,
        carrying: CARRYING,
      });
      expect([exitCode, error?.includes('not what the replay began with')]).to.deep.equal([2, true]);
      const { exitCode: none } = await made.run({ ...redrive([0, 0]), transform: file('u.mjs', '') });
      expect(none).to.equal(2);
    });

    it('edits the value of one in the editor, and does nothing when it is unchanged, empty or invalid', async () => {
      const made = bench();
      bad(made, 0, { status: 'wrong' });
      bad(made, 1, { status: 'wrong' });
      const edit = (editor: string, ...ids: number[]) => {
        made.env = { EDITOR: editor };
        return made.run({ ...redrive(...ids.map((at) => [0, at] as const)), edits: true });
      };
      expect((await edit('true', 0)).error).to.include('unchanged or empty');
      expect((await edit('truncate -s 0', 0)).error).to.include('unchanged or empty');
      expect((await edit('false', 0)).error).to.include('ended with 1');
      expect((await edit('sed -i s/wrong/worse/', 0)).error).to.include('/status enum');
      expect((await edit('sed -i 1d', 0)).error).to.include('it is no JSON');
      expect((await edit('sed -i s/wrong/success/', 0, 1)).exitCode).to.equal(2);
      expect([made.commands(), made.actions()]).to.deep.equal([[], []]);
      expect((await edit('sed -i s/wrong/success/', 0)).exitCode).to.equal(0);
      expect(values(made)).to.deep.equal([JSON.parse(logout())]);
    });
  });
});

describe('dlq dismiss of many', () => {
  it('dismisses what a selector selects, with the reason why', async () => {
    const bench = new OperatorBench(1);
    for (let at = 0; at < 3; at++)
      bench.letter(0, {}, lettered(at, at === 1 ? { 'x-lanes-reason': 'null-value' } : {}));
    bench.answerWith(once());
    const { deadLetters, ratePerSecond, carrying, choice } = selecting({ reason: 'retries-exhausted' });
    const request = {
      deadLetters,
      ratePerSecond,
      carrying,
      choice,
      kind: 'dlq dismiss',
      why: 'old',
    } as const;
    expect((await bench.run({ ...request, confirmed: null })).exitCode).to.equal(2);
    expect((await bench.run({ ...request, confirmed: 2 })).exitCode).to.equal(0);
    expect(bench.commands(0).map(({ kind, deadLetter }) => [kind, deadLetter])).to.deep.equal([
      ['dismiss', 0],
      ['dismiss', 2],
    ]);
    expect(bench.actions()[0]).to.deep.include({ action: 'dlq.dismiss', status: 'requested' });
    expect(bench.actions()[0]?.operator.why).to.equal('old');
  });
});

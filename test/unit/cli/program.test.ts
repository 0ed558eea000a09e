/** A command line is understood whole, or says what is wrong with exit code 2. */
import { expect } from 'chai';
import { understand } from '../../../src/cli/program.js';
import type { Request } from '../../../src/cli/request.js';
import { epochMs } from '../../../src/record/units.js';

const NOW = epochMs(1_770_000_000_000);
const of = (line: string) => understand(line.split(' ').filter(Boolean), '1.2.3', NOW);

const requestOf = (line: string): Request => {
  const understood = of(line);
  if (understood.kind !== 'request') throw new Error(understood.stderr);
  return understood.request;
};

const LANE = { key: Buffer.from('user-17'), head: null, partition: null, topic: null };
const WAITS = { isDryRun: false, waitMs: 30_000, operator: null };

describe('a command line', () => {
  const cases: Readonly<Record<string, Request>> = {
    'lanes list': { kind: 'lanes list', status: null, topic: null, partition: null, limit: null },
    'lanes list --status parked --topic user.events --partition 2 --limit 5': {
      kind: 'lanes list',
      status: 'parked',
      topic: 'user.events',
      partition: 2,
      limit: 5,
    },
    'lanes show user-17 --values': { kind: 'lanes show', lane: LANE, withValues: true, limit: null },
    'lanes show --key-base64 /w==': {
      kind: 'lanes show',
      lane: { ...LANE, key: Buffer.from([0xff]) },
      withValues: false,
      limit: null,
    },
    'lanes release user-17': { kind: 'lanes release', lane: LANE, carrying: WAITS },
    'lanes release user-17 --no-wait --operator-id ops': {
      kind: 'lanes release',
      lane: LANE,
      carrying: { ...WAITS, waitMs: null, operator: 'ops' },
    },
    'lanes skip --head my-topic-2-41 --timeout 2m --dry-run': {
      kind: 'lanes skip',
      lane: { key: null, head: 'my-topic-2-41', partition: 2, topic: null },
      carrying: { isDryRun: true, waitMs: 120_000, operator: null },
    },
    'lanes skip -- --head': {
      kind: 'lanes skip',
      lane: { ...LANE, key: Buffer.from('--head') },
      carrying: WAITS,
    },
    'dlq list --since 1h --by reason': {
      kind: 'dlq list',
      topic: null,
      partition: null,
      reason: null,
      since: epochMs(NOW - 3_600_000),
      limit: null,
      by: 'reason',
    },
    'dlq show 0-42': { kind: 'dlq show', id: { partition: 0, offset: 42 }, topic: null, withValues: false },
    'dlq redrive 0-42 1-7': {
      kind: 'dlq redrive',
      ids: [
        { partition: 0, offset: 42 },
        { partition: 1, offset: 7 },
      ],
      topic: null,
      carrying: WAITS,
    },
    'dlq dismiss 0-42 --reason test': {
      kind: 'dlq dismiss',
      ids: [{ partition: 0, offset: 42 }],
      topic: null,
      why: 'test',
      carrying: WAITS,
    },
    'schemas check --against main': {
      kind: 'schemas check',
      against: 'main',
      level: 'full',
      isStrict: false,
    },
    'schemas check --against v0.1.0 --level backward --strict': {
      kind: 'schemas check',
      against: 'v0.1.0',
      level: 'backward',
      isStrict: true,
    },
  };
  for (const [line, request] of Object.entries(cases))
    it(`is understood: ${line}`, () => {
      expect(requestOf(line)).to.deep.equal(request);
    });

  const mistakes: Readonly<Record<string, RegExp>> = {
    'lanes show': /which lane\? Give its key/,
    'lanes show a --key-base64 YQ==': /not both/,
    'lanes show a b': /too many arguments/,
    'lanes list --status open': /Allowed: retrying, parked/,
    'lanes list --partition -1': /Allowed: a partition number/,
    'lanes release --head nonsense': /Allowed: the id of a record/,
    'lanes release a --timeout 5': /Allowed: a duration with its unit/,
    'lanes show --key-base64 *': /Allowed: base64/,
    'lanes relaese a': /unknown command 'relaese'/,
    'dlq show 42': /Allowed: PARTITION-OFFSET/,
    'dlq redrive': /missing required argument 'ids'/,
    'dlq dismiss 0-42': /required option '--reason <text>'/,
    'dlq list --by age': /Allowed: reason, class/,
    'dlq list --since yesterday': /Allowed: a duration with its unit/,
    'schemas check': /required option '--against <revision\|folder>'/,
    'schemas check --against main --level all': /Allowed: backward, forward, full, none/,
    'dlq list --colour': /unknown option '--colour'/,
  };
  for (const [line, message] of Object.entries(mistakes))
    it(`ends with 2 and says what is allowed: ${line}`, () => {
      const understood = of(line);
      if (understood.kind !== 'said') throw new Error('it was understood');
      expect([understood.exitCode, understood.stdout]).to.deep.equal([2, '']);
      expect(understood.stderr).to.match(message);
    });

  it('without a command ends with 2 and shows the help', () => {
    for (const line of ['', 'lanes', 'dlq', 'schemas']) {
      const understood = of(line);
      expect(understood).to.include({ kind: 'said', exitCode: 2 });
    }
  });

  it('that asks for help or version gets it on stdout, examples first, with exit code 0', () => {
    for (const line of [
      '--help',
      'lanes release --help',
      'dlq redrive -h',
      'help dlq',
      'lanes --help',
      'schemas check -h',
    ]) {
      const understood = of(line);
      if (understood.kind !== 'said') throw new Error('it was understood');
      expect(understood.exitCode).to.equal(0);
      expect(understood.stdout).to.match(/^Examples:\n {2}audit-lanes /);
    }
    expect(of('--version')).to.include({ kind: 'said', exitCode: 0, stdout: '1.2.3\n' });
  });

  it('says whether its results are for a program', () => {
    expect(of('lanes list --json')).to.include({ isJson: true });
    expect(of('lanes list')).to.include({ isJson: false });
  });
});

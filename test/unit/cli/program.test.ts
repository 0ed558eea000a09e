/** A command line is understood whole, or says what is wrong with exit code 2. */
import { expect } from 'chai';
import { createProgram, understand, withDescendants } from '../../../src/cli/program.js';
import type { DlqReplay } from '../../../src/cli/dlq/dlq-request.js';
import type { Request } from '../../../src/cli/request.js';
import { epochMs } from '../../../src/record/units.js';
import { TAIL } from './events-requests.js';

const NOW = epochMs(1_770_000_000_000);
const of = (line: string) => understand(line.split(' ').filter(Boolean), '1.2.3', NOW);

const requestOf = (line: string): Request => {
  const understood = of(line);
  if (understood.kind !== 'request') throw new Error(understood.stderr);
  return understood.request;
};

const LANE = { key: Buffer.from('user-17'), head: null, partition: null, topic: null };
const PUBLISH = { kind: 'publish', topic: null, isSpring: false, isDryRun: false } as const;
const RANDOM = { kind: 'random', rate: 10, keys: 100, count: null, bad: 0, seed: null } as const;
const ALL = {
  topic: null,
  partition: null,
  reason: null,
  type: null,
  key: null,
  since: null,
  until: null,
};
const WAITS = { isDryRun: false, waitMs: 30_000, operator: null };
const REPLAY: DlqReplay = {
  kind: 'dlq replay',
  deadLetters: null,
  choice: { ids: [], selector: ALL, max: null },
  confirmed: null,
  ratePerSecond: null,
  carrying: WAITS,
  edits: false,
  transform: null,
  validates: true,
  journal: null,
  to: null,
};

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
    'lanes release user-17 --no-wait --operator-id 0AF76519-16cd-43dd-8448-eb211c80319c': {
      kind: 'lanes release',
      lane: LANE,
      carrying: { ...WAITS, waitMs: null, operator: '0af76519-16cd-43dd-8448-eb211c80319c' },
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
      deadLetters: null,
      selector: { ...ALL, since: epochMs(NOW - 3_600_000) },
      limit: null,
      by: 'reason',
    },
    'dlq list --dead-letters orders.DLT --type order.paid --key-base64 /w== --until 1d --by age': {
      kind: 'dlq list',
      deadLetters: 'orders.DLT',
      selector: {
        ...ALL,
        type: 'order.paid',
        key: Buffer.from([0xff]),
        until: epochMs(NOW - 86_400_000),
      },
      limit: null,
      by: 'age',
    },
    'dlq show 0-42': {
      kind: 'dlq show',
      deadLetters: null,
      id: { partition: 0, offset: 42 },
      topic: null,
      withValues: false,
    },
    'dlq redrive 0-42 1-7': {
      ...REPLAY,
      choice: {
        ids: [
          { partition: 0, offset: 42 },
          { partition: 1, offset: 7 },
        ],
        selector: ALL,
        max: null,
      },
    },
    'dlq replay --reason x --max 5 --rate 2.5 --yes 5 --transform t.mjs --no-validate --journal j': {
      ...REPLAY,
      choice: { ids: [], selector: { ...ALL, reason: 'x' }, max: 5 },
      confirmed: 5,
      ratePerSecond: 2.5,
      transform: 't.mjs',
      validates: false,
      journal: 'j',
    },
    'dlq replay --dead-letters orders.DLT --to orders': {
      ...REPLAY,
      deadLetters: 'orders.DLT',
      choice: { ids: [], selector: ALL, max: null },
      to: 'orders',
    },
    'dlq replay --resume j --rate 10': {
      kind: 'dlq resume',
      journal: 'j',
      ratePerSecond: 10,
      carrying: WAITS,
    },
    'topics check': { kind: 'topics check' },
    'topics apply --configs --dry-run': {
      kind: 'topics apply',
      withConfigs: true,
      isDryRun: true,
      agreed: null,
      operatorId: null,
    },
    'topics apply --yes 12': {
      kind: 'topics apply',
      withConfigs: false,
      isDryRun: false,
      agreed: 12,
      operatorId: null,
    },
    'topics describe': { kind: 'topics describe', topics: [] },
    'topics describe a b': { kind: 'topics describe', topics: ['a', 'b'] },
    group: { kind: 'group', intervalMs: null, isWatching: false },
    'group --interval 10s': { kind: 'group', intervalMs: 10_000, isWatching: false },
    'group --watch': { kind: 'group', intervalMs: 5_000, isWatching: true },
    status: { kind: 'status', url: null },
    'status --url http://a:8080/': { kind: 'status', url: 'http://a:8080' },
    topology: { kind: 'topology', withTopics: false },
    'topology --topics': { kind: 'topology', withTopics: true },
    'config check': { kind: 'config check' },
    'config print': { kind: 'config print' },
    'config docs': { kind: 'config docs', about: null },
    'config docs retry': { kind: 'config docs', about: 'retry' },
    'completion zsh': { kind: 'completion', shell: 'zsh' },
    'complete -- lanes --st': { kind: 'complete', words: ['lanes', '--st'] },
    'dlq dismiss 0-42 --reason test': {
      kind: 'dlq dismiss',
      deadLetters: null,
      choice: { ids: [{ partition: 0, offset: 42 }], selector: ALL, max: null },
      confirmed: null,
      ratePerSecond: null,
      why: 'test',
      carrying: WAITS,
    },
    'publish --bad 5%': { ...PUBLISH, what: { ...RANDOM, bad: 0.05 } },
    'publish --random --rate max --keys 7 --count 20 --bad 0.5% --seed 7 --topic t --spring --dry-run': {
      kind: 'publish',
      topic: 't',
      isSpring: true,
      isDryRun: true,
      what: { kind: 'random', rate: null, keys: 7, count: 20, bad: 0.005, seed: 7 },
    },
    'publish --file - --topic t': { ...PUBLISH, topic: 't', what: { kind: 'file', file: '-' } },
    'publish --type user.auth --data @a.json --id x --traceparent 00-ab': {
      ...PUBLISH,
      what: { kind: 'one', type: 'user.auth', data: '@a.json', id: 'x', traceparent: '00-ab' },
    },
    tail: TAIL,
    'tail --follow --user u --type user.auth --action login --status failure --limit 3 --topic t --partition 1':
      {
        ...TAIL,
        follow: true,
        user: 'u',
        type: 'user.auth',
        action: 'login',
        status: 'failure',
        limit: 3,
        topic: 't',
        partition: 1,
      },
    'tail --since 2h --until 1h --from beginning --export csv': {
      ...TAIL,
      since: epochMs(NOW - 7_200_000),
      until: epochMs(NOW - 3_600_000),
      from: 'beginning',
      format: 'csv',
    },
    'tail --from 42': { ...TAIL, from: 42 },
    'dlq dismiss --of-reason null-value --reason harmless': {
      kind: 'dlq dismiss',
      deadLetters: null,
      choice: { ids: [], selector: { ...ALL, reason: 'null-value' }, max: null },
      confirmed: null,
      ratePerSecond: null,
      why: 'harmless',
      carrying: WAITS,
    },
    'dlq export --format csv --output f': {
      kind: 'dlq export',
      deadLetters: null,
      choice: { ids: [], selector: ALL, max: null },
      format: 'csv',
      output: 'f',
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
    'dlq redrive': /which ones\? Give ids, or --reason/,
    'dlq replay 0-1 --reason x': /ids or what selects them, not both/,
    'dlq replay --rate 0': /Allowed: a number of letters a second/,
    'dlq replay 0-1 --edit --transform x': /not both/,
    'dlq replay 0-1 --resume x': /takes everything from its journal/,
    'dlq replay --resume x --max 5': /takes everything from its journal/,
    'dlq replay --resume x --no-validate': /takes everything from its journal/,
    'dlq replay --resume x --reason other': /takes everything from its journal/,
    'dlq replay --resume x --dead-letters t': /takes everything from its journal/,
    'dlq replay --resume x --yes 3': /takes everything from its journal/,
    'dlq list --key a --key-base64 YQ==': /not both/,
    'dlq dismiss --reason why': /which ones\?/,
    'dlq export --format xml': /Allowed: ndjson, csv/,
    'lanes skip a --operator-id ops': /Allowed: a uuid/,
    'dlq dismiss 0-42': /required option '--reason <text>'/,
    'dlq list --by colour': /Allowed: reason, type, age/,
    'dlq list --since yesterday': /Allowed: a duration with its unit/,
    'schemas check': /required option '--against <revision\|folder>'/,
    'schemas check --against main --level all': /Allowed: backward, forward, full, none/,
    'dlq list --colour': /unknown option '--colour'/,
    'topic check': /unknown command 'topic'\n\(Did you mean topics\?\)/,
    'topics apply --yes': /argument missing/,
    'topics apply --yes y': /Allowed: a number/,
    'group --interval 0s': /Allowed: a duration with its unit/,
    'status --url ftp://a': /Allowed: http:/,
    'completion fish': /Allowed choices are bash, zsh/,
    'config docs a b': /too many arguments/,
    publish: /what is to be published\?/,
    'publish --type user.auth': /needs both --type and --data/,
    'publish --file a --bad 1%': /only one of them/,
    'publish --random --data {}': /only one of them/,
    'publish --bad 5': /Allowed: a percentage/,
    'publish --bad 101%': /Allowed: a percentage/,
    'publish --rate 0': /Allowed: events a second, above 0/,
    'publish --keys 0': /Allowed: a number of users/,
    'publish --random --dry-run': /give --count/,
    'tail --from yesterday': /Allowed: beginning, end, or an offset/,
    'tail --export xlsx': /Allowed: csv, ndjson/,
    'tail --export csv --json': /--json or --export/,
    'tail --follow --until 1h': /leave --until out/,
  };
  for (const [line, message] of Object.entries(mistakes))
    it(`ends with 2 and says what is allowed: ${line}`, () => {
      const understood = of(line);
      if (understood.kind !== 'said') throw new Error('it was understood');
      expect([understood.exitCode, understood.stdout]).to.deep.equal([2, '']);
      expect(understood.stderr).to.match(message);
    });

  it('ends with 2 for an unknown option, whatever the command is', () => {
    const program = createProgram('', NOW, () => undefined);
    const paths = withDescendants(program).map((command) => {
      const names: string[] = [];
      for (let at: typeof command | null = command; at !== null && at !== program; at = at.parent)
        names.unshift(at.name());
      return names.join(' ');
    });
    expect(paths.length).to.be.greaterThan(20);
    for (const path of paths) {
      const understood = of(`${path} --no-such-option`);
      if (understood.kind !== 'said') throw new Error(`${path} was understood`);
      expect(understood.exitCode, path).to.equal(2);
    }
  });

  it('without a command ends with 2 and shows the help', () => {
    for (const line of ['', 'lanes', 'dlq', 'topics', 'config', 'schemas']) {
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
      'tail -h',
      'help publish',
      'completion -h',
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
